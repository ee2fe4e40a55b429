"""The preview: what would be done, before anything is."""
