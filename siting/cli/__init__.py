"""The command line; each module adds its commands to the application."""

from siting.cli.app import build, main

__all__ = ["build", "main"]
