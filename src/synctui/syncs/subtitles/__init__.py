"""The sync kind `subtitles`: the timing of subtitles, aligned with what is said in the video."""
