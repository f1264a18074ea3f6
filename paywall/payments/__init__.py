"""Stripe: what it is told, what it tells, and the one module that talks to it."""
