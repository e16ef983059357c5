"""Tables of round trips by timetable, written block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from siting.network.service_time import clock
from siting.times import park_and_ride, round_trips, transit, transit_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from siting.network.routing import Int32
    from siting.network.timetable import Timetable
    from siting.times.round_trips import Day
    from siting.times.walking import Walking

HOMES = 20_000  # of a block held in memory at once
SCHEMA = pa.schema(
    [
        ("origin_id", pa.string()),
        ("destination_id", pa.string()),
        ("round_trips", pa.int32()),
        ("shortest_absence", pa.float32()),
        ("leave_home", pa.string()),
        ("back_home", pa.string()),
        ("latest_departure_home", pa.string()),
        ("on_foot", pa.bool_()),
        ("reason", pa.string()),
    ]
)


def write(
    path: Path,
    timetable: Timetable,
    way: Walking,
    homes: pd.DataFrame,
    places: pd.DataFrame,
    day: Day,
    cap_min: float = transit.WALK_CAP_MIN,
    vehicle: Walking | None = None,
) -> int:
    """Write round trips as Parquet: see `blocks`; give the number of rows.

    Raises
    ------
    InputError
        See `round_trips.find`.
    OutputError
        The folder cannot be written to.
    """
    frames = blocks(timetable, way, homes, places, day, cap_min, vehicle)
    return transit_tables.write_frames(path, SCHEMA, frames)


def blocks(
    timetable: Timetable,
    way: Walking,
    homes: pd.DataFrame,
    places: pd.DataFrame,
    day: Day,
    cap_min: float,
    vehicle: Walking | None = None,
) -> Iterator[pd.DataFrame]:
    """Round trips as a long table, some homes at a time.

    Parameters
    ----------
    vehicle
        Roads read for a bicycle or car that takes one to a stop and back: see `park_and_ride`.

    Yields
    ------
    `origin_id,destination_id`; `round_trips`, see `round_trips.RoundTrips`; `shortest_absence`,
    minutes; `leave_home`, `back_home` of that one, and `latest_departure_home`, the last time to
    leave the place for home: clock times, beyond 24:00 in the night after; `on_foot`; `reason`:
    empty, or `no_round_trip`, or `too_far_from_road`.
    """
    off = [way.reasons(points) for points in (homes, places)]
    out = transit.changing_and_arriving(way, timetable, places, cap_min)
    for start in range(0, len(homes), HOMES):
        part = homes.iloc[start : start + HOMES]
        there = transit.leaving_from(out, way, timetable, part, places, cap_min)
        arriving = transit.changing_and_arriving(way, timetable, part, cap_min)
        back = transit.leaving_from(arriving, way, timetable, places, part, cap_min)
        if vehicle is None:
            result = round_trips.find(timetable, there, back, day)
        else:
            by_vehicle = park_and_ride.rides(vehicle, part, timetable)
            result = park_and_ride.find(timetable, there, back, by_vehicle, day)
        none = result.leaves < 0
        reason = np.where(none, "no_round_trip", "").astype(object)
        for axis, why in enumerate((off[0][start : start + HOMES], off[1])):
            shown = np.expand_dims(why, 1 - axis)
            np.copyto(reason, shown, where=np.expand_dims(why != "", 1 - axis) & none)
        home, place = np.indices(none.shape).reshape(2, -1)
        absence = np.where(none, np.nan, result.absence / 60).astype(np.float32)
        yield pd.DataFrame(
            {
                "origin_id": part["id"].to_numpy()[home],
                "destination_id": places["id"].to_numpy()[place],
                "round_trips": np.maximum(result.trips, 0).ravel(),
                "shortest_absence": absence.ravel(),
                "leave_home": _clocks(result.leaves),
                "back_home": _clocks(result.returns),
                "latest_departure_home": _clocks(result.latest),
                "on_foot": (result.on_foot > 0).ravel(),
                "reason": reason.ravel(),
            }
        )


def _clocks(seconds: Int32) -> list[str | None]:
    """Clock times to the minute, the next for those that are not whole; None for none (-1)."""
    whole = np.where(seconds.ravel() < 0, -1, -(-seconds.ravel() // 60))
    names = {value: clock(60 * int(value)) if value >= 0 else None for value in np.unique(whole)}
    return [names[value] for value in whole]
