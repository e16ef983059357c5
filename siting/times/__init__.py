"""Matrices, nearest facilities, isochrones."""
