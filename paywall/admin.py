"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, entitlements, events, letters, readers, rules, subscriptions

__all__ = ["catalog", "entitlements", "events", "letters", "readers", "rules", "subscriptions"]
