"""Stripe's state of what a reader pays for, in our words, and what it means for reading."""
