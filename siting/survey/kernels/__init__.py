"""Compiled loops of the survey."""
