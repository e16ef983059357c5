"""Data quality, told as tables: rows read, kept and dropped, unmatched codes, positions, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from siting.sources.sirene_stock import Establishments

COLUMNS = ["table", "what", "value", "share"]
DROPPED = ("elsewhere", "closed", "closed_unit", "other_activity")


def of_establishments(found: Establishments, name: str = "establishments") -> pd.DataFrame:
    """Fate of every row of a stock, and positions of those kept by who placed them.

    Returns
    -------
    `table,what,value,share`: rows as shares of those read, positions as shares of those kept.
    """
    counts = found.counts
    rows = [("read", counts["read"], counts["read"])]
    rows += [(f"dropped: {why}", counts[why], counts["read"]) for why in DROPPED]
    rows += [("kept", counts["kept"], counts["read"])]
    rows += [("masked", counts["masked"], counts["kept"])]
    placed = found.table["placed_by"].replace("", "commune").value_counts().sort_index()
    rows += [(f"placed by: {by}", int(count), counts["kept"]) for by, count in placed.items()]
    quality = found.table.loc[found.table["quality"] != "", "quality"].value_counts().sort_index()
    rows += [(f"quality: {said}", int(count), counts["kept"]) for said, count in quality.items()]
    return _table(name, rows)


def of_table(
    name: str,
    frame: pd.DataFrame,
    *,
    codes: Collection[str],
    column: str = "commune_code",
    dated: date | None = None,
) -> pd.DataFrame:
    """Rows of a table, codes that the study does not know, and rows without a position.

    Parameters
    ----------
    codes
        Communes of the study, at its vintage.
    dated
        Date of the table's figures, where it has one.

    Returns
    -------
    `table,what,value,share`.
    """
    rows: list[tuple[str, int | str, int]] = [("read", len(frame), len(frame))]
    if column in frame.columns:
        empty = frame[column] == ""
        strange = ~empty & ~frame[column].isin(list(codes))
        rows += [
            ("without a commune", int(empty.sum()), len(frame)),
            ("of another commune", int(strange.sum()), len(frame)),
        ]
    if {"lon", "lat"} <= set(frame.columns):
        lost = frame["lon"].isna() | frame["lat"].isna()
        rows.append(("without a position", int(lost.sum()), len(frame)))
    if "conversion" in frame.columns:
        kinds: Mapping[object, int] = frame["conversion"].value_counts().sort_index().to_dict()
        rows += [(f"conversion: {kind}", count, len(frame)) for kind, count in kinds.items()]
    if dated is not None:
        rows.append(("date", dated.isoformat(), 0))
    return _table(name, rows)


def _table(name: str, rows: Sequence[tuple[str, int | str, int]]) -> pd.DataFrame:
    said = [
        (name, what, str(value), int(value) / whole if whole else float("nan"))
        for what, value, whole in rows
    ]
    return pd.DataFrame(said, columns=COLUMNS)
