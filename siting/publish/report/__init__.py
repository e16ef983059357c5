"""The report of a study: sentences and tables made from one run."""
