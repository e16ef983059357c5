"""What tags must give, on roads of a few nodes with times worked by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from small_roads import plain, points, read, seconds, xml

from siting.network import speeds
from siting.times import matrix

RESIDENTIAL = {"highway": "residential"}  # 50 km/h x 0.5: 25 km/h, 144 s a kilometre
KM = 144.0
LINE = {1: (0, 0), 2: (1000, 0), 3: (2000, 0)}
# a square of 1 km: 1-2-3-4 is the short side's detour
SQUARE = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000)}
A, B, C = (0, 0), (1000, 0), (2000, 0)


def line(tmp_path, tags, mode="car", nodes=None, **chosen):
    given = plain(mode, **chosen)
    return read(tmp_path, xml(nodes or LINE, {1: ([1, 2, 3], tags)}), mode, given)


def square(tmp_path, tags, mode="car", rest=RESIDENTIAL):
    """Way 1 from 1 to 2 with the tags, and the way round by 4 and 3."""
    text = xml(SQUARE, {1: ([1, 2], tags), 2: ([1, 4, 3, 2], rest)})
    return read(tmp_path, text, mode)


def around(tmp_path, tags, mode="car"):
    """Seconds per kilometre round, from middle of way 1's start end to its end, and back."""
    network = square(tmp_path, tags, mode)
    return seconds(network, (0, 500), (1000, 500)), seconds(network, (1000, 500), (0, 500))


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "primary"}, 80 * 0.8),
        ({"highway": "secondary"}, 80 * 0.68),
        ({"highway": "tertiary"}, 80 * 0.5),
        ({"highway": "unclassified"}, 80 * 0.32),
        ({"highway": "residential"}, 25),
        ({"highway": "living_street"}, 10),
        ({"highway": "service"}, 15),
        ({"highway": "service", "service": "parking_aisle"}, 10),
        ({"highway": "service", "service": "alley"}, 15),
        ({"highway": "service", "service": "driveway"}, 15),
        ({"highway": "trunk"}, 80 * 0.95),
        ({"highway": "secondary", "maxspeed": "90"}, 72),
        ({"highway": "secondary", "maxspeed": "50 mph"}, 50 * 1.609344 * 0.8),
        ({"highway": "secondary", "maxspeed": "FR:urban"}, 40),
        ({"highway": "secondary", "maxspeed": "FR:rural"}, 64),
        ({"highway": "secondary", "maxspeed": "DE:rural"}, 80),
        ({"highway": "secondary", "source:maxspeed": "FR:zone30"}, 24),
        ({"highway": "residential", "maxspeed": "walk"}, 6 * 0.8),
        ({"highway": "motorway", "oneway": "no", "maxspeed": "none"}, 150),
        ({"highway": "secondary", "maxspeed": "nonsense"}, 80 * 0.68),
        ({"highway": "secondary", "surface": "gravel"}, 40),
        ({"highway": "secondary", "smoothness": "horrible"}, 10),
        ({"highway": "track", "motor_vehicle": "yes", "tracktype": "grade5"}, 10),
    ],
)
def test_speed_of_class_and_limit(tmp_path, tags, kmh):
    network = line(tmp_path, tags)
    assert seconds(network, A, C) == pytest.approx(2000 * 3.6 / kmh, abs=0.11)
    assert seconds(network, C, B) == pytest.approx(1000 * 3.6 / kmh, abs=0.11)


def test_each_direction_has_its_limit(tmp_path):
    tags = {"highway": "secondary", "maxspeed:forward": "50", "maxspeed:backward": "90"}
    network = line(tmp_path, tags)
    assert seconds(network, A, C) == pytest.approx(2000 * 3.6 / 40, abs=0.11)
    assert seconds(network, C, A) == pytest.approx(2000 * 3.6 / 72, abs=0.11)


@pytest.mark.parametrize(
    ("date", "department", "ref", "kmh"),
    [
        ("2018-06-30", "12", "D 911", 90),
        ("2018-07-01", "12", "D 911", 80),
        ("2022-06-30", "12", "D 911", 80),
        ("2022-07-01", "12", "D 911", 90),
        ("2022-07-01", "48", "D 911", 80),
        ("2022-07-01", "12", "N 88", 80),
        ("2022-07-01", "12", "", 80),
        ("2024-01-01", "12", "D 888", 80),
        ("2026-02-09", "12", "D 888", 90),
        ("2024-01-01", "12", "D 888;D 911", 90),
    ],
)
def test_legal_limit_by_date_and_department(date, department, ref, kmh):
    given = speeds.load(date=dt.date.fromisoformat(date), department=department)
    tags = {"highway": "secondary", "ref": ref}
    assert given.legal_kmh(tags, "forward") == kmh
    assert given.kmh(tags, "forward") == pytest.approx(kmh * 0.68)


def test_periods_slow_towns_most():
    tags = {"highway": "residential"}
    by = {p: speeds.load(period=p).kmh(tags, "forward") for p in ("off_peak", "peak", "winter")}
    assert by == pytest.approx({"off_peak": 25.0, "peak": 18.75, "winter": 23.75})


FORWARD, BACKWARD, BOTH = (True, False), (False, True), (True, True)


@pytest.mark.parametrize(
    ("tags", "mode", "expected"),
    [
        ({"oneway": "yes"}, "car", FORWARD),
        ({"oneway": "-1"}, "car", BACKWARD),
        ({"oneway": "no"}, "car", BOTH),
        ({"junction": "roundabout"}, "car", FORWARD),
        ({"junction": "roundabout", "oneway": "-1"}, "car", BACKWARD),
        ({"highway": "motorway"}, "car", FORWARD),
        ({"highway": "motorway_link"}, "car", FORWARD),
        ({"highway": "motorway", "oneway": "no"}, "car", BOTH),
        ({"oneway": "yes"}, "foot", BOTH),
        ({"oneway": "yes", "oneway:foot": "yes"}, "foot", FORWARD),
        ({"oneway": "yes"}, "bicycle", FORWARD),
        ({"oneway": "yes", "oneway:bicycle": "no"}, "bicycle", BOTH),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, "bicycle", BOTH),
        ({"oneway": "yes", "cycleway:left:oneway": "-1"}, "bicycle", BOTH),
        ({"oneway": "yes", "cycleway": "opposite"}, "car", FORWARD),
        ({"motor_vehicle:backward": "no"}, "car", FORWARD),
    ],
)
def test_oneway(tmp_path, tags, mode, expected):
    way = RESIDENTIAL | tags
    network = square(tmp_path, way, mode)
    there = seconds(network, (0, 100), (1000, 100))  # 1.2 km by way 1, 2.8 km round
    back = seconds(network, (1000, 100), (0, 100))
    if expected == BOTH:
        assert there == pytest.approx(back, abs=0.11)
    else:
        assert (there < back - 100, back < there - 100) == expected


@pytest.mark.parametrize(
    ("tags", "mode", "passes"),
    [
        ({}, "car", True),
        ({"access": "no"}, "car", False),
        ({"access": "no", "motor_vehicle": "yes"}, "car", True),
        ({"vehicle": "no"}, "car", False),
        ({"vehicle": "no", "motorcar": "yes"}, "car", True),
        ({"motor_vehicle": "agricultural"}, "car", False),
        ({"motor_vehicle": "agricultural;destination"}, "car", False),  # not for through traffic
        ({"motor_vehicle": "private"}, "car", False),
        ({"access": "destination"}, "car", False),
        ({"access": "permissive"}, "car", True),
        ({"access": "unbekannt"}, "car", False),  # some group: for the ends of a trip
        ({"access": "unknown"}, "car", True),
        ({"motor_vehicle": "no"}, "foot", True),
        ({"motor_vehicle": "no"}, "bicycle", True),
        ({"bicycle": "no"}, "bicycle", False),
        ({"vehicle": "no", "bicycle": "yes"}, "bicycle", True),
        ({"foot": "no"}, "foot", False),
        ({"access": "no", "foot": "yes"}, "foot", True),
        ({"highway": "footway"}, "car", False),
        ({"highway": "footway"}, "foot", True),
        ({"highway": "steps"}, "foot", True),
        ({"highway": "steps"}, "car", False),
        ({"highway": "cycleway"}, "bicycle", True),
        ({"highway": "construction"}, "car", False),
        ({"construction": "residential"}, "car", False),
        ({"construction": "minor"}, "car", True),
        ({"construction": "residential"}, "bicycle", True),
        ({"highway": "track"}, "car", False),
        ({"highway": "motorway", "oneway": "no"}, "foot", False),
        ({"highway": "trunk", "motorroad": "yes"}, "bicycle", False),
        ({"smoothness": "impassable"}, "car", False),
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 06:00-20:00)"}, "car", False),
        ({"motor_vehicle:conditional": "no @ (Sa,Su 06:00-20:00)"}, "car", True),
        ({"motor_vehicle:conditional": "no @ (weight>3.5)"}, "car", True),
        ({"motor_vehicle": "no", "motor_vehicle:conditional": "yes @ (08:00-20:00)"}, "car", True),
        ({"access:conditional": "no @ (Nov-Mar)"}, "car", True),
    ],
)
def test_access_for_through_traffic(tmp_path, tags, mode, passes):
    network = square(tmp_path, RESIDENTIAL | tags, mode)
    straight = seconds(network, (0, 100), (1000, 100))
    pace = seconds(network, (0, 200), (0, 700)) / 500
    assert (straight < 2790 * pace) == passes
    if not passes:
        assert straight == pytest.approx(2800 * pace, rel=1e-3)


def test_winter_closes_what_is_closed_in_winter(tmp_path):
    tags = RESIDENTIAL | {"access:conditional": "no @ (Nov-Mar)"}
    text = xml(SQUARE, {1: ([1, 2], tags), 2: ([1, 4, 3, 2], RESIDENTIAL)})
    summer, winter = (
        read(tmp_path, text, "car", plain("car", period=period))
        for period in ("off_peak", "winter")
    )
    assert seconds(winter, (0, 100), (1000, 100)) > 2 * seconds(summer, (0, 100), (1000, 100))


def test_private_roads_serve_both_ends_of_a_trip(tmp_path):
    nodes = SQUARE | {5: (0, -500), 6: (1000, -500)}
    private = {"highway": "service", "access": "private", "maxspeed": "10"}  # 0.36 s/m
    ways = {
        1: ([1, 2], {"highway": "residential", "access": "destination"}),
        2: ([1, 4, 3, 2], RESIDENTIAL),
        3: ([5, 1], private),
        4: ([2, 6], private),
    }
    network = read(tmp_path, xml(nodes, ways))
    # ways 3, 1 and 4 are joined and all private: a trip within them needs no public road
    assert seconds(network, (0, -400), (1000, -400)) == pytest.approx(
        2 * 400 * 0.36 + 1000 * 0.144, abs=0.1
    )
    # from the public roads and back to them there is no way through
    assert seconds(network, (0, -400), (1000, 100)) == pytest.approx(
        400 * 0.36 + 1100 * 0.144, abs=0.1
    )
    assert seconds(network, (0, 100), (1000, 100)) == pytest.approx(2800 * 0.144, abs=0.1)
    assert seconds(network, (500, 0), (0, 100)) == pytest.approx(600 * 0.144, abs=0.1)
    assert seconds(network, (0, 100), (500, 0)) == pytest.approx(600 * 0.144, abs=0.1)
    assert network.report.ends_only_edges == 3


def test_public_road_behind_a_private_one_is_reached(tmp_path):
    nodes = {1: (0, 0), 2: (1000, 0), 3: (2000, 0), 4: (3000, 0), 5: (0, 1000), 6: (2500, 500)}
    ways = {
        1: ([5, 1, 2], RESIDENTIAL),
        2: ([2, 3], RESIDENTIAL | {"access": "private"}),
        3: ([3, 4, 6, 3], RESIDENTIAL),
    }
    network = read(tmp_path, xml(nodes, ways))
    assert seconds(network, (0, 0), (3000, 0)) == pytest.approx(3 * KM, abs=0.1)
    assert seconds(network, (3000, 0), (0, 0)) == pytest.approx(3 * KM, abs=0.1)
    assert network.report.island_edges == 0


@pytest.mark.parametrize(
    ("tags", "mode", "passes"),
    [
        ({"barrier": "bollard"}, "car", False),
        ({"barrier": "bollard", "bollard": "rising"}, "car", True),
        ({"barrier": "bollard"}, "bicycle", True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, "car", True),
        ({"barrier": "gate"}, "car", True),
        ({"barrier": "lift_gate"}, "car", True),
        ({"barrier": "gate", "access": "no"}, "car", False),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, "foot", True),
        ({"barrier": "gate", "access": "private"}, "car", False),  # not for through traffic
        ({"barrier": "cattle_grid"}, "car", True),
        ({"barrier": "kissing_gate"}, "car", False),
        ({"barrier": "stile"}, "foot", True),
        ({"barrier": "stile"}, "bicycle", False),
        ({"barrier": "toll_booth"}, "car", True),
        ({"highway": "crossing", "access": "no"}, "car", True),
    ],
)
def test_barriers(tmp_path, tags, mode, passes):
    nodes = SQUARE | {5: (500, 0, tags)}
    text = xml(nodes, {1: ([1, 5, 2], RESIDENTIAL), 2: ([1, 4, 3, 2], RESIDENTIAL)})
    network = read(tmp_path, text, mode)
    straight = seconds(network, (0, 100), (1000, 100))
    pace = seconds(network, (0, 200), (0, 700)) / 500
    assert straight == pytest.approx((1200 if passes else 2800) * pace, rel=1e-3)
    # both sides of the barrier stay in use
    assert seconds(network, (0, 100), (450, 0)) == pytest.approx(550 * pace, rel=1e-2)
    assert seconds(network, (1000, 100), (550, 0)) == pytest.approx(550 * pace, rel=1e-2)


def test_private_gate_lets_the_resident_in(tmp_path):
    nodes = LINE | {4: (500, 0, {"barrier": "gate", "access": "private"}), 5: (0, 800)}
    network = read(tmp_path, xml(nodes, {1: ([5, 1, 4, 2, 3], RESIDENTIAL)}))
    assert seconds(network, (0, 0), (2000, 0)) == pytest.approx(2 * KM, abs=0.1)
    assert seconds(network, (2000, 0), (0, 0)) == pytest.approx(2 * KM, abs=0.1)


def test_ferry_keeps_its_timetable(tmp_path):
    ways = {
        1: ([1, 2], RESIDENTIAL),
        2: ([2, 3], {"route": "ferry", "duration": "00:20"}),
        3: ([3, 4], RESIDENTIAL),
    }
    nodes = {1: (0, 0), 2: (1000, 0), 3: (4000, 0), 4: (5000, 0)}
    network = read(tmp_path, xml(nodes, ways))
    assert seconds(network, (0, 0), (5000, 0)) == pytest.approx(2 * KM + 1200, abs=0.1)
    untimed = read(tmp_path, xml(nodes, ways | {2: ([2, 3], {"route": "ferry"})}))
    assert seconds(untimed, (0, 0), (5000, 0)) == pytest.approx(2 * KM + 3 * 360, abs=0.1)
    # a point at sea does not step on board
    times = network.attach(points((2500, 10), (0, 10)))
    assert times.reason.tolist() == ["too_far_from_road", ""]
    closed = xml(nodes, ways | {2: ([2, 3], {"route": "ferry", "motor_vehicle": "no"})})
    assert math.isnan(seconds(read(tmp_path, closed), (0, 0), (5000, 0)))


def test_point_joins_the_largest_component_when_within_the_cap(tmp_path):
    nodes = {1: (0, 0), 2: (3000, 0), 3: (0, 300), 4: (100, 300), 5: (0, 900), 6: (100, 900)}
    ways = {i: ([2 * i - 1, 2 * i], RESIDENTIAL) for i in (1, 2, 3)}
    network = read(tmp_path, xml(nodes, ways))
    joined = network.attach(points((50, 299), (50, 899), (50, 1500), (1500, 0)))
    assert joined.distance_m[:2] == pytest.approx([299, 1], abs=0.01)  # islands 1 m and 1 m away
    assert joined.reason.tolist() == ["", "", "too_far_from_road", ""]
    assert np.isnan(joined.distance_m[2])
    table = matrix.long(matrix.dense(matrix.prepare(network), joined, joined))
    reason = table.set_index(["origin_id", "destination_id"])["reason"]
    assert reason["0", "3"] == ""
    assert reason["1", "3"] == "no_route"
    assert reason["3", "2"] == "too_far_from_road"
    assert (network.report.island_edges, network.report.edges) == (2, 3)


def test_access_leg_counts_at_both_ends(tmp_path):
    network = line(tmp_path, RESIDENTIAL)
    leg = 50 * 3.6 / 10  # access speed of the car: 10 km/h
    assert seconds(network, (200, 50), (1200, 50)) == pytest.approx(KM + 2 * leg, abs=0.1)


def test_one_way_street_is_joined_in_its_direction_only(tmp_path):
    tags = RESIDENTIAL | {"oneway": "yes"}
    text = xml(SQUARE, {1: ([1, 2], tags), 2: ([2, 3, 4, 1], tags)})
    network = read(tmp_path, text)
    assert seconds(network, (200, 0), (700, 0)) == pytest.approx(500 * 0.144, abs=0.1)
    assert seconds(network, (700, 0), (200, 0)) == pytest.approx(3500 * 0.144, abs=0.1)
    assert seconds(network, (700, 0), (700, 0)) == 0


def test_nearest_of_two_roads_at_one_distance_is_the_first(tmp_path):
    nodes = {1: (0, 0), 2: (1000, 0), 3: (1000, 100), 4: (0, 100)}
    ways = {7: ([1, 2], RESIDENTIAL), 8: ([2, 3], RESIDENTIAL), 3: ([3, 4], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, ways))
    joined = network.attach(points((1000, 50), (500, 0), (1000, 0), (1000, 0)))
    assert joined.local.edge[2] == joined.local.edge[3]
    assert (
        joined.leaving.duration.tolist()
        == network.attach(
            points((1000, 50), (500, 0), (1000, 0), (1000, 0))
        ).leaving.duration.tolist()
    )


def test_motorway_is_joined_only_from_its_carriageway(tmp_path):
    nodes = {1: (0, 0), 2: (4000, 0), 3: (0, 300), 4: (4000, 300)}
    both = {"highway": "motorway", "oneway": "no"}
    ways = {
        1: ([1, 2], both),
        2: ([3, 4], RESIDENTIAL),
        3: ([1, 3], RESIDENTIAL),
        4: ([2, 4], RESIDENTIAL),
    }
    network = read(tmp_path, xml(nodes, ways))
    joined = network.attach(points((2000, 50), (2000, 5), (2000, -400)))
    assert joined.distance_m == pytest.approx([250, 5, 400], abs=0.5)


def test_odd_ways_do_no_harm(tmp_path):
    nodes = SQUARE | {5: (500, 0), 6: (500, 0), 7: (500, 500)}
    ways = {
        1: ([1, 5, 5, 6, 2], RESIDENTIAL),  # a node twice in a row, two nodes at one place
        2: ([1, 4, 3, 2], RESIDENTIAL),
        3: ([1, 4], RESIDENTIAL),  # the same road again
        4: ([5, 7, 5], RESIDENTIAL),  # out and back on itself
        5: ([3, 7, 4, 7, 3], RESIDENTIAL),  # crosses itself
        6: ([1, 99, 2], RESIDENTIAL),  # a node that the extract does not hold
        8: ([2, 3, 2], RESIDENTIAL),
        9: ([4], RESIDENTIAL),  # a way of one node
        10: ([7, 7], RESIDENTIAL),  # a way of no length
    }
    network = read(tmp_path, xml(nodes, ways))
    assert network.report.missing_nodes == 1
    assert seconds(network, (0, 0), (1000, 0)) == pytest.approx(KM, abs=0.1)
    assert seconds(network, (1000, 1000), (0, 1000)) == pytest.approx(KM, abs=0.1)
    assert seconds(network, (500, 400), (500, 100)) == pytest.approx(0.3 * KM, abs=0.1)


def test_ring_without_a_junction(tmp_path):
    network = read(tmp_path, xml(SQUARE, {1: ([1, 2, 3, 4, 1], RESIDENTIAL)}))
    assert len(network.length_m) == 1
    assert seconds(network, (100, 0), (0, 100)) == pytest.approx(0.2 * KM, abs=0.1)
    one_way = {1: ([1, 2, 3, 4, 1], RESIDENTIAL | {"oneway": "yes"})}
    network = read(tmp_path, xml(SQUARE, one_way))
    assert seconds(network, (100, 0), (0, 100)) == pytest.approx(3.8 * KM, abs=0.1)
    assert seconds(network, (0, 100), (100, 0)) == pytest.approx(0.2 * KM, abs=0.1)


def test_bicycle_is_pushed_where_one_may_not_ride(tmp_path):
    assert seconds(line(tmp_path, {"highway": "footway"}, "bicycle"), A, B) == pytest.approx(800)
    ridden = {"highway": "footway", "bicycle": "designated"}
    assert seconds(line(tmp_path, ridden, "bicycle"), A, B) == pytest.approx(300, abs=0.1)
    assert seconds(line(tmp_path, RESIDENTIAL, "foot"), A, B) == pytest.approx(720, abs=0.1)


def test_point_at_a_junction_may_set_out_on_the_two_way_road(tmp_path):
    ways = {
        1: ([1, 2], RESIDENTIAL | {"oneway": "yes"}),
        2: ([2, 3], RESIDENTIAL | {"oneway": "yes"}),
        3: ([1, 4, 3], RESIDENTIAL),
    }
    network = read(tmp_path, xml(SQUARE, ways))
    assert seconds(network, (0, 0), (0, 1000)) == pytest.approx(KM, abs=0.1)
    assert seconds(network, (0, 1000), (0, 0)) == pytest.approx(KM, abs=0.1)
    assert seconds(network, (0, 0), (1000, 0)) == pytest.approx(KM, abs=0.1)


def test_report_says_what_was_left_out(tmp_path):
    nodes = {1: (0, 0), 2: (3000, 0), 3: (0, 300), 4: (1000, 300)}
    ways = {i: ([2 * i - 1, 2 * i], RESIDENTIAL) for i in (1, 2)}
    said = read(tmp_path, xml(nodes, ways)).report.text()
    assert "2 tronçons, 4 km" in said
    assert "1 tronçons, 1 km" in said
