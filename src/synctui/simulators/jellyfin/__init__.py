"""A Jellyfin, or an Emby, on loopback over real folders: it answers and dawdles as they do."""
