"""Where Django looks for the paywall's admin."""

from paywall.staff import (
    catalog,
    circulation,
    entitlements,
    events,
    letters,
    print_cases,
    readers,
    rules,
    subscriptions,
    trail,
)

__all__ = [
    "catalog",
    "circulation",
    "entitlements",
    "events",
    "letters",
    "print_cases",
    "readers",
    "rules",
    "subscriptions",
    "trail",
]
