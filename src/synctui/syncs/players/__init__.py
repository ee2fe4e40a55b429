"""Tells media players what changed, and finds out whether it is in their libraries."""
