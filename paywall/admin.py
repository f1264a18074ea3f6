"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, entitlements, readers, rules

__all__ = ["catalog", "entitlements", "readers", "rules"]
