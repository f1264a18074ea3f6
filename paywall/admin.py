"""Where Django looks for the paywall's admin."""

from paywall.staff import catalog, entitlements, events, rules, subscriptions

__all__ = ["catalog", "entitlements", "events", "rules", "subscriptions"]
