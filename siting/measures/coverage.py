"""Who is served: nearest facility of each cell, people covered by zone and threshold.

Covered means `minutes <= threshold`, everywhere. Minutes are float32, as in every table; the
threshold is compared as float32 too, so that 20 covers a time of exactly 20 minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from siting.errors import InputError
from siting.measures.pairs import SHOWN, blocks, checked_thresholds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.measures.pairs import Float64, Pairs
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
ZONE = ["zone_kind", "zone_code", "zone_name"]


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


def nearest_pair(pairs: Pairs) -> pd.DataFrame:
    """Nearest destination of each origin, as `nearest`, of sparse pairs; `origin_id` first."""
    minutes, column = least(pairs)
    ids = np.append(pairs.destinations, "")
    return pd.DataFrame(
        {
            "origin_id": pairs.origins,
            "minutes": minutes,
            "facility_id": ids[column],
            "reason": pairs.reason,
        }
    )


def least(
    pairs: Pairs, left_out: npt.NDArray[np.bool_] | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Least minutes of each origin and the destination (the smallest id of equal times).

    Parameters
    ----------
    left_out
        Pairs not to look at, shape (pairs,).

    Returns
    -------
    Minutes (NaN where there is none) and column (-1 where there is none), shape (origins,).
    """
    rank = np.empty(len(pairs.destinations), np.uint64)
    order = np.argsort(pairs.destinations.astype(str), kind="stable")
    rank[order] = np.arange(len(order), dtype=np.uint64)
    nothing = np.uint64(0xFFFFFFFFFFFFFFFF)
    best = np.full(len(pairs.origins), nothing)
    for rows, block in blocks(pairs):
        # the bits of a float that is not negative sort as it does
        bits = np.abs(block.minutes).view(np.uint32).astype(np.uint64)
        key = (bits << np.uint64(32)) | rank[block.destination]
        if left_out is not None:
            key[left_out[pairs.first[rows.start] : pairs.first[rows.stop]]] = nothing
        some = np.flatnonzero(block.count)
        if len(some):
            best[rows.start + some] = np.minimum.reduceat(key, block.first[some])
    reached = best != nothing
    minutes = np.full(len(best), np.nan, np.float32)
    minutes[reached] = (best[reached] >> np.uint64(32)).astype(np.uint32).view(np.float32)
    column = np.full(len(best), -1)
    column[reached] = order[(best[reached] & np.uint64(0xFFFFFFFF)).astype(np.int64)]
    return minutes, column


def coverage(
    access: pd.DataFrame,
    zones: pd.DataFrame,
    thresholds: Sequence[float],
    *,
    by: Sequence[str] = (),
    groups: Sequence[str] = ("population",),
) -> pd.DataFrame:
    """People within each threshold, by zone and service.

    Parameters
    ----------
    access
        `commune_code,population,service,minutes`, one row a cell and service.
    zones
        `zone_kind,zone_code,zone_name` of each `commune_code`, or of each `cell_id` (polygons that
        cut communes); a commune may belong to several zones.
    thresholds
        Minutes, increasing.
    by
        More columns of `access` to tell apart, such as `period` and `mode`.
    groups
        Columns of `access` that count people: `population`, or age groups. Where they are not
        `population` alone, the result has a column `group` that names them.

    Returns
    -------
    The columns of `coverage.csv` (`by` and `group` after `service`): zones in the order in which
    they come, then services, then thresholds. `covered_share` is NaN where a zone has no people.

    Raises
    ------
    InputError
        A commune of `access` belongs to no zone: its people would be lost without a word. A cell
        stands twice for a service, people or minutes are negative or missing, thresholds are not
        increasing or not in minutes.
    """
    limits = checked_thresholds(thresholds)
    unit = "commune_code" if "commune_code" in zones.columns else "cell_id"
    left = ~access[unit].isin(zones[unit])
    if left.any():
        codes = ", ".join(sorted(access.loc[left, unit].unique())[:SHOWN])
        raise InputError("people_without_zone", codes=codes)
    apart = ["service", *by]
    _require_cells(access, apart, groups)
    units, unit_of = _distinct(access[unit])
    service_of, services = _numbered(access[apart])
    size = len(services) * len(units)
    cell = service_of * len(units) + unit_of
    minutes = access["minutes"].to_numpy(np.float32)
    names = zones[ZONE].drop_duplicates(ignore_index=True)
    member = _membership(zones, names, units, unit)
    parts = []
    for group in groups:
        people = access[group].to_numpy(np.float64)
        sums = [np.bincount(cell, people, size)]
        sums += [np.bincount(cell, people * (minutes <= limit), size) for limit in limits]
        by_unit = np.stack(sums).reshape(len(sums) * len(services), len(units))
        total = (member.T @ by_unit.T).T.reshape(len(sums), len(services), len(names))
        part = _told(total, names, services, thresholds)
        parts.append(part if tuple(groups) == ("population",) else part.assign(group=group))
    more = [] if tuple(groups) == ("population",) else ["group"]
    columns = [*COVERAGE_COLUMNS[:4], *by, *more, *COVERAGE_COLUMNS[4:]]
    return pd.concat(parts, ignore_index=True)[columns]


def _told(
    total: Float64, names: pd.DataFrame, services: pd.DataFrame, thresholds: Sequence[float]
) -> pd.DataFrame:
    """Rows of the table from sums, shape (1 + thresholds, services, zones)."""
    shape = (len(names), len(services), len(thresholds))
    population = np.broadcast_to(total[0].T[:, :, None], shape).ravel()
    covered = total[1:].transpose(2, 1, 0).ravel()
    zone, service, threshold = (axis.ravel() for axis in np.indices(shape))
    share = np.full(len(covered), np.nan)
    np.divide(covered, population, out=share, where=population > 0)
    table: pd.DataFrame = pd.concat(
        [names.iloc[zone].reset_index(drop=True), services.iloc[service].reset_index(drop=True)],
        axis=1,
    )
    return table.assign(
        threshold_minutes=np.asarray(thresholds, np.float64)[threshold],
        population=population,
        covered_population=covered,
        covered_share=share,
    )


def _require_cells(access: pd.DataFrame, apart: list[str], groups: Sequence[str]) -> None:
    """Refuse people counted twice, and people or minutes that are no quantity."""
    if "cell_id" in access.columns:
        again = access.duplicated(["cell_id", *apart])
        if again.any():
            shown = ", ".join(access.loc[again, "cell_id"].astype(str).unique()[:SHOWN])
            raise InputError("duplicate_ids", file="access", column="cell_id", ids=shown)
    for name in groups:
        people = access[name].to_numpy(np.float64, na_value=np.nan)
        wrong = ~(np.isfinite(people) & (people >= 0))
        if wrong.any():
            row = int(wrong.argmax())
            where = access.iloc[row].get("cell_id", row + 2)
            raise InputError("bad_quantity", name=name, id=where, value=people[row])
    minutes = access["minutes"].to_numpy(np.float32)
    if (minutes < 0).any():
        raise InputError("bad_matrix_minutes", value=f"{minutes[minutes < 0][0]:g}")


def _distinct(values: pd.Series) -> tuple[pd.Index, npt.NDArray[np.intp]]:
    code, met = pd.factorize(values.to_numpy())
    return pd.Index(met), code


def _numbered(frame: pd.DataFrame) -> tuple[npt.NDArray[np.integer[Any]], pd.DataFrame]:
    """Number of each row's combination of values, and the combinations in the order met."""
    if frame.shape[1] == 1:
        code, met = pd.factorize(frame.iloc[:, 0])
        return code, pd.DataFrame({frame.columns[0]: met})
    number = frame.groupby(list(frame.columns), sort=False, dropna=False).ngroup()
    return number.to_numpy(np.intp), frame.drop_duplicates(ignore_index=True)


def _membership(zones: pd.DataFrame, names: pd.DataFrame, units: pd.Index, unit: str) -> Any:
    """1 where a commune or cell belongs to a zone: sparse, shape (units, zones)."""
    number = pd.MultiIndex.from_frame(names).get_indexer(pd.MultiIndex.from_frame(zones[ZONE]))
    row = units.get_indexer(pd.Index(zones[unit]))
    known = row >= 0
    shape = (len(units), len(names))
    member = sparse.csr_array((np.ones(known.sum()), (row[known], number[known])), shape=shape)
    member.sum_duplicates()
    member.data[:] = 1  # a membership said twice counts once
    return member


def zone_balance(people: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """For each kind of zone: people in none of its zones, and people in several.

    Parameters
    ----------
    people
        `commune_code` (or `cell_id`, as in `zones`) and `population`, one row a cell.

    Returns
    -------
    `zone_kind,population,left_out,in_several`: what the totals of a kind lack or count twice.
    """
    unit = "commune_code" if "commune_code" in zones.columns else "cell_id"
    rows = zones.drop_duplicates([unit, *ZONE])
    count = people["population"].to_numpy(np.float64)
    parts = []
    for kind, part in rows.groupby("zone_kind", sort=False):
        times = people[unit].map(part[unit].value_counts()).fillna(0).to_numpy()
        parts.append((kind, count.sum(), count[times == 0].sum(), count[times > 1].sum()))
    return pd.DataFrame(parts, columns=["zone_kind", "population", "left_out", "in_several"])


def beyond(access: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Rows of `access` whose people are not covered, the farthest first, those without a time last.

    They keep `facility_id`: the nearest facility, however far.
    """
    limit = checked_thresholds([threshold])[0]
    far: pd.DataFrame = access[~(access["minutes"].astype(np.float32) <= limit)]
    return far.sort_values("minutes", ascending=False, kind="stable", na_position="last")


def summary(access: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    """People-weighted minutes to the nearest facility, by the values of one or several columns.

    Returns
    -------
    Index: values of `by`. Columns: `population`, `mean_minutes`, `median_minutes`, `p90_minutes`,
    `max_minutes` (all four of those who reach a facility), `unreached` (people who reach none). The
    median is the least time that covers half of the people; P90, nine tenths.
    """
    people = access["population"].to_numpy(np.float64)
    minutes = access["minutes"].to_numpy(np.float64)
    group = access.groupby(by, sort=False)
    number = group.ngroup().to_numpy()
    size = group.ngroups
    known = ~np.isnan(minutes)
    reached = np.bincount(number, people * known, size)
    total = np.bincount(number, people, size)
    product = np.bincount(number, people * np.where(known, minutes, 0), size)
    living = known & (people > 0)
    order = np.lexsort((minutes[living], number[living]))
    at, time, count = number[living][order], minutes[living][order], people[living][order]
    start = np.searchsorted(at, np.arange(size))
    end = np.searchsorted(at, np.arange(size), side="right")
    running = np.concatenate([[0.0], np.cumsum(count)])
    some = reached > 0

    def quantile(share: float) -> Float64:
        goal = running[start] + share * reached
        position = np.searchsorted(running, goal - 1e-12 * np.maximum(goal, 1)) - 1
        result = np.full(size, np.nan)
        result[some] = time[np.clip(position, start, np.maximum(end - 1, start))[some]]
        return result

    return pd.DataFrame(
        {
            "population": total,
            "mean_minutes": np.divide(product, reached, out=np.full(size, np.nan), where=some),
            "median_minutes": quantile(0.5),
            "p90_minutes": quantile(0.9),
            "max_minutes": quantile(1.0),
            "unreached": total - reached,
        },
        index=group.size().index,
    )


def zone_summary(access: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """`summary` by zone and service, with the columns of the zone."""
    unit = "commune_code" if "commune_code" in zones.columns else "cell_id"
    rows = access.merge(zones.drop_duplicates([unit, *ZONE])[[unit, *ZONE]], on=unit)
    return summary(rows, [*ZONE, "service"]).reset_index()
