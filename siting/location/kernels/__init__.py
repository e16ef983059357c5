"""Compiled loops of the location models."""
