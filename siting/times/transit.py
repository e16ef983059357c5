"""Journeys by timetable: exact times for every departure minute of a window.

A person leaves at a whole minute, walks to a stop, rides, changes as often as it takes, walks from
a stop to the place; or walks all the way. Nobody walks longer in one go than the cap. Times are
whole seconds. A search lasts 16 hours at most, from the first departure to the last arrival.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from siting.errors import InputError
from siting.times import walking
from siting.times.kernels import events

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from siting.network.routing import Int32, Int64
    from siting.network.timetable import Timetable
    from siting.times.walking import Walking, Walks

UInt16 = npt.NDArray[np.uint16]
MEMORY = 512 << 20
"""Bytes that swept rows of all threads may take at once, unless those of one take more."""
LONGEST_MIN = 16 * 60
WALK_CAP_MIN = 30.0


@dataclass(frozen=True)
class Window:
    """When people leave, or want to be there.

    Attributes
    ----------
    start
        Second of the day of the first departure, or arrival.
    minutes
        Departures or arrivals, one a minute.
    limit
        Minutes beyond which a place is not reached; None: as long as the search lasts.
    arrive
        True where the window is of arrivals: one leaves as late as will do.
    """

    start: int
    minutes: int
    limit: float | None = None
    arrive: bool = False

    @property
    def last(self) -> int:
        """Second of the day of the last departure, or arrival."""
        return self.start + 60 * (self.minutes - 1)

    @property
    def limit_s(self) -> int:
        """The limit in seconds, never beyond what the search lasts."""
        longest = int(events.NEVER) - 1
        return longest if self.limit is None else min(longest, int(self.limit * 60))

    @property
    def end_s(self) -> int:
        """Seconds after the first departure beyond which no event matters."""
        return min(60 * (self.minutes - 1) + self.limit_s, int(events.NEVER) - 1)


@dataclass(frozen=True)
class Events:
    """The event graph of a timetable from a moment on: see `kernels.events`.

    Attributes
    ----------
    first, after
        What follows each row.
    row_stop, row_time
        Stop where one may get off (-1: none), and second after the search begins.
    ring
        Parts that are repeated.
    leaves, call, when
        Departures by stop.
    ride, wait
        Row of the arrival at each call (-1: none) and of each departure.
    calls
        First call of each run, and the run of each call.
    """

    first: Int64
    after: Int32
    row_stop: Int32
    row_time: Int32
    ring: Int32
    leaves: Int64
    call: Int32
    when: Int32
    ride: Int32
    wait: Int32
    calls: tuple[Int64, Int32]


@dataclass(frozen=True)
class TransitWalks:
    """Walks that journeys begin, change and end with.

    Attributes
    ----------
    leaving
        From each origin to stops.
    changing
        Between stops.
    arriving
        From each stop to places.
    direct
        From each origin to places.
    n_places
        Number of places.
    """

    leaving: Walks
    changing: Walks
    arriving: Walks
    direct: Walks
    n_places: int

    def backward(self) -> TransitWalks:
        """The same walks the other way, from the places to the origins.

        With `Timetable.backward` and a window that starts at the last arrival negated, a search
        then goes back from every arrival minute.
        """
        stops = len(self.changing.first) - 1
        return TransitWalks(
            self.arriving.turned(self.n_places),
            self.changing.turned(stops),
            self.leaving.turned(stops),
            self.direct.turned(self.n_places),
            len(self.direct.first) - 1,
        )


@dataclass(frozen=True)
class Windowed:
    """What a window gives between origins and places.

    Attributes
    ----------
    minutes
        float32, shape (percentiles, origins, places): the time that so many of the departures take
        at most; NaN where too few of them reach the place.
    share
        Share of the departures that take at most each threshold, float32, shape (thresholds,
        origins, places).
    journeys
        Journeys by vehicle of which none leaves later and arrives as soon, faster than walking,
        int32.
    opening, closing
        Minute of the window at which the first and the last of these leave, or arrive by; -1 where
        there is none.
    """

    minutes: npt.NDArray[np.float32]
    share: npt.NDArray[np.float32]
    journeys: Int32
    opening: Int32
    closing: Int32

    def turned(self, minutes: int) -> Windowed:
        """The same of a search back from arrivals, by origin and place, minutes in order."""
        opening, closing = (
            np.where(values < 0, -1, minutes - 1 - values).astype(np.int32).T
            for values in (self.closing, self.opening)
        )
        minute, share = (np.swapaxes(values, 1, 2) for values in (self.minutes, self.share))
        return Windowed(minute, share, self.journeys.T, opening, closing)


def access(
    way: Walking,
    timetable: Timetable,
    origins: pd.DataFrame,
    places: pd.DataFrame,
    cap_min: float = WALK_CAP_MIN,
) -> TransitWalks:
    """Walk from origins to places and stops, and between stops.

    Parameters
    ----------
    way
        How one walks: `walking.OnRoads` or `walking.Straight`.
    origins, places
        `id,lon,lat`.
    cap_min
        Minutes that one walks at most in one go.
    """
    shared = changing_and_arriving(way, timetable, places, cap_min)
    return leaving_from(shared, way, timetable, origins, places, cap_min)


def changing_and_arriving(
    way: Walking, timetable: Timetable, places: pd.DataFrame, cap_min: float
) -> tuple[Walks, Walks]:
    """Walk between stops, and from stops to places: the same for all origins."""
    cap = int(cap_min * 60)
    changing = walking.changes(way, timetable, cap)
    return changing, walking.from_stops(way, timetable, places, cap)


def leaving_from(
    shared: tuple[Walks, Walks],
    way: Walking,
    timetable: Timetable,
    origins: pd.DataFrame,
    places: pd.DataFrame,
    cap_min: float,
) -> TransitWalks:
    """Walk from some origins, with what `changing_and_arriving` gives."""
    cap = int(cap_min * 60)
    leaving = walking.to_stops(way, origins, timetable, cap)
    return TransitWalks(leaving, *shared, way.walks(origins, places, cap), len(places))


def prepare(timetable: Timetable, changing: Walks, start: int, end: int) -> Events:
    """Build the event graph of what runs from a second of the day on, for `end` seconds."""
    arrival = timetable.arrival - np.int32(start)
    departure = timetable.departure - np.int32(start)
    n = len(arrival)
    begins, lasts = np.zeros(n, bool), np.zeros(n, bool)
    begins[timetable.first[:-1]], lasts[timetable.first[1:] - 1] = True, True
    ridden = np.flatnonzero(~begins & (arrival >= 0) & (arrival <= end))
    ends = np.zeros(n + 1, bool)
    ends[ridden] = True
    boarded = np.flatnonzero(timetable.board & ~lasts & (departure >= 0) & ends[1:])
    boarded = boarded[np.lexsort((departure[boarded], timetable.stop[boarded]))]
    when = np.concatenate([arrival[ridden], departure[boarded]])
    place = np.empty(len(when), np.int32)
    latest = np.lexsort((-np.arange(len(when)), -when))
    place[latest] = np.arange(len(when))
    ride = np.full(n + 1, -1, np.int32)
    ride[ridden] = place[: len(ridden)]
    wait, call = place[len(ridden) :], boarded.astype(np.int32)
    leaves = np.searchsorted(timetable.stop[boarded], np.arange(len(timetable.stops) + 1))
    leaves = leaves.astype(np.int64)
    departs = departure[boarded]
    begin, final, after = events.follow(
        timetable.first, timetable.stop, arrival, timetable.alight, leaves, call, departs,
        changing.first, changing.other, changing.seconds, ride, wait, len(when),
    )  # fmt: skip
    order, ring = events.ordered(begin, final, after, when[latest])
    first, after, rank = events.renumbered(begin, final, after, order)
    row_stop = np.full(len(when), -1, np.int32)
    row_stop[place[: len(ridden)]] = np.where(
        timetable.alight[ridden], timetable.stop[ridden], np.int32(-1)
    )
    ride[ridden] = rank[ride[ridden]]
    run_of = np.repeat(np.arange(timetable.n_runs, dtype=np.int32), np.diff(timetable.first))
    return Events(
        first, after, row_stop[order], when[latest][order].astype(np.int32), ring,
        leaves, call, departs, ride, rank[wait], (timetable.first, run_of),
    )  # fmt: skip


def boardings(graph: Events, leaving: Walks, minutes: int) -> tuple[Int64, Int32, Any]:
    """What each origin can get on: see `kernels.events.boardings`."""
    first, run_of = graph.calls
    result: tuple[Int64, Int32, Any] = events.boardings(
        leaving.first, leaving.other, leaving.seconds, first, run_of,
        graph.leaves, graph.call, graph.when, graph.ride, graph.wait, minutes,
    )  # fmt: skip
    return result


def leave_table(arriving: Walks, stops: int, begin: int) -> UInt16:
    """Seconds on foot from each stop to the places from `begin` on, `NEVER` where too far."""
    table = np.full((stops, events.PLACES), events.NEVER, np.uint16)
    stop = np.repeat(np.arange(stops), np.diff(arriving.first))
    near = (arriving.other >= begin) & (arriving.other < begin + events.PLACES)
    table[stop[near], arriving.other[near] - begin] = arriving.seconds[near]
    return table


def swept(graph: Events, leave: UInt16, best: UInt16, rides: int | None = None) -> None:
    """Earliest arrival from each row at each place of a block, into `best`.

    With a bound on rides, those of a row where one waits are yet to come; where one is aboard, the
    ride counts.
    """
    rows = graph.first, graph.after, graph.row_stop, graph.row_time, graph.ring, leave
    if rides is None:
        events.sweep(*rows, best)
        return
    waits = np.zeros(len(graph.row_stop), bool)
    waits[graph.wait] = True
    previous = np.full_like(best, events.NEVER)
    for ride in range(rides):
        if ride:
            previous[:] = best
        events.sweep_within(*rows, waits, previous, best)


def windows(
    timetable: Timetable,
    walks: TransitWalks,
    window: Window,
    percentiles: Sequence[float] = (50,),
    thresholds: Sequence[float] = (),
    rides: int | None = None,
) -> Windowed:
    """Times of every departure, or arrival, of a window, summed up for each pair.

    Parameters
    ----------
    percentiles
        Of the departures, above 0 and at most 100. A time stands at rank ceil(p / 100 x minutes)
        of the sorted times of all departures, those that do not arrive last.
    thresholds
        Minutes.
    rides
        Vehicles that one takes at most, 1 or more; None: any number.

    Raises
    ------
    InputError
        The window, with its limit, lasts longer than a search.
    """
    require_span(window)
    if window.arrive:
        back = replace(window, start=-window.last, arrive=False)
        turned = windows(
            timetable.backward(), walks.backward(), back, percentiles, thresholds, rides
        )
        return turned.turned(window.minutes)
    graph = prepare(timetable, walks.changing, window.start, window.end_s)
    boarded = boardings(graph, walks.leaving, window.minutes)
    ranks = [max(1, int(np.ceil(p * window.minutes / 100 - 1e-9))) for p in percentiles]
    limits = [min(int(threshold * 60), window.limit_s) for threshold in thresholds]
    size, places = len(walks.direct.first) - 1, walks.n_places
    shape = (size, places)
    values = np.empty((len(ranks), *shape), np.uint16)
    counts = np.empty((len(limits), *shape), np.uint16)
    rest = [np.empty(shape, np.uint16) for _ in range(3)]

    def block(begin: int, best: UInt16) -> None:
        leave = leave_table(walks.arriving, len(timetable.stops), begin)
        swept(graph, leave, best, rides)
        direct = among(walks.direct, begin)
        part = [np.empty((size, events.PLACES), np.uint16) for _ in range(3)]
        value = np.empty((len(ranks), size, events.PLACES), np.uint16)
        count = np.empty((len(limits), size, events.PLACES), np.uint16)
        events.windows(
            direct.first, direct.other, direct.seconds, *boarded, best, window.minutes,
            np.uint16(window.limit_s), np.array(ranks, np.uint16), np.array(limits, np.uint16),
            value, count, *part,
        )  # fmt: skip
        taken = slice(begin, min(begin + events.PLACES, places))
        width = taken.stop - begin
        values[:, :, taken], counts[:, :, taken] = value[..., :width], count[..., :width]
        for whole, some in zip(rest, part, strict=True):
            whole[:, taken] = some[:, :width]

    in_blocks(len(graph.row_stop), places, block)
    return _windowed(values, counts, rest, window.minutes)


def _windowed(values: UInt16, counts: UInt16, rest: list[UInt16], minutes: int) -> Windowed:
    in_minutes = (values / np.float32(60)).astype(np.float32)
    in_minutes[values >= events.NEVER] = np.nan
    journeys, opening, closing = (part.astype(np.int32) for part in rest)
    none = journeys == 0
    opening[none], closing[none] = -1, -1
    share = (counts / np.float32(minutes)).astype(np.float32)
    return Windowed(in_minutes, share, journeys, opening, closing)


def among(direct: Walks, begin: int) -> Walks:
    """Walks to the places of a block, numbered within it."""
    near = (direct.other >= begin) & (direct.other < begin + events.PLACES)
    before = np.concatenate([[0], np.cumsum(near)])
    return walking.Walks(
        before[direct.first], direct.other[near] - np.int32(begin), direct.seconds[near]
    )


def in_blocks(rows: int, places: int, block: Callable[[int, UInt16], None]) -> None:
    """Call `block(first place, room for swept rows)` for each block of places, on all cores."""
    starts = range(0, places, events.PLACES)
    room = max(1, MEMORY // max(1, rows * events.PLACES * 2))
    workers = max(1, min(os.cpu_count() or 1, len(starts), room))

    def share(k: int) -> None:
        best = np.empty((rows, events.PLACES), np.uint16)
        for begin in starts[k::workers]:
            block(begin, best)

    if workers == 1:
        share(0)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(share, k) for k in range(workers)]:
            done.result()


def require_span(window: Window) -> None:
    """Refuse a window that lasts longer than a search can.

    Raises
    ------
    InputError
        It does.
    """
    span = window.minutes - 1 + (window.limit or 0)
    if span > LONGEST_MIN or window.minutes < 1:
        raise InputError("window_too_long", minutes=round(span), most=LONGEST_MIN)
