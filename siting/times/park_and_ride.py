"""Park and ride: by bicycle or car to a stop, and back to the same place on return.

From each home the vehicle goes to one of its nearest stops, within so many minutes; it waits there.
A round trip ends where the vehicle is: each home with each of its stops is looked at as a home of
its own, and the best of them is the home's. Nobody takes the vehicle further, nor to the place
itself: those are the times by road.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.times import round_trips
from siting.times.round_trips import RoundTrips
from siting.times.walking import Walks

if TYPE_CHECKING:
    import pandas as pd

    from siting.network.routing import Int32, Int64
    from siting.network.timetable import Timetable
    from siting.times.round_trips import Day
    from siting.times.transit import TransitWalks
    from siting.times.walking import Walking

CAP_MIN = 20.0
"""Minutes by bicycle or car to a stop at most: a hypothesis."""
STOPS = 5
"""Stops with trains, and as many others, that a home looks at, the nearest: a hypothesis."""
FAR = np.int32(1 << 30)
RAIL = (*range(3), *range(100, 118), *range(400, 406), *range(900, 907))
"""Route types of trains, metros and trams."""


def rides(way: Walking, homes: pd.DataFrame, timetable: Timetable) -> Walks:
    """Ways by vehicle from homes to the stops that each looks at.

    Parameters
    ----------
    way
        Roads read for the vehicle, in `walking.OnRoads`.
    homes
        `id,lon,lat`.
    """
    served = np.unique(timetable.stop[timetable.board])
    placed = served[timetable.stops["lon"].notna().to_numpy()[served]]
    every = way.walks(homes, timetable.stops.iloc[placed], int(CAP_MIN * 60))
    kinds = timetable.trips["route_type"].to_numpy()[timetable.trip[timetable.board]]
    by_rail = np.zeros(len(timetable.stops), bool)
    by_rail[timetable.stop[timetable.board][np.isin(kinds, RAIL)]] = True
    stop = placed[every.other].astype(np.int32)
    home = np.repeat(np.arange(len(homes)), np.diff(every.first))
    order = np.lexsort((stop, every.seconds, by_rail[stop], home))
    group = home[order] * 2 + by_rail[stop[order]]
    begins = np.flatnonzero(np.r_[True, np.diff(group) != 0]) if len(group) else np.zeros(0, int)
    rank = np.arange(len(group)) - np.repeat(begins, np.diff(np.r_[begins, len(group)]))
    kept = order[rank < STOPS]
    kept = kept[np.lexsort((stop[kept], home[kept]))]
    first = np.searchsorted(home[kept], np.arange(len(homes) + 1)).astype(np.int64)
    return Walks(first, stop[kept], every.seconds[kept])


def sooner(walks: Walks, by_vehicle: Walks, stops: int) -> Walks:
    """The faster of two ways from each point to each stop, on foot or by vehicle."""
    points = len(walks.first) - 1
    pairs = [
        np.repeat(np.arange(points), np.diff(ways.first)) * stops + ways.other
        for ways in (walks, by_vehicle)
    ]
    pair, seconds = np.concatenate(pairs), np.concatenate([walks.seconds, by_vehicle.seconds])
    order = np.lexsort((seconds, pair))
    pair, seconds = pair[order], seconds[order]
    new = np.r_[True, np.diff(pair) != 0] if len(pair) else np.zeros(0, bool)
    pair, seconds = pair[new], seconds[new]
    first = np.searchsorted(pair, np.arange(points + 1) * stops).astype(np.int64)
    return Walks(first, (pair % max(stops, 1)).astype(np.int32), seconds)


def find(
    timetable: Timetable, out: TransitWalks, back: TransitWalks, by_vehicle: Walks, day: Day
) -> RoundTrips:
    """Round trips on foot to the stops, or by vehicle to one and back to it.

    Parameters
    ----------
    out, back
        Walks from homes to places, and from places to homes: see `round_trips.find`.
    by_vehicle
        See `rides`.

    Returns
    -------
    As `round_trips.find`; the number of round trips is that from the stop that offers the most.
    """
    on_foot = round_trips.find(timetable, out, back, day)
    size, stops = len(by_vehicle.other), len(timetable.stops)
    if not size:
        return on_foot
    one_each = Walks(np.arange(size + 1), by_vehicle.other, by_vehicle.seconds)
    nowhere = np.zeros(0, np.int32)
    there = replace(
        out, leaving=one_each, direct=Walks(np.zeros(size + 1, np.int64), nowhere, nowhere)
    )
    again = replace(
        back,
        arriving=one_each.turned(stops),
        direct=Walks(np.zeros(out.n_places + 1, np.int64), nowhere, nowhere),
        n_places=size,
    )
    parked = round_trips.find(timetable, there, again, day)
    home = np.repeat(np.arange(len(out.leaving.first) - 1), np.diff(by_vehicle.first))
    return _best(on_foot, parked, home)


def _best(on_foot: RoundTrips, parked: RoundTrips, home: Int64) -> RoundTrips:
    """The best of each home's round trips, on foot or from each stop where it parks."""
    homes = np.concatenate([np.arange(len(on_foot.absence)), home])
    order = np.argsort(homes, kind="stable")
    begins = np.searchsorted(homes[order], np.arange(len(on_foot.absence)))

    def sorted_by_home(name: str) -> Int32:
        parts = [getattr(on_foot, name), getattr(parked, name)]
        return np.concatenate(parts)[order]

    def least(values: Int32) -> Int32:
        some = np.minimum.reduceat(np.where(values < 0, FAR, values), begins)
        return np.where(some == FAR, np.int32(-1), some)

    def most(name: str) -> Int32:
        largest: Int32 = np.maximum.reduceat(sorted_by_home(name), begins)
        return largest

    absence = sorted_by_home("absence")
    lasts = least(absence)
    number = np.arange(len(order))[:, None]
    shortest = np.where(absence == lasts[homes[order]], number, len(order))
    first = np.minimum.reduceat(shortest, begins)  # of a tie the way on foot
    place = np.arange(lasts.shape[1])
    return RoundTrips(
        trips=most("trips"),
        absence=lasts,
        leaves=sorted_by_home("leaves")[first, place],
        returns=sorted_by_home("returns")[first, place],
        latest=most("latest"),
        on_foot=most("on_foot"),
        ride=least(sorted_by_home("ride")),
        apart=least(sorted_by_home("apart")),
    )
