"""Counting what happened, cheaply."""
