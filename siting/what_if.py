"""What a scenario changes on the ground: sites opened, facilities closed, links closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.config import Place
from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

OPENED = "opened"  # kind of a facility that a scenario or a plan opens


def facilities(
    now: pd.DataFrame,
    candidates: pd.DataFrame,
    opened: Sequence[str | Place] = (),
    closed: Sequence[str] = (),
) -> pd.DataFrame:
    """Facilities of a service once some sites are open and some facilities closed.

    Parameters
    ----------
    now, candidates
        `id,name,lon,lat,commune_code` and more.
    opened
        Ids of candidates, or places of one's own.
    closed
        Ids of facilities.

    Returns
    -------
    Columns of `now`; those of an opened site that nobody knows are empty, its kind is `opened`.

    Raises
    ------
    ConfigError
        A site or a facility is unknown, or an opened one bears the id of one that stands.
    """
    for one in closed:
        if one not in set(now["id"]):
            raise ConfigError("unknown_closed", id=one)
    if not opened and not closed:
        return now
    kept = now[~now["id"].isin(list(closed))]
    rows = [_site(one, candidates) for one in opened]
    ids = [row["id"] for row in rows]
    for one in ids:
        if one in set(kept["id"]) or ids.count(one) > 1:
            raise ConfigError("opened_twice", id=one)
    if not rows and kept.empty:
        raise ConfigError("nothing_open")
    new = pd.DataFrame(rows, columns=["id", "name", "lon", "lat", "commune_code"])
    new = new.assign(kind=OPENED).reindex(columns=now.columns)
    both = [part for part in (kept, _text_filled(new, now)) if len(part)]
    return pd.concat(both, ignore_index=True)


def candidates(
    table: pd.DataFrame, changed: Sequence[Place], boundaries: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Candidate sites once some are moved or added.

    Parameters
    ----------
    table
        `id,name,commune_code,lon,lat` and more.
    changed
        A place whose id stands in the table moves it; another is added, what is not known of it
        empty.
    boundaries
        `code` and geometry: they tell the commune of each place, empty outside all.
    """
    if not changed:
        return table
    rows = pd.DataFrame([one.model_dump() for one in changed])
    points = gpd.GeoSeries.from_xy(rows["lon"], rows["lat"], crs=4326)
    tree = boundaries.to_crs(4326).sindex
    at, polygon = tree.query(points, predicate="intersects")
    codes = np.full(len(rows), "", object)
    codes[at[::-1]] = boundaries["code"].to_numpy(object)[polygon[::-1]]
    rows["commune_code"] = codes
    moved = table.set_index("id", drop=False)
    for row in rows[rows["id"].isin(table["id"])].to_dict("records"):
        for key, value in row.items():
            moved.loc[row["id"], key] = value
    new = rows[~rows["id"].isin(table["id"])].reindex(columns=table.columns)
    new = _text_filled(new, table)
    return pd.concat([part for part in (moved, new) if len(part)], ignore_index=True)


def _text_filled(new: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """New rows, their unknown texts empty."""
    for column in like.columns:
        if not pd.api.types.is_numeric_dtype(like[column]):
            new[column] = new[column].astype(object).where(new[column].notna(), "")
    return new


def link_rows(links: pd.DataFrame, closed: Sequence[tuple[str, str]]) -> list[int]:
    """Rows of the distance table that join the pairs of communes.

    Raises
    ------
    ConfigError
        Two communes have no link of their own.
    """
    rows: list[int] = []
    for one, other in closed:
        there = (links["from_code"] == one) & (links["to_code"] == other)
        back = (links["from_code"] == other) & (links["to_code"] == one)
        found = [int(row) for row in (there | back).to_numpy().nonzero()[0]]
        if not found:
            raise ConfigError("unknown_closed_link", one=one, other=other)
        rows += found
    return rows


def _site(one: str | Place, candidates: pd.DataFrame) -> dict[str, Any]:
    if isinstance(one, Place):
        return {**one.model_dump(), "commune_code": ""}
    found = candidates[candidates["id"] == one]
    if found.empty:
        raise ConfigError("unknown_opened", id=one)
    row = found.iloc[0]
    return {key: row[key] for key in ("id", "name", "lon", "lat", "commune_code")}
