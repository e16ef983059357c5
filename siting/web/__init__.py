"""The comparison workshop."""
