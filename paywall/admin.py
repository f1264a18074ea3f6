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
    sites,
    subscriptions,
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
    "sites",
    "subscriptions",
]
