"""What each kind of player is asked, in which order, and what counts as proof."""
