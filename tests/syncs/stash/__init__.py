"""Tests of the catalogue's sync."""
