"""The maps of a study for a browser: one file a theme, and what themes share."""
