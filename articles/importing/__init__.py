"""Bringing stories in: from RSS and Atom feeds, and from WordPress exports."""
