"""Is there a way there and back on a day when it is open? Round trips by timetable.

Leave home at a whole minute after the day begins, be at the place while it is open, stay, leave it
at the next whole minute, be home before the day ends. Who is early waits; the stay must end before
the place closes. Of several openings the first that can be had is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import InputError
from siting.network.service_time import clock
from siting.times import transit
from siting.times.kernels import events, returns

if TYPE_CHECKING:
    from siting.network.routing import Int32, Int64
    from siting.network.timetable import Timetable
    from siting.times.transit import TransitWalks, UInt16
    from siting.times.walking import Walks

Openings = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Day:
    """When one may leave, must be back, and be served.

    Attributes
    ----------
    start, end
        Seconds: not away before, home again by then.
    stay
        Seconds at the place.
    openings
        Of each place in turn, or of all where there is but one: seconds from and to, in order, none
        overlapping; none where a place is closed.
    """

    start: int
    end: int
    stay: int
    openings: tuple[Openings, ...]


@dataclass(frozen=True)
class RoundTrips:
    """Round trips between homes and places; all int32, shape (homes, places), -1 where none is.

    Of several openings of a place the first that can be had counts, but in `apart`.

    Attributes
    ----------
    trips
        Round trips with a vehicle of which none leaves later and is back as soon; 0 where one can
        but walk, -1 where there is no way there and back.
    absence
        Seconds of the shortest absence from home.
    leaves, returns
        Seconds of the day when that one leaves home, and is back.
    latest
        Second of the day at which one may still leave the place and be home in time.
    on_foot
        1 where some of them can be made on foot alone.
    ride
        Seconds of the quickest way there of which there is a way back.
    apart
        Seconds of the shortest absence for each opening by itself, shape (homes, places, openings).
    """

    trips: Int32
    absence: Int32
    leaves: Int32
    returns: Int32
    latest: Int32
    on_foot: Int32
    ride: Int32
    apart: Int32

    def towards(self, places: Int64) -> RoundTrips:
        """Those to some of the places, in their order."""
        return RoundTrips(*(getattr(self, field.name)[:, places] for field in fields(self)))


def nowhere(homes: int, places: int) -> RoundTrips:
    """No round trip between any of so many homes and places."""
    none = np.full((homes, places), -1, np.int32)
    zero = np.zeros_like(none)
    return RoundTrips(none, none, none, none, none, zero, none, none[:, :, None])


def find(timetable: Timetable, out: TransitWalks, back: TransitWalks, day: Day) -> RoundTrips:
    """Round trips between homes and places.

    Parameters
    ----------
    out
        Walks from homes to places.
    back
        Walks from the places to the homes.

    Raises
    ------
    InputError
        The day is longer than a search lasts, or its hours are none.
    """
    _require_hours(day)
    length = day.end - day.start
    minutes = length // 60
    graph = transit.prepare(timetable, out.changing, day.start, length)
    leaving = transit.boardings(graph, out.leaving, minutes)
    returning = transit.boardings(graph, back.leaving, minutes)
    result = np.empty((back.n_places, out.n_places, 7), np.int32)
    hours, opens, closes = _hours(day, out.n_places)
    apart = np.empty((*result.shape[:2], max(1, np.diff(hours).max(initial=0))), np.int32)
    stops = len(timetable.stops)
    for first in range(0, out.n_places, events.PLACES):
        best = np.empty((len(graph.row_stop), events.PLACES), np.uint16)
        transit.swept(graph, transit.leave_table(out.arriving, stops, first), best)
        last = min(first + events.PLACES, out.n_places)

        def block(
            begin: int, room: UInt16, first: int = first, last: int = last, there: UInt16 = best
        ) -> None:
            end = min(begin + events.PLACES, back.n_places)
            transit.swept(graph, transit.leave_table(back.arriving, stops, begin), room)
            begins, rows, lanes = returning
            ways = np.empty((last - first, events.PLACES, minutes), np.uint16)
            returns.ways_back(begins[first : last + 1], rows, lanes, room, ways)
            homes, places = np.arange(begin, end), np.arange(first, last)
            part = np.empty((len(homes), len(places), 7), np.int32)
            by_opening = np.empty((*part.shape[:2], apart.shape[2]), np.int32)
            returns.round_trips(
                homes, *leaving, there, ways, _dense(out.direct, homes, places),
                _dense(back.direct, places, homes).T.copy(), length, day.stay,
                hours[first : last + 1], opens, closes, part, by_opening,
            )  # fmt: skip
            result[begin:end, first:last] = part
            apart[begin:end, first:last] = by_opening

        transit.in_blocks(len(graph.row_stop), back.n_places, block)
    trips, absence, leaves, again, latest, on_foot, ride = np.moveaxis(result, 2, 0)
    none = leaves < 0
    return RoundTrips(
        trips,
        absence,
        np.where(none, leaves, day.start + 60 * leaves),
        np.where(none, again, day.start + again),
        np.where(none, latest, day.start + 60 * latest),
        on_foot,
        ride,
        apart,
    )


def _hours(day: Day, places: int) -> tuple[Int64, Int64, Int64]:
    """First opening of each place, and when each begins and ends after the day begins."""
    each = day.openings * places if len(day.openings) == 1 else day.openings
    first = np.concatenate([[0], np.cumsum([len(openings) for openings in each])]).astype(np.int64)
    spans = [span for openings in each for span in openings]
    moments = np.array(spans, np.int64).reshape(-1, 2) - day.start
    return first, moments[:, 0].copy(), moments[:, 1].copy()


def _dense(walks: Walks, points: Int64, others: Int64) -> Int64:
    """Seconds on foot between consecutive points and others; far more than a day where too far."""
    table = np.full((len(points), len(others)), 1 << 30, np.int64)
    part = slice(walks.first[points[0]], walks.first[points[-1] + 1])
    point = np.repeat(np.arange(len(points)), np.diff(walks.first[points[0] : points[-1] + 2]))
    other = walks.other[part] - others[0]
    near = (other >= 0) & (other < len(others))
    table[point[near], other[near]] = walks.seconds[part][near]
    return table


def _require_hours(day: Day) -> None:
    span = (day.end - day.start) / 60
    if not 0 < span <= transit.LONGEST_MIN:
        raise InputError("day_too_long", minutes=round(span), most=transit.LONGEST_MIN)
    for openings in day.openings:
        ends = [moment for opening in openings for moment in opening]
        if sorted(set(ends)) != ends:
            raise InputError("bad_openings", value=", ".join(map(clock, ends)))
    every = [opening for openings in day.openings for opening in openings]
    if not every:
        raise InputError("bad_openings", value="")
    if all(end - start < day.stay for start, end in every):
        raise InputError("stay_too_long", minutes=round(day.stay / 60))
