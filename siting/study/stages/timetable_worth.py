"""What each line and each run is worth: who would have no round trip left without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.measures import return_trips as measure
from siting.network.service_time import clock
from siting.study.stages import return_trips

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.network.timetable import Timetable
    from siting.study.prepared import PreparedStudy
    from siting.study.stages.return_trips import DayTrips

    Int64 = npt.NDArray[np.int64]

COLUMNS = ["service", "day", "kind", "feed", "line", "trip_id", "departs", "people_lost"]


def lines(ground: PreparedStudy, days: list[DayTrips]) -> pd.DataFrame:
    """People who would have no round trip left, by line, and by run where there are any."""
    parts = [_of_day(ground, day, service.id) for day in days for service in ground.study.services]
    return pd.concat(parts, ignore_index=True)


def _of_day(ground: PreparedStudy, day: DayTrips, service: str) -> pd.DataFrame:
    timetable, keys = day.day.timetable, return_trips.keys_of(ground.study)
    own, most = day.places.of(service), 60 * keys.absence_minutes[-1]
    away = return_trips.away(keys, day.places.openings)
    people = ground.cells["population"].to_numpy(np.float64)
    today = measure.served(day.trips.towards(own), most)

    def still_served(left_out: Int64, homes: Int64) -> npt.NDArray[np.bool_]:
        rest = timetable.running(np.setdiff1d(np.arange(timetable.n_runs), left_out))
        trips = return_trips.find(rest, day.walks.of(homes), away)
        return measure.served(trips.towards(own), most)

    grouped = by_line(timetable, *return_trips.window(keys))
    losses = measure.losses(list(grouped.values()), day.walks.homes[today], still_served)
    trips = timetable.trips.iloc[timetable.trip[timetable.first[:-1]]].reset_index(drop=True)
    departs = timetable.departure[timetable.first[:-1]]
    rows: list[tuple[object, ...]] = []
    for k, loss in enumerate(losses):
        lost = float(people[loss.homes].sum())
        trip = trips.iloc[int(loss.runs[0])]
        if k < len(grouped):
            rows.append((service, day.day.id, "line", trip["feed"], trip["route"], "", "", lost))
        else:
            when = clock(int(departs[loss.runs[0]]))
            known = (trip["feed"], trip["route"], trip["trip_id"], when)
            rows.append((service, day.day.id, "run", *known, lost))
    return pd.DataFrame(rows, columns=COLUMNS)


def by_line(timetable: Timetable, start: int, end: int) -> dict[tuple[str, str], Int64]:
    """Runs of each line (feed and name) that are on the road in a span of seconds."""
    first, last = timetable.first[:-1], timetable.first[1:] - 1
    trips = timetable.trips.iloc[timetable.trip[first]].reset_index(drop=True)
    on_road = (timetable.arrival[last] >= start) & (timetable.departure[first] <= end)
    lines = trips[on_road].groupby(["feed", "route"], sort=True)
    return {(str(feed), str(route)): rows.index.to_numpy() for (feed, route), rows in lines}
