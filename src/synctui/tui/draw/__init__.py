"""Drawing: the one door through which text gets onto a screen, and what is drawn with it."""
