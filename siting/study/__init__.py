"""A study: its inputs, its prepared cells and roads, its stages, its run."""
