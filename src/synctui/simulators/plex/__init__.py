"""A Plex Media Server over real folders, as far as a program that keeps it up to date can see it."""
