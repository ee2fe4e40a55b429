"""A Kodi 20 that reads real folders, with every trap that was measured on one."""
