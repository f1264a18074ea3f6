"""Whose servers may ask us, what about, and about which readers."""
