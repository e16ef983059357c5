"""Census of likely users: independents and small firms of a register, by zone, square and site.

What counts is a `LikelyUser`. A masked establishment (partly diffusible: its owner objected to
being found) counts in its commune, apart, and never on a map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.survey import shrinkage

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_EMPLOYEES = {
    "00": 0,
    "01": 2,
    "02": 5,
    "03": 9,
    "11": 19,
    "12": 49,
    "21": 99,
    "22": 199,
    "31": 249,
    "32": 499,
    "41": 999,
    "42": 1999,
    "51": 4999,
    "52": 9999,
}
"""Most employees of each class of SIRENE (trancheEffectifsEtablissement); `53` has no upper end."""

UNDECLARED = ("", "NN")


@dataclass(frozen=True)
class Activity:
    """Activities whose work can be done at a desk of a télécentre.

    Attributes
    ----------
    naf
        Codes or prefixes (`62`, `62.01Z`); the longest that fits an establishment holds.
    share
        Part of such work that can be, between 0 and 1.
    """

    naf: tuple[str, ...]
    share: float = 1.0


@dataclass(frozen=True)
class LikelyUser:
    """Who counts as a likely user.

    Attributes
    ----------
    fewer_than
        Employees; an establishment counts if its whole class lies below. 1: none.
    undeclared
        Whether those whose workforce is not declared (`NN` or empty) count, as without employee.
    activities
        What they do; empty: anything, at a share of 1.
    """

    fewer_than: int = 1
    undeclared: bool = True
    activities: tuple[Activity, ...] = ()


def select(stock: pd.DataFrame, definition: LikelyUser) -> pd.DataFrame:
    """Keep the likely users of a register of active establishments.

    Parameters
    ----------
    stock
        As `sirene_stock.read` gives it: `siret,employees,activity,commune_code,masked`…

    Returns
    -------
    Their rows, with `teleworkable`, the share of their activity.
    """
    most = stock["employees"].map(MOST_EMPLOYEES)
    small = most < definition.fewer_than
    if definition.undeclared:
        small |= stock["employees"].isin(UNDECLARED)
    share = teleworkable(stock["activity"], definition.activities)
    kept = small & share.notna()
    return stock[kept].assign(teleworkable=share[kept]).reset_index(drop=True)


def teleworkable(codes: pd.Series, activities: tuple[Activity, ...]) -> pd.Series:
    """Share of each activity code, by the longest prefix that fits; NaN where none does."""
    if not activities:
        return pd.Series(1.0, index=codes.index)
    shares = {prefix: activity.share for activity in activities for prefix in activity.naf}
    likely = pd.Series(np.nan, index=codes.index)
    for prefix in sorted(shares, key=len):
        likely[codes.str.startswith(prefix)] = shares[prefix]
    return likely


def by_zone(
    selected: pd.DataFrame,
    stock: pd.DataFrame,
    zones: pd.DataFrame,
    population: pd.Series,
) -> pd.DataFrame:
    """Count likely users in each zone, with location quotients.

    The quotient of a zone is the share of likely users among its establishments over that share in
    the whole; above 1, they are more frequent than elsewhere. Of few establishments it says little,
    so `quotient_shrunk` draws it to the zones of its kind by the gamma-Poisson rule of `shrinkage`.

    Parameters
    ----------
    selected, stock
        Likely users, and all active establishments.
    zones
        `zone_kind,zone_code,zone_name,commune_code`.
    population
        People by commune code.

    Returns
    -------
    `zone_kind,zone_code,zone_name,establishments,masked,teleworkable,all_establishments,population,
    per_1000_people,quotient,quotient_shrunk`; the quotients are NaN where they have no meaning.
    """
    counts = pd.DataFrame(
        {
            "establishments": selected["commune_code"].value_counts(),
            "masked": selected.loc[selected["masked"], "commune_code"].value_counts(),
            "teleworkable": selected.groupby("commune_code")["teleworkable"].sum(),
            "all_establishments": stock["commune_code"].value_counts(),
            "population": population,
        }
    ).fillna(0)
    keys = ["zone_kind", "zone_code", "zone_name"]
    joined = zones.merge(counts, left_on="commune_code", right_index=True, how="left")
    table = joined.groupby(keys, sort=False, dropna=False)[list(counts.columns)].sum().reset_index()
    whole = [
        name for name in ("establishments", "masked", "all_establishments") if name in table.columns
    ]
    table[whole] = table[whole].astype("int64")
    people = table["population"].where(table["population"] > 0)
    table["per_1000_people"] = table["establishments"] / people * 1000
    total = len(stock)
    general = len(selected) / total if total else np.nan
    expected = table["all_establishments"] * general
    table["quotient"] = (table["establishments"] / expected).where(expected > 0)
    table["quotient_shrunk"] = np.nan
    for _, part in table.groupby("zone_kind"):
        known = part.index[expected[part.index] > 0]
        if len(known):
            seen = table.loc[known, "establishments"].to_numpy(np.float64)
            exposed = expected[known].to_numpy(np.float64)
            rates = shrinkage.blend(seen, exposed, shrinkage.fit(seen, exposed))
            table.loc[known, "quotient_shrunk"] = rates["rate"].to_numpy()
    return table


def by_square(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], side_m: float
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Count points in squares, to draw a density map from.

    Parameters
    ----------
    x, y
        Metres, shape (points,).

    Returns
    -------
    `x,y` of each square's centre in metres, `establishments`, `per_km2`; and the row of each point.
    """
    column = np.floor(x / side_m).astype(np.int64)
    row = np.floor(y / side_m).astype(np.int64)
    squares, at, counts = np.unique(
        np.column_stack([column, row]), axis=0, return_inverse=True, return_counts=True
    )
    table = pd.DataFrame(
        {
            "x": (squares[:, 0] + 0.5) * side_m,
            "y": (squares[:, 1] + 0.5) * side_m,
            "establishments": counts,
            "per_km2": counts / (side_m / 1000) ** 2,
        }
    )
    return table, at.reshape(-1).astype(np.int64)


def nearest_site(minutes: npt.NDArray[np.float32], limit: float) -> npt.NDArray[np.int64]:
    """Nearest site of each likely user, by its place; -1 where none is within the limit.

    Of equal times the first site is the nearest; within reach means `minutes <= limit`.
    """
    if not minutes.shape[1]:
        return np.full(len(minutes), -1, np.int64)
    filled = np.where(np.isnan(minutes), np.inf, minutes)
    nearest: npt.NDArray[np.int64] = np.where(
        (minutes <= limit).any(axis=1), filled.argmin(axis=1), -1
    ).astype(np.int64)
    return nearest


def by_site(
    minutes: npt.NDArray[np.float32], selected: pd.DataFrame, sites: pd.DataFrame, limit: float
) -> pd.DataFrame:
    """Count likely users around sites: those within reach, and those who have it nearest.

    Parameters
    ----------
    minutes
        Shape (likely users, sites), NaN where there is no time.
    sites
        `id,name,kind`.
    limit
        Within reach means `minutes <= limit`; the nearest site has to be within reach too. Of equal
        times the first site is the nearest.

    Returns
    -------
    `site_id,name,kind,within,within_teleworkable,within_masked,catchment,catchment_teleworkable`.
    """
    near = minutes <= limit
    share = selected["teleworkable"].to_numpy(np.float64)
    masked = selected["masked"].to_numpy(bool)
    first = nearest_site(minutes, limit)
    own = first[:, None] == np.arange(len(sites))
    return pd.DataFrame(
        {
            "site_id": sites["id"].to_numpy(),
            "name": sites["name"].to_numpy(),
            "kind": sites["kind"].to_numpy(),
            "within": near.sum(axis=0),
            "within_teleworkable": share @ near,
            "within_masked": near[masked].sum(axis=0),
            "catchment": own.sum(axis=0),
            "catchment_teleworkable": share @ own,
        }
    )
