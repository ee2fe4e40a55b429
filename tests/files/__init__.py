"""Tests of reading, rewriting and replacing files."""
