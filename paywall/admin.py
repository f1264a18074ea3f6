"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, entitlements, letters, readers, rules

__all__ = ["catalog", "entitlements", "letters", "readers", "rules"]
