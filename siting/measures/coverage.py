"""Who is served: nearest facility of each cell, people covered by zone and threshold.

Covered means `minutes <= threshold`, everywhere. Minutes are float32, as in every table; the
threshold is compared as float32 too, so that 20 covers a time of exactly 20 minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.times.matrix import Dense

COVERAGE_COLUMNS = [
    "zone_kind",
    "zone_code",
    "zone_name",
    "service",
    "threshold_minutes",
    "population",
    "covered_population",
    "covered_share",
]


def nearest(times: Dense) -> pd.DataFrame:
    """Nearest destination of each origin.

    Parameters
    ----------
    times
        From every cell to every facility.

    Returns
    -------
    `minutes` (float32, NaN where none is reached), `facility_id` (of equal times, the smallest id;
    empty where none) and `reason` (empty where there is a time), one row an origin.
    """
    ids = times.destinations.ids
    order = np.argsort(ids.astype(str), kind="stable")
    minutes = times.minutes[:, order]
    known = np.where(np.isnan(minutes), np.inf, minutes)
    best = known.argmin(axis=1)
    least = known[np.arange(len(known)), best]
    reached = np.isfinite(least)
    reason = np.where(times.origins.reason != "", times.origins.reason, "no_route")
    return pd.DataFrame(
        {
            "minutes": np.where(reached, least, np.nan).astype(np.float32),
            "facility_id": np.where(reached, ids[order][best], ""),
            "reason": np.where(reached, "", reason).astype(object),
        }
    )


def coverage(
    access: pd.DataFrame, zones: pd.DataFrame, thresholds: Sequence[float]
) -> pd.DataFrame:
    """People within each threshold, by zone and service.

    Parameters
    ----------
    access
        `commune_code,population,service,minutes`, one row a cell and service.
    zones
        `commune_code,zone_kind,zone_code,zone_name`; a commune may belong to several zones.
    thresholds
        Minutes.

    Returns
    -------
    The columns of `coverage.csv`: zones in the order in which they come, then services, then
    thresholds. `covered_share` is NaN where a zone has no people.

    Raises
    ------
    InputError
        A commune of `access` belongs to no zone: its people would be lost without a word.
    """
    left = ~access["commune_code"].isin(zones["commune_code"])
    if left.any():
        codes = ", ".join(sorted(access.loc[left, "commune_code"].unique())[:5])
        raise InputError("people_without_zone", codes=codes)
    communes = pd.Index(access["commune_code"].unique())
    services = pd.Index(access["service"].unique())
    commune = communes.get_indexer(access["commune_code"])
    group = services.get_indexer(access["service"]) * len(communes) + commune
    size = len(services) * len(communes)
    people = access["population"].to_numpy(np.float64)
    minutes = access["minutes"].to_numpy(np.float32)
    sums = [np.bincount(group, people, size)]
    sums += [
        np.bincount(group, people * (minutes <= np.float32(limit)), size) for limit in thresholds
    ]
    by_commune = np.stack(sums).reshape(len(sums), len(services), len(communes))
    names = zones[["zone_kind", "zone_code", "zone_name"]].drop_duplicates(ignore_index=True)
    member = _membership(zones, names, communes)
    total = by_commune @ member  # (1 + thresholds, services, zones)
    shape = (len(names), len(services), len(thresholds))
    population = np.broadcast_to(total[0].T[:, :, None], shape).ravel()
    covered = total[1:].transpose(2, 1, 0).ravel()
    zone, service, threshold = (axis.ravel() for axis in np.indices(shape))
    share = np.full(len(covered), np.nan)
    np.divide(covered, population, out=share, where=population > 0)
    table = names.iloc[zone].reset_index(drop=True)
    return table.assign(
        service=services[service],
        threshold_minutes=np.asarray(thresholds, np.float64)[threshold],
        population=population,
        covered_population=covered,
        covered_share=share,
    )[COVERAGE_COLUMNS]


def _membership(
    zones: pd.DataFrame, names: pd.DataFrame, communes: pd.Index
) -> npt.NDArray[np.float64]:
    """1 where a commune belongs to a zone: shape (communes, zones)."""
    number = pd.MultiIndex.from_frame(names).get_indexer(pd.MultiIndex.from_frame(zones[names.columns]))
    row = communes.get_indexer(zones["commune_code"])
    member = np.zeros((len(communes), len(names)))
    member[row[row >= 0], number[row >= 0]] = 1
    return member


def summary(access: pd.DataFrame, by: str) -> pd.DataFrame:
    """People-weighted minutes to the nearest facility, by the values of a column.

    Returns
    -------
    Index: values of `by`. Columns: `population`, `mean_minutes` (of those who reach one), `unreached`
    (people who reach none).
    """
    people = access["population"].to_numpy(np.float64)
    minutes = access["minutes"].to_numpy(np.float64)
    known = ~np.isnan(minutes)
    frame = pd.DataFrame(
        {
            "key": access[by],
            "population": people,
            "reached": people * known,
            "sum": people * np.where(known, minutes, 0),
        }
    )
    total = frame.groupby("key", sort=False).sum()
    return pd.DataFrame(
        {
            "population": total["population"],
            "mean_minutes": total["sum"] / total["reached"].where(total["reached"] > 0),
            "unreached": total["population"] - total["reached"],
        }
    )
