"""The themes of print maps, one file a theme."""
