"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, entitlements, rules

__all__ = ["catalog", "entitlements", "rules"]
