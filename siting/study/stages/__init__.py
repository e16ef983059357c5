"""One stage's keys of the configuration brought to that stage's functions, and its tables."""
