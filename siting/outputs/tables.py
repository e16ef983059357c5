"""CSV tables: UTF-8, comma separated, `.` as decimal mark, one fixed form for each number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet compute a text of a CSV file."""


def for_spreadsheets(table: pd.DataFrame) -> pd.DataFrame:
    """The same table, texts that a spreadsheet would take for formulas behind an apostrophe.

    A name may be `=HYPERLINK(…)`; what is a number stays one, and the table itself is left as it
    is. Files for programs keep every text as it is.
    """
    shown = table.copy()
    for name in shown.columns:
        if not pd.api.types.is_numeric_dtype(shown[name]):
            shown[name] = shown[name].map(_neutral)
    return shown


def _neutral(value: Any) -> Any:
    """A value that no spreadsheet computes."""
    if not isinstance(value, str) or not value.startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table: floats with at most six significant decimals, whole ones without a point.

    float32 columns keep the digits that tell them apart (a time read back is the time computed).
    """
    shown = table.copy()
    for name in shown.columns:
        if shown[name].dtype == np.float32:
            shown[name] = shown[name].map(_float32)
        elif shown[name].dtype == np.float64:
            shown[name] = shown[name].map(_float64)
    shown.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _float32(value: float) -> str:
    return "" if np.isnan(value) else _trim(np.format_float_positional(np.float32(value)))


def _float64(value: float) -> str:
    return "" if np.isnan(value) else _trim(f"{value:.6f}")


def _trim(written: str) -> str:
    return written.rstrip("0").rstrip(".") if "." in written else written
