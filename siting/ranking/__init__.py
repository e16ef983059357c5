"""Comparing candidate sites: criteria, weights, scales, aggregation, robustness."""
