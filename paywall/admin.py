"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, circulation, entitlements, letters, print_cases, readers, rules

__all__ = [
    "catalog",
    "circulation",
    "entitlements",
    "letters",
    "print_cases",
    "readers",
    "rules",
]
