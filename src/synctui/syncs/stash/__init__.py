"""The sync kind `stash`: an exact local catalogue of a Stash server."""
