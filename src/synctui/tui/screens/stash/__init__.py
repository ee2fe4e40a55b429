"""The catalogue of a Stash server: browsing it, one scene, conflicts, past syncs."""
