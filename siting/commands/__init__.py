"""The commands, by family; each module adds its own to the application."""
