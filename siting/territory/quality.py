"""Data quality, told as tables: rows read, kept and dropped, unmatched codes, positions, dates.

`what` and `detail` are names that `texts` (`quality.…`) puts into words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from siting.errors import InputWarning
    from siting.sources.sirene_stock import Establishments

COLUMNS = ["table", "what", "detail", "value", "share"]
DROPPED = ("elsewhere", "closed", "closed_unit", "other_activity")


def of_establishments(stock: Establishments, name: str = "establishments") -> pd.DataFrame:
    """Fate of every row of a stock, and positions of those kept by who placed them.

    Returns
    -------
    `table,what,detail,value,share`: rows as shares of those read, positions as shares of those
    kept.
    """
    counts = stock.counts
    whole, kept = counts["read"], counts["kept"]
    rows: list[_Row] = [("read", "", whole, whole)]
    rows += [("dropped", why, counts[why], whole) for why in DROPPED]
    rows += [("kept", "", kept, whole), ("recoded", "", counts["recoded"], whole)]
    rows += [("masked", "", counts["masked"], kept)]
    placed = stock.table["placed_by"].replace("", "commune").value_counts().sort_index()
    rows += [("placed_by", str(by), int(count), kept) for by, count in placed.items()]
    quality = stock.table.loc[stock.table["quality"] != "", "quality"].value_counts().sort_index()
    rows += [("position_quality", str(grade), int(count), kept) for grade, count in quality.items()]
    return _table(name, rows)


def of_table(
    name: str,
    frame: pd.DataFrame,
    *,
    codes: Collection[str],
    column: str = "commune_code",
    read: int | None = None,
) -> pd.DataFrame:
    """Rows of a table, codes that the study does not know, positions, and dates.

    Parameters
    ----------
    codes
        Communes of the study, at its vintage.
    read
        Rows of the file, where some were dropped as too far from the area.

    Returns
    -------
    `table,what,detail,value,share`; a table with a `date` has one row for each date.
    """
    whole = len(frame) if read is None else read
    rows: list[_Row] = [("read", "", whole, whole)]
    if read is not None:
        rows.append(("dropped", "far", read - len(frame), whole))
    rows.append(("kept", "", len(frame), whole))
    if column in frame.columns:
        empty = frame[column] == ""
        strange = ~empty & ~frame[column].isin(list(codes))
        rows += [
            ("no_commune", "", int(empty.sum()), len(frame)),
            ("other_commune", "", int(strange.sum()), len(frame)),
        ]
    if {"lon", "lat"} <= set(frame.columns):
        lost = frame["lon"].isna() | frame["lat"].isna()
        rows.append(("no_position", "", int(lost.sum()), len(frame)))
    if "quality" in frame.columns:
        grades = frame.loc[frame["quality"] != "", "quality"].value_counts().sort_index()
        rows += [
            ("position_quality", str(q), int(count), len(frame)) for q, count in grades.items()
        ]
    if "imputed" in frame.columns:
        imputed = frame["imputed"].astype(str).str.lower().isin(["true", "1"])
        rows.append(("imputed", "", int(imputed.sum()), len(frame)))
    if "straddles" in frame.columns:
        across = frame["straddles"].astype(str).str.lower().isin(["true", "1"])
        rows.append(("straddling", "", int(across.sum()), len(frame)))
    if "conversion" in frame.columns:
        kinds = frame["conversion"].value_counts().sort_index()
        rows += [("conversion", str(k), int(count), len(frame)) for k, count in kinds.items()]
    if "confidence" in frame.columns:
        sources = frame["source"].value_counts().sort_index()
        rows += [("confidence", str(s), int(count), len(frame)) for s, count in sources.items()]
    if "date" in frame.columns:
        days = pd.to_datetime(frame["date"]).dt.strftime("%Y-%m-%d").value_counts().sort_index()
        rows += [("date", str(day), int(count), len(frame)) for day, count in days.items()]
    return _table(name, rows)


def of_refused(name: str, warning: InputWarning) -> pd.DataFrame:
    """Rows that a reader left out, as a share of those of the file; none of another warning."""
    named = dict(warning.values)
    count, rows = named.get("refused"), named.get("rows")
    if not isinstance(count, int) or not isinstance(rows, int):
        return _table(name, [])
    return _table(name, [("dropped", "refused", count, rows)])


def of_kinds(name: str, kinds: pd.DataFrame) -> pd.DataFrame:
    """Values of the columns of kinds of a list, with the number of places of each that are kept.

    Parameters
    ----------
    kinds
        See `sources.facility_lists.Listed`.
    """
    rows = [
        ("kind_kept" if kept else "kind_left", str(value), int(count), int(count))
        for value, count, kept in zip(kinds["value"], kinds["count"], kinds["kept"], strict=True)
        if value
    ]
    return _table(name, rows).assign(share=float("nan"))


def of_hours(name: str, few: int, places: int) -> pd.DataFrame:
    """Places that open for too few hours to count, as a share of those kept; none where none do."""
    return _table(name, [("dropped", "few_hours", few, places)] if few else [])


_Row = tuple[str, str, int, int]


def _table(name: str, rows: Sequence[_Row]) -> pd.DataFrame:
    content = [
        (name, what, detail, value, value / whole if whole else float("nan"))
        for what, detail, value, whole in rows
    ]
    kinds = {"value": np.int64, "share": np.float64}  # of a table without rows too
    return pd.DataFrame(content, columns=COLUMNS).astype(kinds)
