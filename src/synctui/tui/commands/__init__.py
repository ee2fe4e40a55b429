"""Every command of the screens, once: keys, hints, the help screen, the palette and the documentation are made of it."""
