"""What staff did, when, about whom and why: written down, and never changed or deleted by them."""
