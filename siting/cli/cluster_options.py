"""Options of commands whose work several processes may share."""

from __future__ import annotations

from typing import Any

import typer

from siting.texts import text as t


def workers() -> Any:
    """Option of the number of processes."""
    return typer.Option("--workers", min=1, max=512, help=t("batch.part_workers"))


def scheduler() -> Any:
    """Option of a Dask scheduler."""
    return typer.Option("--scheduler", help=t("batch.scheduler"), metavar="ADDRESS")
