"""Where Django looks for the paywall's admin."""

from paywall.staff import (
    catalog,
    circulation,
    courtesy,
    entitlements,
    events,
    free_mode,
    health,
    letters,
    print_accounts,
    print_cases,
    readers,
    rules,
    sites,
    subscriptions,
    trail,
    walls,
)

__all__ = [
    "catalog",
    "circulation",
    "courtesy",
    "entitlements",
    "events",
    "free_mode",
    "health",
    "letters",
    "print_accounts",
    "print_cases",
    "readers",
    "rules",
    "sites",
    "subscriptions",
    "trail",
    "walls",
]
