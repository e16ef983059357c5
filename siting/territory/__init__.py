"""Communes at a date, code changes, zones, demand cells."""
