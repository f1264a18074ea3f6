"""Print subscribers: the circulation file, and activating the complimentary digital account."""
