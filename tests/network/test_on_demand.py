"""Transport on demand (GTFS-Flex): its hours, its zone, its notice, in times and round trips."""

from __future__ import annotations

import datetime as dt
import json
import math
from itertools import pairwise

import pandas as pd
import pytest

from siting.errors import InputError
from siting.network import on_demand, timetable
from siting.sources import gtfs_days
from siting.times import journeys, round_trips, transit, walking

DAY = dt.date(2026, 3, 12)
ZONE = [[[2.0, 44.0], [2.2, 44.0], [2.2, 44.1], [2.0, 44.1], [2.0, 44.0]]]
TABLES = {
    "agency": "agency_timezone\nEurope/Paris\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
    "end_date\nweek,1,1,1,1,1,0,0,20260101,20261231\nlate,0,0,0,0,1,0,0,20260101,20261231\n",
    "routes": "route_id,route_short_name,route_type\nd,TAD,3\nb,Bus,3\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nin,In,44.05,2.1\nout,Out,44.4,2.1\n",
    "trips": "route_id,service_id,trip_id\nd,week,t\nd,late,friday\nb,week,bus\n",
    "booking_rules": "booking_rule_id,booking_type,prior_notice_duration_min,"
    "prior_notice_last_day,prior_notice_last_time,phone_number\nr,2,,1,17:00:00,05 00\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,location_id,"
    "start_pickup_drop_off_window,end_pickup_drop_off_window,pickup_type,drop_off_type,"
    "pickup_booking_rule_id\n"
    "t,,,,1,z,09:00:00,11:00:00,2,1,r\nt,,,,2,z,09:00:00,12:00:00,1,2,\n"
    "friday,,,,1,z,09:00:00,11:00:00,2,1,r\nfriday,,,,2,z,09:00:00,12:00:00,1,2,\n"
    "bus,10:30:00,10:30:00,in,1,,,,0,0,\nbus,11:00:00,11:00:00,out,2,,,,0,0,\n",
}


def feed(folder, zone="z", shape="Polygon", **changes):
    for name, content in (TABLES | changes).items():
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")
    geometry = {"type": shape, "coordinates": ZONE}
    feature = {"type": "Feature", "id": zone, "properties": {}, "geometry": geometry}
    content = {"type": "FeatureCollection", "features": [feature]}
    (folder / "locations.geojson").write_text(json.dumps(content), encoding="utf-8")
    return folder


def built(path):
    return timetable.build([gtfs_days.read(path, DAY)], DAY)


def points(**where):
    rows = [(name, *place) for name, place in where.items()]
    return pd.DataFrame(rows, columns=["id", "lon", "lat"])


HOMES = points(inside=(2.02, 44.02), beyond=(2.3, 44.02))
PLACES = points(near=(2.15, 44.08), bus=(2.1, 44.4))


def minutes(start, end):
    """Whole minutes of the straight line x 1.3 at 35 km/h, on a sphere."""
    a, b = ([math.radians(v) for v in p] for p in (start, end))
    angle = math.acos(
        math.sin(a[1]) * math.sin(b[1]) + math.cos(a[1]) * math.cos(b[1]) * math.cos(a[0] - b[0])
    )
    return math.ceil(6371.009 * angle * 1.3 / 35 * 60)


def windows(whole, window, homes=HOMES, places=PLACES):
    walks = transit.access(walking.Straight(), whole, homes, places, 10)
    return transit.windows(whole, walks, window, [100]).minutes[0]


def test_from_door_to_door_within_the_hours(tmp_path):
    whole = on_demand.joined(built(feed(tmp_path)), HOMES, PLACES)
    ride = minutes((2.02, 44.02), (2.15, 44.08))
    at_nine = windows(whole, transit.Window(9 * 3600, 1))
    assert at_nine[0, 0] == ride
    assert math.isnan(at_nine[1, 0])  # beyond the zone
    assert windows(whole, transit.Window(9 * 3600 + 60, 1))[0, 0] == 9 + ride
    assert windows(whole, transit.Window(8 * 3600, 1))[0, 0] == 60 + ride
    assert math.isnan(windows(whole, transit.Window(11 * 3600 + 60, 1))[0, 0])


def test_to_the_bus(tmp_path):
    """On demand to the stop within the zone, then by bus beyond it: two rides, by name."""
    whole = on_demand.joined(built(feed(tmp_path)), HOMES, PLACES)
    window = transit.Window(9 * 3600, 120)
    ends = pd.concat([HOMES.iloc[:1], PLACES.iloc[1:]])
    walks = transit.access(walking.Straight(), whole, HOMES.iloc[:1], PLACES.iloc[1:], 10)
    (journey,) = journeys.between(whole, walks, ends, window)
    assert [leg.route for leg in journey.legs] == ["TAD", "Bus"]
    ride = minutes((2.02, 44.02), (2.1, 44.05))
    last = (10 * 60 + 30 - ride) // 10 * 10  # the last ten that catches the bus
    assert (journey.leaves, journey.arrives) == (last * 60, 11 * 3600)


def test_there_and_back(tmp_path):
    whole = on_demand.joined(built(feed(tmp_path)), HOMES, PLACES)
    way = walking.Straight()
    there = transit.access(way, whole, HOMES, PLACES, 10)
    back = transit.access(way, whole, PLACES, HOMES, 10)
    day = round_trips.Day(8 * 3600, 13 * 3600, 20 * 60, (((9 * 3600, 12 * 3600),),))
    result = round_trips.find(whole, there, back, day)
    ride = minutes((2.02, 44.02), (2.15, 44.08))
    leaves = range(540, 661, 10)
    fastest = min(
        next(m for m in leaves if m >= out + ride + 20) + ride - out
        for out in leaves
        if out + ride + 20 <= 660
    )
    assert result.absence[0, 0] == 60 * fastest
    assert result.trips[1, 0] == -1


def test_nobody_is_taken_from_home_to_home(tmp_path):
    homes = points(a=(2.02, 44.02), b=(2.15, 44.08))
    whole = on_demand.joined(built(feed(tmp_path)), homes, PLACES)
    ids = whole.stops["id"].to_numpy()
    taken = {
        (ids[whole.stop[first]], ids[stop])
        for first, end in pairwise(whole.first)
        for stop in whole.stop[first + 1 : end]
    }
    assert ("door:a", "door:near") in taken
    assert ("door:near", "door:b") in taken
    assert ("door:a", "in") in taken
    assert not {("door:a", "door:b"), ("door:b", "door:a")} & taken


def test_it_is_told(tmp_path):
    whole = built(feed(tmp_path))
    assert "de 09:00 à 11:00" in whole.text()
    assert "1 jour(s) avant, au plus tard à 17:00" in whole.text()
    assert "05 00" in whole.text()
    assert len(whole.demand) == 1  # that of Fridays does not run
    lost = next(iter(built(feed(tmp_path, zone="other")).remarks.values()))
    assert lost["flex_calls"] == 2


def test_groups_of_stops(tmp_path):
    stop_times = (
        TABLES["stop_times"].replace("location_id", "location_group_id").replace("z,", "g,")
    )
    groups = "location_group_id,stop_id\ng,in\ng,out\n"
    path = feed(tmp_path, stop_times=stop_times, location_group_stops=groups)
    whole = built(path)
    assert [sorted(own) for own in whole.areas["stops"][whole.demand["from_area"]]] == [[0, 1]]
    more = on_demand.joined(whole, HOMES, PLACES)
    assert len(more.stops) == 2  # no door: one walks to the stops
    assert more.n_runs > whole.n_runs


def test_shapes_that_are_none_are_refused(tmp_path):
    with pytest.raises(InputError) as error:
        built(feed(tmp_path, shape="Polygone"))
    assert error.value.key == "bad_rows"
