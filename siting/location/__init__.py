"""Location models: where a given number of sites serves best, with a proof or a gap."""
