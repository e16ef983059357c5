"""The command line; each module adds its commands to the application."""

import sys


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the entry point of the `siting` command."""
    try:
        from siting.cli import app  # here, so that Ctrl-C while it loads is no traceback
    except KeyboardInterrupt:
        sys.exit(130)
    app.main(arguments)
