"""Kodi: the same tests on a real one and on the simulator."""
