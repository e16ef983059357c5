"""One file for each published format, read by column name."""
