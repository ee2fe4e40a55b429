"""The library: what is there, how it stands, and what can be done with it."""
