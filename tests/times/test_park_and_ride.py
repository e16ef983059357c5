"""By vehicle to a stop, and back to the same stop: park and ride."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_transit import WINDOW_START, read

from siting.times import park_and_ride, round_trips, transit, walking

HOME = pd.DataFrame({"id": ["h"], "lon": [2.1], "lat": [44.0]})  # 8 km from stop a
PLACE = pd.DataFrame({"id": ["p"], "lon": [2.0], "lat": [46.0]})  # at stop c
DRIVEN = walking.Straight(40.0)
DAY = round_trips.Day(
    WINDOW_START, WINDOW_START + 4 * 3600, 1800, (((WINDOW_START, WINDOW_START + 4 * 3600),),)
)


def trip(*calls):
    listed = [(stop, 60 * minute, 60 * minute, "0", "0") for stop, minute in calls]
    return {"calls": listed, "night": False, "often": None, "block": ""}


def found(folder, *trips):
    whole = read(folder, list(trips))
    way = walking.Straight()
    out = transit.access(way, whole, HOME, PLACE, 30)
    back = transit.access(way, whole, PLACE, HOME, 30)
    by_vehicle = park_and_ride.rides(DRIVEN, HOME, whole)
    result = park_and_ride.find(whole, out, back, by_vehicle, DAY)
    assert round_trips.find(whole, out, back, DAY).trips[0, 0] == -1  # too far to walk
    return whole, by_vehicle, result


def test_there_and_back_to_where_one_parked(tmp_path):
    """There from a at 0:30, stay from 0:50, back at 1:30 to a at 1:50."""
    _, by_vehicle, result = found(
        tmp_path,
        trip(("a", 30), ("c", 50)),
        trip(("c", 90), ("a", 110)),
        trip(("c", 95), ("b", 99)),
    )
    (drive,) = by_vehicle.seconds  # nobody gets on at b, a degree away
    assert drive == pytest.approx(8.0 * 1.3 / 40 * 3600, rel=0.01)
    leaves = (30 * 60 - drive) // 60
    assert result.trips[0, 0] == 1
    assert result.leaves[0, 0] == WINDOW_START + 60 * leaves
    assert result.returns[0, 0] == WINDOW_START + 110 * 60 + drive
    assert result.absence[0, 0] == result.returns[0, 0] - result.leaves[0, 0]
    assert result.latest[0, 0] == WINDOW_START + 90 * 60


def test_a_way_back_to_another_stop_is_none(tmp_path):
    """Out from a; back only to d, as near: the vehicle is not there."""
    whole = read(tmp_path, [trip(("a", 30), ("c", 50)), trip(("c", 90), ("d", 110))])
    stops = whole.stops.astype({"lon": float})
    stops.loc[stops["id"] == "d", ["lon", "lat"]] = [2.05, 44.0]
    moved = type(whole)(**{**whole.__dict__, "stops": stops, "board": np.ones_like(whole.board)})
    way = walking.Straight()
    out = transit.access(way, moved, HOME, PLACE, 30)
    back = transit.access(way, moved, PLACE, HOME, 30)
    by_vehicle = park_and_ride.rides(DRIVEN, HOME, moved)
    assert len(by_vehicle.other) == 2  # both stops are in reach
    result = park_and_ride.find(moved, out, back, by_vehicle, DAY)
    assert result.trips[0, 0] == -1
    assert result.absence[0, 0] == result.latest[0, 0] == -1


def test_the_way_there_alone_takes_the_faster(tmp_path):
    whole = read(tmp_path, [trip(("a", 30), ("c", 50))])
    walks = transit.access(walking.Straight(), whole, HOME, PLACE, 30)
    by_vehicle = park_and_ride.rides(DRIVEN, HOME, whole)
    both = park_and_ride.sooner(walks.leaving, by_vehicle, len(whole.stops))
    assert np.array_equal(both.seconds, by_vehicle.seconds)
    near = walking.Straight().walks(HOME.assign(lon=2.001), whole.stops, 1800)
    again = park_and_ride.sooner(near, walking.Walks(near.first, near.other, near.seconds + 5), 4)
    assert np.array_equal(again.seconds, near.seconds)
    assert np.array_equal(again.other, near.other)


def test_few_stops_are_looked_at(tmp_path):
    """The nearest of many; those with trains apart."""
    rng = np.random.default_rng(3)
    whole = read(tmp_path, [trip(("a", 30), ("b", 40), ("c", 50), ("d", 60))])
    size = 40
    stops = pd.DataFrame(
        {"id": np.arange(size).astype(str), "name": "", "lon": rng.uniform(2.05, 2.15, size),
         "lat": rng.uniform(43.95, 44.05, size)}
    )  # fmt: skip
    trips = pd.DataFrame(
        {"feed": "", "trip_id": ["bus", "train"], "route": "", "route_type": [3, 2]}
    )
    many = type(whole)(**{
        **whole.__dict__, "stops": stops, "trips": trips, "stop": np.arange(size, dtype=np.int32),
        "board": np.ones(size, bool), "trip": (np.arange(size) % 4 == 0).astype(np.int32),
    })  # fmt: skip
    chosen = park_and_ride.rides(DRIVEN, HOME, many)
    every = DRIVEN.walks(HOME, stops, 1200)
    for by_rail in (True, False):
        of_kind = every.seconds[(every.other % 4 == 0) == by_rail]
        got = chosen.seconds[(chosen.other % 4 == 0) == by_rail]
        assert sorted(got) == sorted(of_kind)[: park_and_ride.STOPS]
