"""Print maps of a study."""
