"""Reading hostile files, subtitle formats whose timestamps alone are rewritten, crash-safe replacement, originals."""
