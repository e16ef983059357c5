"""What the place of a study offers: labels and the calendar of the consultation."""
