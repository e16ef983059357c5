"""Journeys by timetable between two points, leg by leg: for a person, or a map.

The earliest arrival comes from the same sweep as every other time. The way is then read off the
events that hold it, with as few rides as it allows.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from siting.network import service_time
from siting.times import transit
from siting.times.kernels import events

if TYPE_CHECKING:
    import pandas as pd

    from siting.network.timetable import Timetable
    from siting.times.transit import Events, TransitWalks, UInt16, Window
    from siting.times.walking import Walks

NEVER = int(events.NEVER)


def clock(seconds: int) -> str:
    """Write seconds of the day as a clock time to the second, `25:10:00` past midnight."""
    return f"{service_time.clock(seconds)}:{seconds % 60:02d}"


@dataclass(frozen=True)
class Leg:
    """A part of a journey, on foot or in a vehicle.

    Attributes
    ----------
    mode
        `walk` or `ride`.
    start, end
        Seconds of the day; a walk is made at once, waiting comes after it.
    from_name, to_name
        Stops; empty at the journey's two ends.
    route
        Name of the route that is ridden, empty on foot.
    line
        Longitude and latitude, float64, shape (points, 2): stop by stop, straight.
    """

    mode: Literal["walk", "ride"]
    start: int
    end: int
    from_name: str
    to_name: str
    route: str
    line: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Journey:
    """A journey of which none leaves later and arrives as soon.

    Attributes
    ----------
    leaves, arrives
        Seconds of the day.
    legs
        In order; a stay of no length on foot is none.
    """

    leaves: int
    arrives: int
    legs: tuple[Leg, ...]

    @property
    def changes(self) -> int:
        """How often one changes vehicles."""
        return max(0, sum(leg.mode == "ride" for leg in self.legs) - 1)


@dataclass(frozen=True)
class TowardsPlace:
    """A sweep towards one place, to be read from one origin.

    Attributes
    ----------
    timetable, walks, graph
        What was searched.
    begin
        Second of the day from which `graph` counts.
    best
        Earliest arrival from each row, in seconds after `begin`.
    leave
        Seconds on foot from each stop to the place.
    """

    timetable: Timetable
    walks: TransitWalks
    graph: Events
    begin: int
    best: UInt16
    leave: UInt16

    def departures(self, minute: int) -> list[tuple[int, int]]:
        """First departure that is caught at each stop in reach, and the seconds to walk there."""
        graph, leaving = self.graph, self.walks.leaving
        caught = []
        for stop, lasts in zip(leaving.other.tolist(), leaving.seconds.tolist(), strict=True):
            first, last = int(graph.leaves[stop]), int(graph.leaves[stop + 1])
            c = first + int(np.searchsorted(graph.when[first:last], 60 * minute + lasts))
            if c < last:
                caught.append((c, lasts))
        return caught

    def arrival(self, minute: int) -> int:
        """Earliest arrival by vehicle of who leaves at a minute, in seconds after `begin`."""
        rows = [self.graph.wait[c] for c, _ in self.departures(minute)]
        return min((int(self.best[row]) for row in rows), default=NEVER)


def between(
    timetable: Timetable, walks: TransitWalks, ends: pd.DataFrame, window: Window
) -> list[Journey]:
    """Distinct journeys of a window between two points, by the time they leave.

    Parameters
    ----------
    walks
        Of one origin and one place: see `transit.access`.
    ends
        `lon,lat` of the origin and of the place.
    window
        See `transit.Window`.

    Returns
    -------
    Journeys by vehicle, faster than walking; where there is none, the one on foot, if there is.

    Raises
    ------
    InputError
        The window lasts longer than a search.
    """
    transit.require_span(window)
    on_foot = int(walks.direct.seconds[0]) if len(walks.direct.seconds) else NEVER
    most = min(window.limit_s, on_foot - 1)
    leaves = (
        _latest_departures(timetable, walks, window, most)
        if window.arrive
        else [window.start + 60 * minute for minute in range(window.minutes)]
    )
    made: list[Journey] = []
    if leaves:
        begin = min(leaves)
        search = _searched(timetable, walks, begin, max(leaves) - begin + window.limit_s)
        soonest = NEVER
        for second in sorted(leaves, reverse=True):
            minute = (second - begin) // 60
            arrives = search.arrival(minute)
            if arrives < soonest and arrives - 60 * minute <= most:
                made.append(_journey(search, minute, arrives, ends))
            soonest = min(soonest, arrives)
    if made or on_foot > window.limit_s:
        return made[::-1]
    start = window.start if not window.arrive else window.last - on_foot
    line = ends[["lon", "lat"]].to_numpy(float)
    walk = Leg("walk", start, start + on_foot, "", "", "", line)
    return [Journey(start, start + on_foot, (walk,))]


def _searched(timetable: Timetable, walks: TransitWalks, begin: int, lasts: int) -> TowardsPlace:
    graph = transit.prepare(timetable, walks.changing, begin, min(lasts, NEVER - 1))
    leave = transit.leave_table(walks.arriving, len(timetable.stops), 0)
    best = np.empty((len(graph.row_stop), events.PLACES), np.uint16)
    transit.swept(graph, leave, best)
    return TowardsPlace(timetable, walks, graph, begin, best[:, 0].copy(), leave[:, 0].copy())


def _latest_departures(
    timetable: Timetable, walks: TransitWalks, window: Window, most: int
) -> list[int]:
    """Whole minutes, as seconds of the day, at which journeys to each arrival minute leave."""
    search = _searched(timetable.backward(), walks.backward(), -window.last, window.end_s)
    made = set()
    for minute in range(window.minutes):
        value = search.arrival(minute)
        if value - 60 * minute <= most:
            made.add((window.last - value) // 60 * 60)
    return sorted(made)


def _journey(search: TowardsPlace, minute: int, arrives: int, ends: pd.DataFrame) -> Journey:
    """The journey that leaves at a minute and arrives when it may, with the fewest rides."""
    first, rows = _way(search, minute, arrives)
    timetable, graph, begin = search.timetable, search.graph, search.begin
    stops, walks = timetable.stops, search.walks
    at = stops[["lon", "lat"]].to_numpy(float)
    names = stops["name"].to_numpy(object)
    origin, place = ends[["lon", "lat"]].to_numpy(float)
    call = np.full(len(graph.row_stop), -1)
    call[graph.ride[graph.ride >= 0]] = np.flatnonzero(graph.ride >= 0)
    departs = np.full(len(graph.row_stop), -1)
    departs[graph.wait] = np.arange(len(graph.wait))
    legs = []
    stop = int(timetable.stop[graph.call[departs[rows[0]]]])
    if first:
        line = np.array([origin, at[stop]])
        start = begin + 60 * minute
        legs.append(Leg("walk", start, start + first, "", str(names[stop]), "", line))
    k = 0
    while k < len(rows):
        while k + 1 < len(rows) and departs[rows[k + 1]] >= 0:
            k += 1  # wait for a later departure
        board = int(graph.call[departs[rows[k]]])
        k += 1
        while k + 1 < len(rows) and call[rows[k + 1]] >= 0:
            k += 1
        alight = int(call[rows[k]])
        legs.append(_ride(timetable, board, alight, at, names))
        stop, left = int(timetable.stop[alight]), int(timetable.arrival[alight])
        k += 1
        if k < len(rows):
            following = int(timetable.stop[graph.call[departs[rows[k]]]])
            lasts = _seconds(walks.changing, stop, following)
            line = at[[stop, following]]
            if following != stop:
                walk = Leg(
                    "walk", left, left + lasts, str(names[stop]), str(names[following]), "", line
                )
                legs.append(walk)
    if begin + arrives > left:
        line = np.array([at[stop], place])
        legs.append(Leg("walk", left, begin + arrives, str(names[stop]), "", "", line))
    return Journey(begin + 60 * minute, begin + arrives, tuple(legs))


def _ride(
    timetable: Timetable, board: int, alight: int, at: npt.NDArray[np.float64], names: Any
) -> Leg:
    called = timetable.stop[board : alight + 1]
    routes = timetable.trips["route"].to_numpy(object)[timetable.trip[board : alight + 1]]
    line = at[called]
    return Leg(
        "ride",
        int(timetable.departure[board]),
        int(timetable.arrival[alight]),
        str(names[called[0]]),
        str(names[called[-1]]),
        " / ".join(dict.fromkeys(map(str, routes))),  # several where one stays seated
        line[~np.isnan(line).any(axis=1)],
    )


def _seconds(changing: Walks, start: int, end: int) -> int:
    part = slice(int(changing.first[start]), int(changing.first[start + 1]))
    return int(changing.seconds[part][changing.other[part] == end][0])


def _way(search: TowardsPlace, minute: int, arrives: int) -> tuple[int, list[int]]:
    """Seconds on foot to the first stop, and rows from there on: the fewest rides that arrive so.

    A breadth-first search of the rows that hold the arrival; getting on costs a ride.
    """
    graph = search.graph
    waiting = np.zeros(len(graph.row_stop), bool)
    waiting[graph.wait] = True
    before: dict[int, int] = {}
    walked: dict[int, int] = {}
    queue: deque[tuple[int, int]] = deque()
    for c, lasts in sorted(search.departures(minute), key=lambda pair: pair[1]):
        row = int(graph.wait[c])
        if search.best[row] == arrives and row not in walked:
            walked[row] = lasts
            queue.append((row, -1))
    while True:
        row, parent = queue.popleft()
        if row in before:
            continue
        before[row] = parent
        stop = int(graph.row_stop[row])
        if stop >= 0 and int(search.leave[stop]) + int(graph.row_time[row]) == arrives:
            break
        for following in graph.after[graph.first[row] : graph.first[row + 1]].tolist():
            if search.best[following] == arrives and following not in before:
                if waiting[row] and not waiting[following]:
                    queue.append((following, row))
                else:
                    queue.appendleft((following, row))
    rows = [row]
    while before[rows[-1]] >= 0:
        rows.append(before[rows[-1]])
    return walked[rows[-1]], rows[::-1]
