"""SyncTUI keeps a media library in sync from the terminal."""

__version__ = "0.1.0"
