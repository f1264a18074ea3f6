"""Showing a number or an address so that its owner knows it and nobody else learns it. Pure."""

DOTS = "•••"
SHOWN = 3


def masked_number(number: str) -> str:
    """Return the last three characters of an account number; of a short one fewer."""
    shown = min(SHOWN, max(len(number) - SHOWN, 1))
    return f"{DOTS}{number[-shown:]}" if number else DOTS


def masked_address(address: str) -> str:
    """Return the first letter of an email address, and its domain."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{DOTS}@{domain}" if at else DOTS
