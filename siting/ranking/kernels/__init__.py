"""Compiled loops of the rankings."""
