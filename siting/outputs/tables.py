"""CSV tables: UTF-8, comma separated, `.` as decimal mark, one fixed form for each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


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
