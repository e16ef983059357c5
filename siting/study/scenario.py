"""What a scenario changes on the ground: sites opened, facilities closed, links closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting.config import Place
from siting.contracts import OPENED
from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from siting.config import WhatIf

SITE = ["id", "name", "lon", "lat", "commune_code"]


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
    if not opened and not closed:
        return now
    known = {row["id"]: row for row in rows(candidates)} if opened else {}
    sites = opened_rows(list(now["id"]), known, opened, closed)
    kept = now[~now["id"].isin(list(closed))]
    new = pd.DataFrame(sites, columns=SITE)
    new = new.assign(kind=OPENED).reindex(columns=now.columns)
    both = [part for part in (kept, _text_filled(new, now)) if len(part)]
    return pd.concat(both, ignore_index=True)


def with_plan(
    now: pd.DataFrame,
    candidates: pd.DataFrame,
    opened: Sequence[str],
    closed: Sequence[str],
    change: WhatIf | None,
) -> pd.DataFrame:
    """Facilities of a service once a plan is carried out, whatever a scenario did before.

    What the scenario has already opened or closed is done: the plan does only the rest.

    Parameters
    ----------
    now, candidates
        As `facilities`; the scenario's changes are made.
    opened, closed
        Ids of the plan's candidates, and of the facilities that it closes.
    change
        The scenario.

    Raises
    ------
    ConfigError
        See `facilities`.
    """
    if change is None:
        return facilities(now, candidates, opened, closed)
    there = {site if isinstance(site, str) else site.id for site in change.open}
    return facilities(
        now,
        candidates,
        [site for site in opened if site not in there],
        [facility for facility in closed if facility not in change.close],
    )


def opened_rows(
    now: Sequence[str],
    candidates: Mapping[str, dict[str, Any]],
    opened: Sequence[str | Place],
    closed: Sequence[str],
) -> list[dict[str, Any]]:
    """`id,name,lon,lat,commune_code` of each site opened; see `facilities`.

    Parameters
    ----------
    now
        Ids of what stands.
    candidates
        Those columns of the candidates, by id.
    """
    standing = set(now)
    for facility in closed:
        if facility not in standing:
            raise ConfigError("unknown_closed", id=facility)
    standing -= set(closed)
    sites = []
    for site in opened:
        if isinstance(site, Place):
            row = {**site.model_dump(), "commune_code": ""}
        elif site in candidates:
            row = candidates[site]
        else:
            raise ConfigError("unknown_opened", id=site)
        if row["id"] in standing:
            raise ConfigError("opened_twice", id=row["id"])
        standing.add(row["id"])
        sites.append(row)
    if not standing:
        raise ConfigError("nothing_open")
    return sites


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """`id,name,lon,lat,commune_code` of each row."""
    return [{str(key): site[key] for key in SITE} for site in table[SITE].to_dict("records")]


@dataclass(frozen=True)
class Communes:
    """Where communes lie, to tell the one of a place.

    Attributes
    ----------
    codes
        Object array.
    tree
        Their polygons, in degrees.
    """

    codes: npt.NDArray[np.object_]
    tree: shapely.STRtree

    def at(self, lon: Sequence[float], lat: Sequence[float]) -> npt.NDArray[np.object_]:
        """Code of the commune of each place, empty outside all; of two, the first."""
        points = shapely.points(lon, lat)
        at, polygon = self.tree.query(points, predicate="intersects")
        codes = np.full(len(points), "", object)
        order = np.lexsort((polygon, at))[::-1]
        codes[at[order]] = self.codes[polygon[order]]
        return codes


def communes(boundaries: gpd.GeoDataFrame) -> Communes:
    """Index boundaries (`code`, geometry) by place."""
    polygons = boundaries.to_crs(4326).geometry.to_numpy()
    return Communes(boundaries["code"].to_numpy(object), shapely.STRtree(polygons))


def candidates(table: pd.DataFrame, changed: Sequence[Place], places: Communes) -> pd.DataFrame:
    """Candidate sites once some are moved or added.

    Parameters
    ----------
    table
        `id,name,commune_code,lon,lat` and more.
    changed
        A place whose id stands in the table moves it; another is added, what is not known of it
        empty.
    places
        They tell the commune of each place.
    """
    if not changed:
        return table
    rows = pd.DataFrame([place.model_dump() for place in changed])
    rows["commune_code"] = places.at(list(rows["lon"]), list(rows["lat"]))
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
    for start, other in closed:
        there = (links["from_code"] == start) & (links["to_code"] == other)
        back = (links["from_code"] == other) & (links["to_code"] == start)
        joining = [int(row) for row in (there | back).to_numpy().nonzero()[0]]
        if not joining:
            raise ConfigError("unknown_closed_link", one=start, other=other)
        rows += joining
    return rows
