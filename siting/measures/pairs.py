"""Pairs of a demand cell and a facility with the minutes between them, sparse, row by row.

Most cells are far from most facilities: only pairs that have a time (within the limit with which
the matrix was made) are kept, 8 bytes each. Every measure is a few sums over them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from siting.contracts import missing_column
from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from siting.times.matrix import Dense

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Ids = npt.NDArray[np.object_]

BLOCK = 1 << 18  # pairs whose weights are computed at once: two megabytes, freed and reused
KEPT_BYTES = 1 << 24
LONGEST_MINUTES = 1440  # a longer threshold can only be in another unit
SHOWN = 5  # identifiers that a message names


@dataclass(frozen=True)
class Pairs:
    """Times between origins and destinations, compressed by rows.

    Pair p of origin i, `first[i] <= p < first[i + 1]`, goes to `destination[p]` in `minutes[p]`.
    Destinations increase within a row.

    Attributes
    ----------
    origins, destinations
        Identifiers, text, in the order of rows and columns.
    first
        int64, shape (origins + 1,).
    destination
        int32, shape (pairs,).
    minutes
        float32, shape (pairs,), none missing, none negative.
    reason
        Why an origin has no pair (see `contracts.REASONS`); empty where it has one.
    horizon
        Minutes at which the table was cut: what lies beyond is not in it. Infinite where it holds
        every pair that has a route.
    """

    origins: Ids
    destinations: Ids
    first: Int64
    destination: Int32
    minutes: Float32
    reason: Ids
    horizon: float = np.inf

    @property
    def shape(self) -> tuple[int, int]:
        """Number of origins, number of destinations."""
        return len(self.origins), len(self.destinations)

    @property
    def count(self) -> Int64:
        """Destinations that each origin reaches, int64, shape (origins,)."""
        return np.diff(self.first)


def from_long(
    matrix: pd.DataFrame,
    origins: Sequence[str] | None = None,
    destinations: Sequence[str] | None = None,
    horizon: float = np.inf,
) -> Pairs:
    """Pairs of a long matrix.

    Parameters
    ----------
    matrix
        `origin_id,destination_id,minutes` and, where known, `reason`: see `contracts.MATRIX`. Rows
        in any order; an absent pair is `beyond_limit`.
    origins, destinations
        All the identifiers, in the order wanted: a cell that reaches nothing has no row in a sparse
        matrix, and only this list tells that it exists. Without them, those of the matrix, in the
        order in which they come.
    horizon
        Minutes at which the matrix was cut, if it was.

    Raises
    ------
    InputError
        A column is missing, an id of the matrix is not in the list, a list repeats an id, a pair
        stands twice, or minutes are negative or infinite.
    """
    for column in ("origin_id", "destination_id", "minutes"):
        if column not in matrix.columns:
            raise missing_column("matrix", column, matrix.columns)
    rows, row = _numbered(matrix["origin_id"], origins, "origin_id")
    columns, column_of = _numbered(matrix["destination_id"], destinations, "destination_id")
    minutes = matrix["minutes"].to_numpy(np.float32, na_value=np.nan)
    known = ~np.isnan(minutes)
    reason = np.full(len(rows), "beyond_limit", object)
    if "reason" in matrix.columns and not known.all():
        reasons = matrix["reason"].to_numpy(object)
        reason[row[reasons == "no_route"]] = "no_route"
        off = np.bincount(row[reasons == "too_far_from_road"], minlength=len(rows))
        reason[(off > 0) & (off == np.bincount(row, minlength=len(rows)))] = "too_far_from_road"
    if not known.all():
        row, column_of, minutes = row[known], column_of[known], minutes[known]
    return from_indices(row, column_of, minutes, rows, columns, reason, horizon)


def from_indices(
    origin: npt.ArrayLike,
    destination: npt.ArrayLike,
    minutes: npt.ArrayLike,
    origins: Sequence[str] | Ids,
    destinations: Sequence[str] | Ids,
    reason: Ids | None = None,
    horizon: float = np.inf,
) -> Pairs:
    """Pairs given by the positions of their ends, in any order.

    Raises
    ------
    InputError
        A pair stands twice, or minutes are negative, infinite or missing.
    """
    row, column = np.asarray(origin), np.asarray(destination)
    time = np.asarray(minutes, np.float32)
    rows, columns = _ids(origins, "origins"), _ids(destinations, "destinations")
    _require_minutes(time)
    key = row.astype(np.int64) * len(columns) + column
    if len(key) and not bool(np.all(key[1:] > key[:-1])):
        order = np.argsort(key, kind="stable")
        key, column, time, row = key[order], column[order], time[order], row[order]
        twice = np.flatnonzero(key[1:] == key[:-1])
        if len(twice):
            shown = f"{rows[row[twice[0]]]}/{columns[column[twice[0]]]}"
            raise InputError(
                "duplicate_ids", file="matrix", column="origin_id/destination_id", ids=shown
            )
    count = np.bincount(row, minlength=len(rows))
    return _pairs(rows, columns, count, column.astype(np.int32), time, reason, horizon)


def from_dense(
    minutes: npt.ArrayLike,
    origins: Sequence[str] | Ids,
    destinations: Sequence[str] | Ids,
    limit: float | None = None,
    reason: Ids | None = None,
) -> Pairs:
    """Pairs of a full matrix, shape (origins, destinations), NaN (or infinite) where no time.

    Pairs beyond `limit` minutes are left out; `reason` says why an origin has none.
    """
    times = np.asarray(minutes, np.float32)
    kept = np.isfinite(times)
    if limit is not None:
        kept &= times <= np.float32(limit)
    rows, columns = _ids(origins, "origins"), _ids(destinations, "destinations")
    column = np.broadcast_to(np.arange(len(columns), dtype=np.int32), times.shape)[kept]
    time = times[kept]
    _require_minutes(time)
    horizon = np.inf if limit is None else limit
    return _pairs(rows, columns, np.count_nonzero(kept, axis=1), column, time, reason, horizon)


def from_times(times: Dense, limit: float | None = None) -> Pairs:
    """Pairs of a matrix just computed (`siting.times.matrix.dense`)."""
    away = times.origins.reason
    minutes = times.minutes
    missing = np.where(np.isnan(minutes).all(axis=1), "no_route", "beyond_limit").astype(object)
    reason = np.where(away == "", missing, away)
    ids, places = times.origins.ids, times.destinations.ids
    return from_dense(minutes, ids, places, limit, reason)


def stack(parts: Sequence[Pairs]) -> Pairs:
    """Rows of several tables to the same destinations, one below the other.

    With it a large matrix is made block by block and never held whole.

    Raises
    ------
    InputError
        The parts have other destinations, or an origin stands in two of them.
    """
    places = parts[0].destinations
    if any(not np.array_equal(part.destinations, places) for part in parts):
        raise InputError("other_destinations")
    return _pairs(
        _ids(np.concatenate([part.origins for part in parts]), "origins"),
        places,
        np.concatenate([part.count for part in parts]),
        np.concatenate([part.destination for part in parts]),
        np.concatenate([part.minutes for part in parts]),
        np.concatenate([part.reason for part in parts]),
        min(part.horizon for part in parts),
    )


def within(pairs: Pairs, limit: float) -> Pairs:
    """The pairs of at most `limit` minutes.

    Raises
    ------
    InputError
        The pairs were cut at fewer minutes.
    """
    require_horizon(pairs, limit)
    kept = select(pairs, pairs.minutes <= np.float32(limit))
    return replace(kept, horizon=min(float(limit), pairs.horizon))


def require_horizon(pairs: Pairs, minutes: float) -> None:
    """Refuse a question beyond the minutes at which the pairs were cut.

    Raises
    ------
    InputError
        The pairs would answer « none » where there may be one farther.
    """
    if np.float32(minutes) > np.float32(pairs.horizon):
        raise InputError("beyond_horizon", minutes=f"{minutes:g}", horizon=f"{pairs.horizon:g}")


def thresholds_within(pairs: Pairs, values: Sequence[float]) -> Float32:
    """Thresholds that pairs can answer; see `checked_thresholds` and `require_horizon`."""
    limits = checked_thresholds(values)
    require_horizon(pairs, float(limits[-1]))
    return limits


def select(pairs: Pairs, kept: npt.NDArray[np.bool_]) -> Pairs:
    """The pairs where `kept`, shape (pairs,); an origin that loses all of its is `beyond_limit`."""
    total = np.concatenate([[0], np.cumsum(kept)])
    count = np.diff(total[pairs.first])
    reason = np.where(pairs.reason == "", "beyond_limit", pairs.reason)
    return _pairs(
        pairs.origins,
        pairs.destinations,
        count,
        pairs.destination[kept],
        pairs.minutes[kept],
        reason,
        pairs.horizon,
    )


def only(pairs: Pairs, facilities: npt.NDArray[np.bool_]) -> Pairs:
    """The pairs to some destinations only; columns keep their numbers."""
    return select(pairs, facilities[pairs.destination])


def restricted(pairs: Pairs, rows: npt.NDArray[np.bool_]) -> Pairs:
    """Some origins only."""
    kept = np.repeat(rows, pairs.count)
    return _pairs(
        pairs.origins[rows],
        pairs.destinations,
        pairs.count[rows],
        pairs.destination[kept],
        pairs.minutes[kept],
        pairs.reason[rows],
        pairs.horizon,
    )


def origin(pairs: Pairs) -> Int32:
    """Row of each pair, int32, shape (pairs,)."""
    return np.repeat(np.arange(len(pairs.origins), dtype=np.int32), pairs.count)


def blocks(pairs: Pairs) -> Iterator[tuple[slice, Pairs]]:
    """Rows some at a time, with their slice: weights of a block stay in the processor's cache."""
    # Freeing one large array tells glibc to keep freed memory up to that size at hand; otherwise
    # each block's temporaries go back to the system and are mapped anew, three times as slow.
    np.empty(KEPT_BYTES, np.uint8)
    start = 0
    while start < len(pairs.origins):
        full = int(np.searchsorted(pairs.first, pairs.first[start] + BLOCK, side="right")) - 1
        end = min(max(full, start + 1), len(pairs.origins))
        low, high = pairs.first[start], pairs.first[end]
        rows = slice(start, end)
        yield (
            rows,
            Pairs(
                pairs.origins[rows],
                pairs.destinations,
                pairs.first[start : end + 1] - low,
                pairs.destination[low:high],
                pairs.minutes[low:high],
                pairs.reason[rows],
                pairs.horizon,
            ),
        )
        start = end


def weights(pairs: Pairs, decay: Callable[[Float32], Float64]) -> Float64:
    """Weight of each pair by its minutes.

    Raises
    ------
    InputError
        The decay gives a weight that is negative, infinite or missing (a power at 0 minutes).
    """
    result = decay(pairs.minutes)
    if len(result) and not (result.min() >= 0 and np.isfinite(result.max())):
        wrong = ~(np.isfinite(result) & (result >= 0))
        minutes, weight = pairs.minutes[wrong][0], result[wrong][0]
        raise InputError("bad_weight", minutes=f"{minutes:g}", weight=f"{weight:g}")
    return result


def at_origins(pairs: Pairs, weight: Callable[[Pairs], Float64], values: Float64) -> Float64:
    """Sum over the facilities of each origin of weight x value of the facility.

    `weight` gives the weight of each pair of a block.
    """
    result = np.empty(len(pairs.origins))
    for rows, block in blocks(pairs):
        result[rows] = csr(block, weight(block)) @ values
    return result


def at_facilities(pairs: Pairs, weight: Callable[[Pairs], Float64], values: Float64) -> Float64:
    """Sum over the origins of each facility of weight x value of the origin."""
    result = np.zeros(len(pairs.destinations))
    for rows, block in blocks(pairs):
        result += csr(block, weight(block)).T @ values[rows]
    return result


def csr(pairs: Pairs, values: Float64) -> Any:
    """Sparse matrix (origins, destinations) with a value for each pair."""
    # scipy copies both index arrays where their types differ
    few = len(values) <= np.iinfo(np.int32).max
    first = pairs.first.astype(np.int32 if few else np.int64)
    return sparse.csr_array((values, pairs.destination, first), shape=pairs.shape)


def aligned(values: pd.Series | npt.ArrayLike, ids: Ids, name: str) -> Float64:
    """Non-negative numbers in the order of the identifiers.

    Parameters
    ----------
    values
        A series by identifier, in any order, or an array already in the order of `ids`.
    ids
        Origins or destinations of the pairs.
    name
        What the numbers are, for the message.

    Raises
    ------
    InputError
        Some identifiers have no value or some values no identifier (a cell or facility that the
        matrix does not know), an identifier stands twice, a number is missing or negative.
    """
    numbers: Float64
    if isinstance(values, pd.Series):
        index = pd.Index(values.index.astype(str), dtype=object)
        wanted = pd.Index(ids, dtype=object)
        if not index.equals(wanted):
            if index.has_duplicates:
                again = _shown(index[index.duplicated()])
                raise InputError("duplicate_ids", file=name, column="id", ids=again)
            position = index.get_indexer(wanted)
            lost = wanted[position < 0]
            if len(lost):
                raise InputError("value_missing", name=name, count=len(lost), ids=_shown(lost))
            if len(index) > len(wanted):
                more = index.difference(wanted, sort=False)
                raise InputError("not_in_matrix", name=name, count=len(more), ids=_shown(more))
            numbers = values.iloc[position].to_numpy(np.float64, na_value=np.nan)
        else:
            numbers = values.to_numpy(np.float64, na_value=np.nan)
    else:
        numbers = np.asarray(values, np.float64)
        if numbers.shape != ids.shape:
            raise InputError("wrong_length", name=name, found=numbers.size, expected=len(ids))
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        value = "" if np.isnan(numbers[at]) else f"{numbers[at]:g}"
        raise InputError("bad_quantity", name=name, id=ids[at], value=value)
    return numbers


def checked_thresholds(values: Sequence[float]) -> Float32:
    """Thresholds in minutes, float32, as times are, so that an exact threshold covers.

    Raises
    ------
    InputError
        There is none, they do not increase, or one is not between 0 and 1,440 (a day): in seconds?
    """
    limits = np.asarray(values, np.float64)
    shown = ", ".join(f"{value:g}" for value in limits)
    if not len(limits) or not bool(np.all(limits[1:] > limits[:-1])):
        raise InputError("thresholds_unsorted", thresholds=shown)
    if not bool(np.all((limits >= 0) & (limits <= LONGEST_MINUTES))):
        raise InputError("thresholds_unit", thresholds=shown)
    return limits.astype(np.float32)


def _pairs(
    rows: Ids,
    columns: Ids,
    count: npt.NDArray[np.integer[Any]],
    column: Int32,
    minutes: Float32,
    reason: Ids | None,
    horizon: float,
) -> Pairs:
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    why = np.full(len(rows), "beyond_limit", object) if reason is None else reason.copy()
    why[np.asarray(count) > 0] = ""
    return Pairs(rows, columns, first, column, minutes, why, float(horizon))


def _ids(values: Sequence[str] | Ids, name: str) -> Ids:
    ids = np.asarray(values).astype(str).astype(object)
    index = pd.Index(ids, dtype=object)
    if index.has_duplicates:
        again = _shown(index[index.duplicated()])
        raise InputError("duplicate_ids", file=name, column="id", ids=again)
    return ids


def _numbered(
    values: pd.Series, ids: Sequence[str] | None, name: str
) -> tuple[Ids, npt.NDArray[np.intp]]:
    """Identifiers, and the number of each row's; without `ids`, those met."""
    code, met = pd.factorize(values)
    if (code < 0).any():
        row = int((code < 0).argmax())
        raise InputError(
            "bad_value", file="matrix", row=row + 2, column=name, value="", expected="id"
        )
    named = np.asarray(met).astype(str).astype(object)
    if ids is None:
        return named, code
    wanted = _ids(ids, name)
    number = pd.Index(wanted, dtype=object).get_indexer(pd.Index(named, dtype=object))
    if (number < 0).any():
        unknown = named[number < 0]
        raise InputError("not_in_list", name=name, count=len(unknown), ids=_shown(unknown))
    return wanted, number[code]


def _require_minutes(minutes: Float32) -> None:
    if len(minutes) and not (minutes.min() >= 0 and np.isfinite(minutes.max())):
        wrong = minutes[~(np.isfinite(minutes) & (minutes >= 0))][0]
        raise InputError("bad_matrix_minutes", value=f"{wrong:g}")


def _shown(ids: Any) -> str:
    """The first few identifiers, for a message."""
    return ", ".join(map(str, list(ids[:SHOWN]))) + (", …" if len(ids) > SHOWN else "")
