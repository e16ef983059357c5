"""Details that a driver, a cyclist or a walker notices, on roads of a few nodes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from small_roads import plain, points, read, seconds, xml

from siting.network import speeds

RESIDENTIAL = {"highway": "residential"}  # 25 km/h by car
# the short way from 1 to 2 is way 1; way 2 goes round
SQUARE = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000)}
LEFT, RIGHT = (0, 100), (1000, 100)


def square(tmp_path, tags, mode="car", node=None):
    """Way 1 with the tags, an inner node with tags of its own, and a way round of 2.8 km."""
    nodes = SQUARE | {5: (500, 0, node or {})}
    return read(tmp_path, xml(nodes, {1: ([1, 5, 2], tags), 2: ([1, 4, 3, 2], RESIDENTIAL)}), mode)


def passes(network, mode="car"):
    """Whether way 1 is used forward, and backward, by traffic that goes on at both ends."""
    pace = 3.6 / {"car": 25, "bicycle": 15, "foot": 5}[mode]
    return tuple(seconds(network, a, b) < 2700 * pace for a, b in ((LEFT, RIGHT), (RIGHT, LEFT)))


def test_destination_traffic_one_way_and_everybody_the_other(tmp_path):
    tags = RESIDENTIAL | {"motor_vehicle:backward": "destination"}
    network = square(tmp_path, tags)
    assert passes(network) == (True, False)
    # who lives there still comes from either side
    assert seconds(network, RIGHT, (600, 0)) == pytest.approx(500 * 0.144, abs=0.2)
    assert seconds(network, LEFT, (600, 0)) == pytest.approx(700 * 0.144, abs=0.2)
    other = square(tmp_path, RESIDENTIAL | {"motor_vehicle:forward": "destination"})
    assert passes(other) == (False, True)


def test_directions_of_private_roads_are_kept_where_ways_are_joined_head_to_head(tmp_path):
    there = RESIDENTIAL | {"motor_vehicle:backward": "destination"}
    turned = RESIDENTIAL | {"motor_vehicle:forward": "destination"}
    nodes = SQUARE | {5: (500, 0)}
    ways = {1: ([1, 5], there), 3: ([2, 5], turned), 2: ([1, 4, 3, 2], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, ways))
    assert passes(network) == (True, False)
    assert len(network.length_m) == 2


@pytest.mark.parametrize("highway", ["footway", "path", "cycleway"])
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "closed"),
        ({"motor_vehicle": "yes"}, "open"),
        ({"motorcar": "designated"}, "open"),
        ({"motor_vehicle": "destination"}, "ends"),
        ({"motor_vehicle": "private"}, "ends"),
        ({"motor_vehicle": "no"}, "closed"),
        ({"access": "yes"}, "closed"),
    ],
)
def test_paths_opened_to_cars(tmp_path, highway, tags, expected):
    nodes = {1: (0, 0), 2: (500, 0), 3: (1000, 0), 4: (0, 300), 5: (1000, 300)}
    nodes |= {6: (0, 2000), 7: (1000, 2000)}
    ways = {
        1: ([4, 1], RESIDENTIAL),
        2: ([1, 2, 3], {"highway": highway} | tags),
        3: ([3, 5], RESIDENTIAL),
        4: ([4, 6, 7, 5], RESIDENTIAL),
    }
    network = read(tmp_path, xml(nodes, ways))
    by_path = 300 * 0.144 + 1000 * 0.36  # 10 km/h
    by_road = (150 + 1700 + 1000 + 1700 + 150) * 0.144
    through = seconds(network, (0, 150), (1000, 150))
    assert through == pytest.approx(by_path if expected == "open" else by_road, abs=0.3)
    home = network.attach(points((500, 0)))
    assert (home.distance_m[0] < 1) == (expected != "closed")


def test_pedestrian_street_opened_one_way(tmp_path):
    nodes = {1: (0, 0), 2: (300, 0), 3: (300, 900), 4: (0, 900)}
    street = {"highway": "pedestrian", "vehicle:forward": "yes"}
    ways = {1: ([1, 2], street), 2: ([1, 4, 3, 2], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, ways))
    to_the_middle = seconds(network, (0, 10), (150, 0))
    assert to_the_middle == pytest.approx(10 * 0.144 + 150 * 0.6, abs=0.2)  # 6 km/h
    assert seconds(network, (300, 10), (150, 0)) > to_the_middle + 60  # from the other side: round


@pytest.mark.parametrize(
    "tags",
    [
        {"railway": "platform"},
        {"public_transport": "platform"},
        {"man_made": "pier"},
    ],
)
def test_platforms_and_piers_are_walked_not_driven(tmp_path, tags):
    assert passes(square(tmp_path, tags, "foot"), "foot") == (True, True)
    closed = square(tmp_path, tags | {"foot": "no"}, "foot")
    assert passes(closed, "foot") == (False, False)
    assert passes(square(tmp_path, tags)) == (False, False)
    assert passes(square(tmp_path, {"railway": "rail"}, "foot"), "foot") == (False, False)


@pytest.mark.parametrize(
    ("conveying", "expected"),
    [
        ("yes", (True, True)),
        ("reversible", (True, True)),
        ("forward", (True, False)),
        ("backward", (False, True)),
    ],
)
def test_moving_stairs(tmp_path, conveying, expected):
    nodes = {1: (0, 0), 2: (300, 0), 3: (300, 900), 4: (0, 900)}
    stairs = {"highway": "steps", "conveying": conveying}
    ways = {1: ([1, 2], stairs), 2: ([1, 4, 3, 2], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, ways), "foot")
    used = tuple(
        seconds(network, a, b) < 1000 for a, b in (((0, 100), (300, 100)), ((300, 100), (0, 100)))
    )
    assert used == expected


@pytest.mark.parametrize(
    ("tags", "mode", "expected"),
    [
        ({"oneway:motorcar": "yes"}, "car", (True, False)),
        ({"oneway:vehicle": "yes"}, "car", (True, False)),
        ({"oneway:vehicle": "-1"}, "car", (False, True)),
        ({"oneway": "yes", "oneway:motorcar": "no"}, "car", (True, True)),
        ({"oneway:vehicle": "yes", "oneway:motor_vehicle": "no"}, "car", (True, True)),
        ({"oneway:vehicle": "yes"}, "bicycle", (True, False)),
        ({"oneway:vehicle": "yes", "cycleway": "opposite_lane"}, "bicycle", (True, True)),
        ({"oneway:motorcar": "yes"}, "bicycle", (True, True)),
    ],
)
def test_oneway_of_some_vehicles(tmp_path, tags, mode, expected):
    assert passes(square(tmp_path, RESIDENTIAL | tags, mode), mode) == expected


@pytest.mark.parametrize(
    ("value", "mode", "open_to_through_traffic"),
    [
        ("taxi", "car", False),
        ("minibus", "car", False),
        ("foot", "car", False),
        ("foot", "foot", True),
        ("bicycle", "foot", False),
        ("official", "car", False),
        ("official", "foot", True),
        ("employees", "car", False),
        ("unknown", "car", True),
        ("motorcar", "car", True),
        ("bus;taxi", "car", False),
        ("bus;permissive", "car", True),
    ],
)
def test_values_of_access(tmp_path, value, mode, open_to_through_traffic):
    network = square(tmp_path, RESIDENTIAL | {"access": value}, mode)
    assert passes(network, mode) == (open_to_through_traffic, open_to_through_traffic)


def test_undocumented_access_serves_who_lives_there_and_taxis_nobody(tmp_path):
    staff = square(tmp_path, RESIDENTIAL | {"access": "employees"})
    assert staff.attach(points((500, 0))).distance_m[0] < 1
    taxis = square(tmp_path, RESIDENTIAL | {"access": "taxi"})
    assert taxis.attach(points((500, 10))).distance_m[0] > 100


@pytest.mark.parametrize(
    ("node", "mode", "expected"),
    [
        ({"motor_vehicle": "no"}, "car", False),
        ({"motor_vehicle": "no"}, "bicycle", True),
        ({"motor_vehicle": "private"}, "car", False),
        ({"access": "no"}, "car", True),  # of a stop, a door: not the road
        ({"highway": "crossing", "bicycle": "no"}, "bicycle", True),
        ({"highway": "traffic_signals", "crossing": "zebra", "vehicle": "no"}, "car", True),
        ({"railway": "level_crossing", "vehicle": "no"}, "car", True),
        ({"entrance": "yes", "motor_vehicle": "no"}, "car", True),
        ({"highway": "bus_stop", "motor_vehicle": "no"}, "car", True),
    ],
)
def test_signs_at_nodes_without_a_barrier(tmp_path, node, mode, expected):
    network = square(tmp_path, RESIDENTIAL, mode, node)
    assert passes(network, mode) == (expected, expected)


def test_advised_speed_by_direction():
    tags = {
        "highway": "secondary",
        "maxspeed:advisory:forward": "30",
        "maxspeed:advisory:backward": "40",
        "maxspeed:advisory": "20",
    }
    car = plain()
    assert car.kmh(tags, "forward") == 30
    assert car.kmh(tags, "backward") == 40
    assert car.kmh({"highway": "secondary", "maxspeed:advisory": "20"}, "forward") == 20


# a street with a dead end at 3
DEAD_END = {1: (0, 0), 2: (1000, 0), 3: (1000, 500), 4: (2000, 0)}
DEAD_END_WAYS = {1: ([1, 2], RESIDENTIAL), 2: ([2, 3], RESIDENTIAL), 3: ([2, 4], RESIDENTIAL)}


def test_no_u_turn_at_a_dead_end(tmp_path):
    east = ({"restriction": "no_straight_on"}, 1, 2, 3)
    free = read(tmp_path, xml(DEAD_END, DEAD_END_WAYS, [east]))
    # by the dead end, turned round there, and on to the east
    assert seconds(free, (500, 0), (1500, 0)) == pytest.approx(2000 * 0.144, abs=0.3)
    barred = ({"restriction": "no_u_turn"}, 2, 3, 2)
    network = read(tmp_path, xml(DEAD_END, DEAD_END_WAYS, [east, barred]))
    assert math.isnan(seconds(network, (500, 0), (1500, 0)))
    assert network.report.restrictions_honoured == 2
    # the street is still served, and left again
    assert network.report.island_edges == 0
    assert seconds(network, (500, 0), (1000, 300)) == pytest.approx(800 * 0.144, abs=0.2)
    assert seconds(network, (1000, 300), (500, 0)) == pytest.approx(800 * 0.144, abs=0.2)


@pytest.mark.parametrize("excepted", ["bus, motorcar", "motorcar,bus", "bus;motorcar"])
def test_exceptions_with_a_comma(tmp_path, excepted):
    rule = {"restriction": "no_left_turn", "except": excepted}
    network = read(tmp_path, xml(DEAD_END, DEAD_END_WAYS, [(rule, 1, 2, 2)]))
    assert seconds(network, (500, 0), (1000, 300)) == pytest.approx(800 * 0.144, abs=0.2)


def test_a_rule_for_red_lights_forbids_no_turn(tmp_path):
    rule = {"restriction": "no_right_turn_on_red"}
    network = read(tmp_path, xml(DEAD_END, DEAD_END_WAYS, [(rule, 1, 2, 2)]))
    assert seconds(network, (500, 0), (1000, 300)) == pytest.approx(800 * 0.144, abs=0.2)


def test_shuttle_train_takes_cars_in_its_time_and_nobody_else(tmp_path):
    nodes = {1: (0, 0), 2: (1000, 0), 3: (6000, 0), 4: (7000, 0)}
    train = {"route": "shuttle_train", "railway": "rail", "duration": "00:15"}
    ways = {1: ([1, 2], RESIDENTIAL), 2: ([2, 3], train), 3: ([3, 4], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, ways))
    assert seconds(network, (0, 0), (7000, 0)) == pytest.approx(2 * 144 + 900, abs=0.2)
    # nobody steps on board on the way
    assert network.attach(points((3000, 1))).reason.tolist() == ["too_far_from_road"]
    walked = read(tmp_path, xml(nodes, ways), "foot")
    assert math.isnan(seconds(walked, (0, 0), (7000, 0)))


@pytest.mark.parametrize(
    ("surface", "kmh"), [("laterite", 30), ("rocky", 15), ("tartan", 40), ("woodchips", 15)]
)
def test_rough_surfaces_are_slow(surface, kmh):
    tags = {"highway": "primary", "surface": surface}
    assert plain().kmh(tags, "forward") == kmh
    assert plain("bicycle").kmh(tags, "forward") < 15


def test_nobody_stops_at_a_gantry(tmp_path):
    costly = replace(plain(), nodes=speeds.load().nodes)
    free = {"highway": "toll_gantry", "barrier": "toll_booth"}
    for node, wait in ((free, 0), ({"barrier": "toll_booth"}, 15), ({"highway": "toll_gantry"}, 0)):
        nodes = {1: (0, 0), 2: (1000, 0, node), 3: (2000, 0)}
        network = read(tmp_path, xml(nodes, {1: ([1, 2, 3], RESIDENTIAL)}), given=costly)
        assert seconds(network, (0, 0), (2000, 0)) == pytest.approx(288 + wait, abs=0.2)


def test_a_bicycle_is_pushed_against_a_one_way_street(tmp_path):
    nodes = {1: (0, 0), 2: (300, 0), 3: (300, 2000), 4: (0, 2000)}
    rest = {2: ([1, 4, 3, 2], RESIDENTIAL)}

    def back(**tags):
        ways = {1: ([1, 2], RESIDENTIAL | {"oneway": "yes"} | tags)} | rest
        return seconds(read(tmp_path, xml(nodes, ways), "bicycle"), (300, 0), (0, 0))

    assert back() == pytest.approx(300 * 3.6 / 4.5, abs=0.2)
    by_the_way_round = pytest.approx(4300 * 3.6 / 15, abs=0.3)
    assert back(foot="no") == by_the_way_round
    assert back(junction="roundabout") == by_the_way_round
    # one way for people on foot as well
    assert back(**{"oneway:foot": "yes"}) == by_the_way_round


def test_cycling_speed_is_that_of_the_source():
    """Schantz and others (2018): general population, men and women of 42 years."""
    men = 20.76 * 0.719 * (1.676 - 0.0147 * 42)
    women = 16.14 * 0.763 * (1.604 - 0.0129 * 42)
    base = plain("bicycle").kmh(RESIDENTIAL, "forward")
    assert women < base < men
    assert base == pytest.approx((men + women) / 2, rel=0.05)
