"""A published table as the report shows it: its columns named, its numbers written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting import texts
from siting.outputs.documents.model import DocumentColumn, DocumentTable
from siting.publish.report.words import cell, day, num, share
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST = 60  # rows of a table in a document; the rest is in the published file
KINDS: dict[str, Callable[[Any], str]] = {
    "text": lambda value: "–" if value == "" else cell(value),
    "whole": num,
    "one": lambda value: _counted(value, 1),
    "two": lambda value: _counted(value, 2),
    "three": lambda value: _counted(value, 3),
    "short": lambda value: _counted(value, _decimals(abs(value))),
    "share": share,
    "day": day,
    "yes": lambda value: t("report.yes" if value else "report.no"),
}
LEFT = ("text", "day", "yes")

Columns = tuple[tuple[str, str, float], ...]  # column, kind, width


def _counted(value: float, decimals: int) -> str:
    return t("cli_viability.never") if math.isinf(value) else num(value, decimals)


def _decimals(size: float) -> int:
    """Of a number of any size, so that a small one is not written 0."""
    return 0 if size >= 10 else 2 if size >= 0.01 or not size else 4


def shown(
    key: str, frame: pd.DataFrame, columns: Columns, file: str, **values: object
) -> list[DocumentTable]:
    """A table `stages.tables.<key>`; nothing where it has no row.

    Parameters
    ----------
    columns
        Name of the column where the table has it (its heading is `stages.heads.<name>`), how it is
        written, its width.
    file
        Published table where the rest is, where it is long.
    values
        Of the caption and the headings.
    """
    if frame.empty:
        return []
    columns = tuple(column for column in columns if column[0] in frame.columns)
    heads = [
        DocumentColumn(
            t(f"stages.heads.{name}", **values), "left" if kind in LEFT else "right", width
        )
        for name, kind, width in columns
    ]
    rows = tuple(
        tuple(_written(row[name], kind) for name, kind, _ in columns)
        for row in frame.iloc[:LONGEST].to_dict("records")
    )
    note = t("report.cut", file=file) if len(frame) > LONGEST else ""
    return [DocumentTable(t(f"stages.tables.{key}", **values), tuple(heads), rows, note=note)]


def _written(value: Any, kind: str) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "–"
    return KINDS[kind](value)


def named(prefix: str, values: Sequence[Any]) -> list[str]:
    """Words of the catalogue for codes; a code that has none stays."""
    return [
        t(f"{prefix}.{value}") if texts.has(f"{prefix}.{value}") else str(value) for value in values
    ]
