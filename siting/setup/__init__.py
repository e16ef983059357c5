"""From a département to the tables of a study: `init` and `fetch`."""
