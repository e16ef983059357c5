"""The themes: each module is one map, and `registry` finds it by its `THEME`."""
