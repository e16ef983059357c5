"""Numbers and cells of the report, as its language writes them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting import texts
from siting.outputs.documents.model import DocumentColumn, DocumentTable, Paragraph
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from siting.outputs.documents.model import Align


def num(value: Any, decimals: int = 0) -> str:
    """A number, or a dash where it is not known."""
    return "–" if pd.isna(value) else texts.number(float(value) + 0.0, decimals)


def share(value: Any, decimals: int = 1) -> str:
    """A share, or a dash where it is not known."""
    return "–" if pd.isna(value) else texts.percent(float(value), decimals)


def day(value: Any) -> str:
    """A date as the language writes it; what is none, as it is."""
    try:
        date = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value)
    months = t("report.months").split(",")
    first = t("report.first_day") if date.day == 1 else str(date.day)
    return t("report.date", day=first, month=months[date.month - 1], year=date.year)


def cell(value: Any) -> str:
    """Any value of a table: numbers of up to two decimals, dates, text."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return "–"
    if isinstance(value, bool):
        return t("report.yes" if value else "report.no")
    if isinstance(value, dt.date | pd.Timestamp):
        return day(value)
    number = float(value)
    small = 0 < abs(number) < 0.1
    return num(number, 0 if number == round(number) else 4 if small else 2)


def table(
    key: str,
    rows: Iterable[Sequence[str]],
    shape: str,
    *,
    widths: Sequence[float] = (),
    note: str = "",
    total: bool = False,
    data: str = "",
    **values: Any,
) -> DocumentTable:
    """A table whose caption and headings are texts `report.tables.<key>`.

    Parameters
    ----------
    shape
        A letter a column: `l` left, `r` right.
    total
        Whether the last row stands out.
    """
    cells = tuple(tuple(row) for row in rows)
    heads = [head.strip() for head in t(f"report.tables.{key}.columns", **values).split("|")]
    sides: dict[str, Align] = {"l": "left", "r": "right"}
    sizes = widths or [2.4 if side == "l" else 1.0 for side in shape]
    columns = [
        DocumentColumn(head, sides[side], size)
        for head, side, size in zip(heads, shape, sizes, strict=True)
    ]
    return DocumentTable(
        t(f"report.tables.{key}.caption", **values),
        tuple(columns),
        cells,
        (len(cells) - 1,) if total else (),
        note,
        data,
    )


def paragraph(key: str, /, **values: object) -> Paragraph:
    """A paragraph of the text `report.<key>`."""
    return Paragraph(t(f"report.{key}", **values))


def stage_paragraph(key: str, /, **values: object) -> Paragraph:
    """A paragraph of the text `stages.said.<key>`."""
    return Paragraph(t(f"stages.said.{key}", **values))
