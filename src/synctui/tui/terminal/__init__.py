"""The terminal below the screens: what it can show, how it is written to and read from, when it is gone."""
