"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, entitlements, print_cases, rules

__all__ = ["catalog", "entitlements", "print_cases", "rules"]
