"""Transport on demand as runs: from door to door, and from doors to stops and back.

A way on demand is known by its areas and its hours alone. For each place where it may fetch
someone, a run leaves every `EVERY_S` seconds of its hours and comes to each place where it may take
them after the time that a car takes: journeys, round trips and all that rests on them then hold
transport on demand as they hold buses. Nobody is taken from home to home.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting.network import timetable_runs
from siting.network.timetable_calls import metres
from siting.network.timetable_feed import Runs

if TYPE_CHECKING:
    from siting.network.routing import Float64, Int32, Int64
    from siting.network.timetable import Timetable
    from siting.network.timetable_feed import Bool

EVERY_S = 600
"""Seconds between two departures that may be booked: a hypothesis."""
KMH, DETOUR = 35.0, 1.3
"""Speed over the straight line drawn out, stops on the way included: a hypothesis."""
HOME, PLACE, STOP = 0, 1, 2


def joined(timetable: Timetable, homes: pd.DataFrame, places: pd.DataFrame) -> Timetable:
    """A timetable whose transport on demand runs between homes, places and stops.

    Parameters
    ----------
    homes, places
        `id,lon,lat`, degrees. Those within an area become stops of the timetable.

    Returns
    -------
    The same timetable where it has no transport on demand.
    """
    if timetable.demand.empty:
        return timetable
    stops, role = _with_doors(timetable, homes, places)
    members = [
        _members(shape, own, stops)
        for shape, own in zip(timetable.areas["shape"], timetable.areas["stops"], strict=True)
    ]
    demand = timetable.demand.reset_index(drop=True)
    parts = [Runs(*(getattr(timetable, name) for name in Runs.__dataclass_fields__))]
    trips_before = len(timetable.trips)
    ways: Any = demand.itertuples(index=False)
    for k, row in enumerate(ways):
        ends = members[row.from_area], members[row.to_area]
        parts += _runs(stops, role, ends, (row.start, row.end, row.until), trips_before + k)
    whole = timetable_runs.joined(parts)
    trips = demand[["feed", "route"]].assign(trip_id="", route_type=-1)
    return replace(
        timetable,
        stops=stops,
        trips=pd.concat([timetable.trips, trips], ignore_index=True),
        **{name: getattr(whole, name) for name in Runs.__dataclass_fields__},
    )


def _with_doors(
    timetable: Timetable, homes: pd.DataFrame, places: pd.DataFrame
) -> tuple[pd.DataFrame, Int64]:
    """Stops with the doors that an area holds behind them, and what each is."""
    shapes = [shape for shape in timetable.areas["shape"] if shape is not None]
    doors = pd.concat([homes.assign(role=HOME), places.assign(role=PLACE)], ignore_index=True)
    doors = doors.assign(id="door:" + doors["id"].astype(str), name="")
    within = shapely.contains_xy(shapely.union_all(shapes), doors["lon"], doors["lat"])
    columns = ["id", "name", "lon", "lat", "role"]
    before = timetable.stops.assign(role=STOP)[columns]
    stops = pd.concat([before, doors.loc[within, columns]], ignore_index=True)
    return stops[columns[:-1]], stops["role"].to_numpy(np.int64)


def _members(shape: shapely.Geometry | None, own: tuple[int, ...], stops: pd.DataFrame) -> Int64:
    """Stops and doors of an area, by number."""
    if shape is None:
        return np.array(own, np.int64)
    return np.flatnonzero(shapely.contains_xy(shape, stops["lon"], stops["lat"]))


def _runs(
    stops: pd.DataFrame,
    role: Int64,
    ends: tuple[Int64, Int64],
    hours: tuple[int, int, int],
    trip: int,
) -> list[Runs]:
    """Runs of one way on demand: from each door or stop, every so often, to all that it may."""
    start, end, until = hours
    leaves = np.arange(start, end + 1, EVERY_S)
    parts = []
    for source in ends[0].tolist():
        wanted = ends[1][ends[1] != source]
        if role[source] != STOP:  # from a home to places and stops, from a place to homes and stops
            wanted = wanted[role[wanted] != role[source]]
        lasts = _seconds(stops, source, wanted)
        order = np.argsort(lasts, kind="stable")
        wanted, lasts = wanted[order], lasts[order]
        for second in leaves.tolist():
            count = int(np.searchsorted(lasts, until - second, side="right"))
            if count:
                parts.append(_run(source, second, wanted[:count], lasts[:count], trip))
    return parts


def _run(source: int, second: int, wanted: Int64, lasts: Int32, trip: int) -> Runs:
    size = len(wanted) + 1
    times = np.concatenate([[second], second + lasts]).astype(np.int32)
    board: Bool = np.zeros(size, bool)
    board[0] = True
    return Runs(
        np.array([0, size], np.int64),
        np.concatenate([[source], wanted]).astype(np.int32),
        times,
        times,
        board,
        ~board,
        np.full(size, trip, np.int32),
    )


def _seconds(stops: pd.DataFrame, source: int, wanted: Int64) -> Int32:
    """Seconds that the vehicle takes, rounded up to whole minutes."""
    start = np.full(len(wanted), source, np.int32)
    straight: Float64 = metres(stops, start, wanted.astype(np.int32))
    minutes = np.ceil(np.nan_to_num(straight, nan=1e6) * DETOUR / (KMH / 3.6) / 60)
    return (60 * np.maximum(minutes, 1)).astype(np.int32)
