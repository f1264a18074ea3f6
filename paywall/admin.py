"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, circulation, entitlements, print_cases, rules

__all__ = ["catalog", "circulation", "entitlements", "print_cases", "rules"]
