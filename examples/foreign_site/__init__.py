"""A small site with stories of its own that asks the paywall who may read them."""
