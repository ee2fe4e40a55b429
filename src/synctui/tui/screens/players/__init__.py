"""The players: how they stand, what they were told, and how a new one is added."""
