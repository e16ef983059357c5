"""What a scenario changes of a day's timetable: runs added or moved, stops added to a run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.network.routing import Int64
    from siting.network.timetable import Timetable

ADDED = "what_if"
"""Feed of the runs that a scenario adds."""


def runs_of(timetable: Timetable, trip_id: str) -> Int64:
    """Runs of a trip, by number: several where it leaves at intervals; none where it is unknown."""
    rows = np.flatnonzero(timetable.trips["trip_id"].to_numpy() == trip_id)
    runs = np.repeat(np.arange(timetable.n_runs), np.diff(timetable.first))
    return np.unique(runs[np.isin(timetable.trip, rows)])


def moved(timetable: Timetable, runs: Int64, seconds: int) -> Timetable:
    """Some runs earlier or later by so many seconds."""
    size = np.diff(timetable.first)
    chosen = np.repeat(np.isin(np.arange(timetable.n_runs), runs), size)
    later = np.where(chosen, seconds, 0).astype(np.int32)
    return replace(
        timetable, arrival=timetable.arrival + later, departure=timetable.departure + later
    )


def with_stop(timetable: Timetable, name: str, lon: float, lat: float, id_: str) -> Timetable:
    """One stop more; it has the last number."""
    stop = pd.DataFrame([{"id": id_, "name": name, "lon": lon, "lat": lat}])
    return replace(timetable, stops=pd.concat([timetable.stops, stop], ignore_index=True))


def with_run(
    timetable: Timetable, line: str, trip_id: str, calls: Sequence[tuple[int, int]]
) -> Timetable:
    """One run more, with its calls: number of the stop, seconds of the day."""
    stop, when = (np.array(values, np.int32) for values in zip(*calls, strict=True))
    row = {"feed": ADDED, "trip_id": trip_id, "route": line}
    trips = pd.concat([timetable.trips, pd.DataFrame([row])], ignore_index=True)
    trips["route_type"] = trips["route_type"].fillna(-1).astype(int)
    size = len(calls)
    place = np.arange(size)
    return replace(
        timetable,
        first=np.append(timetable.first, timetable.first[-1] + size).astype(np.int64),
        stop=np.concatenate([timetable.stop, stop]),
        arrival=np.concatenate([timetable.arrival, when]),
        departure=np.concatenate([timetable.departure, when]),
        board=np.concatenate([timetable.board, place < size - 1]),
        alight=np.concatenate([timetable.alight, place > 0]),
        trip=np.concatenate([timetable.trip, np.full(size, len(trips) - 1, np.int32)]),
        trips=trips,
    )


def with_call(
    timetable: Timetable, run: int, after: int, stop: int, ride_s: int, extra_s: int
) -> Timetable:
    """One call more in a run, after its call at a stop; all that follows is later.

    Parameters
    ----------
    after
        Number of the call that it follows.
    stop
        Number of the stop.
    ride_s
        Seconds from the call before to the new one.
    extra_s
        Seconds by which the rest of the run is later.
    """
    at = after + 1
    inside = (np.arange(len(timetable.stop)) >= at) & (
        np.arange(len(timetable.stop)) < timetable.first[run + 1]
    )
    later = np.where(inside, extra_s, 0).astype(np.int32)
    arrival, departure = timetable.arrival + later, timetable.departure + later
    when = timetable.departure[after] + np.int32(ride_s)
    return replace(
        timetable,
        first=timetable.first + (np.arange(timetable.n_runs + 1) > run),
        stop=np.insert(timetable.stop, at, stop),
        arrival=np.insert(arrival, at, when),
        departure=np.insert(departure, at, when),
        board=np.insert(timetable.board, at, True),
        alight=np.insert(timetable.alight, at, True),
        trip=np.insert(timetable.trip, at, timetable.trip[after]),
    )
