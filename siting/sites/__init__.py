"""Candidates, criteria, scores, robustness, location models."""
