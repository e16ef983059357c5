"""Turn restrictions, turn costs and delays, on a few streets with times worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_roads import plain, points, read, seconds, xml

from siting.network import speeds
from siting.network.speeds import Turns

RESIDENTIAL = {"highway": "residential"}  # 0.144 s a metre
M = 0.144

# a cross of streets, 1 km each, and a road round from the east arm to the north arm
#         3
#         |
#   2 --- 1 --- 4
#         |     |  (4-6-7-3 goes round)
#         5
NODES = {
    1: (0, 0),
    2: (-1000, 0),
    3: (0, 1000),
    4: (1000, 0),
    5: (0, -1000),
    6: (2000, 0),
    7: (2000, 1000),
}
WAYS = {
    12: ([2, 1], RESIDENTIAL),
    13: ([1, 3], RESIDENTIAL),
    14: ([1, 4], RESIDENTIAL),
    15: ([1, 5], RESIDENTIAL),
    46: ([4, 6, 7, 3], RESIDENTIAL),
}
WEST, NORTH, EAST, SOUTH = (-500, 0), (0, 500), (500, 0), (0, -500)
STRAIGHT = 1000 * M
ROUND = (500 + 2000 + 1000 + 2000 + 500) * M  # west to north by 4, 6, 7 and 3
TURNED = (500 + 2 * 1000 + 500) * M  # by the south arm, turned round at its end


def crossing(tmp_path, restrictions=None, mode="car", given=None):
    return read(tmp_path, xml(NODES, WAYS, restrictions), mode, given)


def no(kind, start, via, end, **tags):
    return ({"restriction": kind} | tags, start, via, end)


def test_without_restrictions_every_turn_is_free(tmp_path):
    network = crossing(tmp_path)
    for a in (WEST, NORTH, EAST, SOUTH):
        for b in (WEST, NORTH, EAST, SOUTH):
            assert seconds(network, a, b) == pytest.approx(0 if a == b else STRAIGHT, abs=0.1)


def test_no_left_turn(tmp_path):
    network = crossing(tmp_path, [no("no_left_turn", 12, 1, 13)])
    assert seconds(network, WEST, NORTH) == pytest.approx(TURNED, abs=0.2)
    assert seconds(network, WEST, EAST) == pytest.approx(STRAIGHT, abs=0.2)
    assert seconds(network, NORTH, WEST) == pytest.approx(STRAIGHT, abs=0.2)
    assert seconds(network, SOUTH, NORTH) == pytest.approx(STRAIGHT, abs=0.2)
    assert network.report.restrictions_honoured == 1


def test_two_restrictions_send_one_round(tmp_path):
    both = [no("no_left_turn", 12, 1, 13), no("no_right_turn", 12, 1, 15)]
    assert seconds(crossing(tmp_path, both), WEST, NORTH) == pytest.approx(ROUND, abs=0.3)


@pytest.mark.parametrize("kind", ["only_straight_on", "only_right_turn"])
def test_only_one_way_on(tmp_path, kind):
    end = {"only_straight_on": 14, "only_right_turn": 15}[kind]
    network = crossing(tmp_path, [no(kind, 12, 1, end)])
    expected = {14: ROUND, 15: TURNED}[end]
    assert seconds(network, WEST, NORTH) == pytest.approx(expected, abs=0.3)
    assert seconds(network, EAST, NORTH) == pytest.approx(STRAIGHT, abs=0.2)


@pytest.mark.parametrize(
    ("tags", "mode", "holds"),
    [
        ({"except": "motorcar"}, "car", False),
        ({"except": "bicycle;psv"}, "car", True),
        ({"except": "bicycle"}, "bicycle", False),
        ({}, "bicycle", True),
        ({}, "foot", False),
        ({"hour_on": "07:00", "hour_off": "09:00"}, "car", False),
    ],
)
def test_whom_a_restriction_holds_for(tmp_path, tags, mode, holds):
    network = crossing(tmp_path, [no("no_left_turn", 12, 1, 13, **tags)], mode)
    straight = seconds(network, WEST, EAST)
    assert (seconds(network, WEST, NORTH) > straight + 1) == holds


@pytest.mark.parametrize(
    ("tags", "holds"),
    [
        ({"restriction:motorcar": "no_left_turn"}, True),
        ({"restriction:hgv": "no_left_turn"}, False),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr 12:00-18:00)"}, True),
        ({"restriction:conditional": "no_left_turn @ (Sa 12:00-18:00)"}, False),
        ({"type": "restriction:motorcar", "restriction": "no_left_turn"}, True),
        ({"type": "restriction:hgv", "restriction": "no_left_turn"}, False),
        ({"restriction": "give_way"}, False),
    ],
)
def test_kinds_of_restriction_tags(tmp_path, tags, holds):
    network = crossing(tmp_path, [(tags, 12, 1, 13)])
    assert (seconds(network, WEST, NORTH) > STRAIGHT + 1) == holds


def test_restriction_with_a_missing_member_is_counted_not_guessed(tmp_path):
    network = crossing(
        tmp_path, [no("no_left_turn", 12, 1, 99), no("only_straight_on", 12, 77, 14)]
    )
    assert network.report.restrictions_ignored == 2
    assert seconds(network, WEST, NORTH) == pytest.approx(STRAIGHT, abs=0.2)


# two carriageways joined by a short link: coming from 12, one may not turn back by the link
#   2 --> 3 --> 4      way 1: 2-3, way 2: 3-4 (eastward)
#         |            way 5: 3-6 link
#   5 <-- 6 <-- 7      way 3: 7-6, way 4: 6-5 (westward); 4 and 7 are joined 2 km on
DUAL = {
    2: (0, 0),
    3: (1000, 0),
    4: (2000, 0),
    5: (0, -100),
    6: (1000, -100),
    7: (2000, -100),
    8: (4000, 0),
    9: (4000, -100),
    10: (1000, -1000),
}
ONE_WAY = RESIDENTIAL | {"oneway": "yes"}
DUAL_WAYS = {
    1: ([2, 3], ONE_WAY),
    2: ([3, 4, 8], ONE_WAY),
    3: ([7, 6], ONE_WAY),
    4: ([6, 5], ONE_WAY),
    5: ([3, 6], RESIDENTIAL),
    6: ([8, 9, 7], ONE_WAY),
    7: ([5, 2], RESIDENTIAL),
    8: ([6, 10], RESIDENTIAL),
}
BEFORE, AFTER, SIDE = (500, 0), (500, -100), (1000, -500)


def test_no_u_turn_by_a_link(tmp_path):
    free = read(tmp_path, xml(DUAL, DUAL_WAYS))
    assert seconds(free, BEFORE, AFTER) == pytest.approx((500 + 100 + 500) * M, abs=0.2)
    held = read(tmp_path, xml(DUAL, DUAL_WAYS, [no("no_u_turn", 1, [5], 4)]))
    # by the side road (turned round at its end) or by the far end of the dual carriageway
    assert seconds(held, BEFORE, AFTER) == pytest.approx((1100 + 2 * 900) * M, abs=0.3)
    assert seconds(held, BEFORE, SIDE) == pytest.approx((500 + 100 + 400) * M, abs=0.2)
    # one who starts on the link may turn either way
    assert seconds(held, (1000, -50), AFTER) == pytest.approx(550 * M, abs=0.2)


def test_only_straight_on_over_a_link(tmp_path):
    held = read(tmp_path, xml(DUAL, DUAL_WAYS, [no("only_straight_on", 1, [5], 8)]))
    assert seconds(held, BEFORE, SIDE) == pytest.approx(1000 * M, abs=0.2)
    assert seconds(held, BEFORE, AFTER) == pytest.approx((1100 + 2 * 900) * M, abs=0.3)
    assert held.report.restrictions_honoured == 1


def test_restriction_over_two_ways(tmp_path):
    nodes = DUAL | {11: (1000, -50), 12: (1500, -50)}
    ways = DUAL_WAYS | {
        5: ([3, 11], RESIDENTIAL),
        55: ([11, 6], RESIDENTIAL),
        9: ([11, 12], RESIDENTIAL),
    }
    held = read(tmp_path, xml(nodes, ways, [no("no_u_turn", 1, [5, 55], 4)]))
    free = read(tmp_path, xml(nodes, ways))
    assert seconds(free, BEFORE, AFTER) == pytest.approx(1100 * M, abs=0.2)
    # turned round at the end of the lane 9, 500 m off the link: no longer the way that is forbidden
    assert seconds(held, BEFORE, AFTER) == pytest.approx((1100 + 2 * 500) * M, abs=0.3)
    assert seconds(held, BEFORE, SIDE) == pytest.approx(1000 * M, abs=0.2)


def costly(**turns):
    return replace(plain(), turns=Turns(**turns))


def test_turns_cost_by_side_and_angle(tmp_path):
    network = crossing(tmp_path, given=costly(right=2, left=5, slight=0.5))
    assert seconds(network, WEST, NORTH) == pytest.approx(STRAIGHT + 5, abs=0.1)
    assert seconds(network, WEST, SOUTH) == pytest.approx(STRAIGHT + 2, abs=0.1)
    assert seconds(network, WEST, EAST) == pytest.approx(STRAIGHT + 0.5, abs=0.1)
    assert seconds(network, NORTH, EAST) == pytest.approx(STRAIGHT + 5, abs=0.1)
    # 4 and 6, where two roads meet, are bends and no turns
    assert seconds(network, EAST, (2000, 500)) == pytest.approx(2000 * M, abs=0.1)


def test_sharp_turn(tmp_path):
    nodes = {1: (0, 0), 2: (-1000, 0), 3: (1000, 0), 4: (-1000, 300)}
    ways = {1: ([2, 1], RESIDENTIAL), 2: ([1, 3], RESIDENTIAL), 3: ([1, 4], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, ways), given=costly(right=2, left=5, sharp=7))
    there = seconds(network, (-500, 0), (-1000, 300))
    assert there == pytest.approx((500 + (1000**2 + 300**2) ** 0.5) * M + 7, abs=0.1)


def test_turning_round_at_the_end_of_a_road_costs(tmp_path):
    network = crossing(
        tmp_path, [no("no_left_turn", 12, 1, 13)], given=costly(u_turn=20, right=2, slight=0)
    )
    assert seconds(network, WEST, NORTH) == pytest.approx(TURNED + 2 + 20, abs=0.2)


def test_entering_a_roundabout_costs_and_going_round_does_not(tmp_path):
    nodes = {1: (0, 0), 2: (40, 40), 3: (80, 0), 4: (40, -40), 5: (-1000, 0), 6: (1080, 0)}
    nodes |= {7: (40, 1000)}
    ways = {
        1: ([1, 4, 3, 2, 1], RESIDENTIAL | {"junction": "roundabout"}),
        2: ([5, 1], RESIDENTIAL),
        3: ([3, 6], RESIDENTIAL),
        4: ([2, 7], RESIDENTIAL),
    }
    network = read(tmp_path, xml(nodes, ways), given=costly(left=5, right=5, roundabout_enter=3))
    side = 40 * 2**0.5
    there = seconds(network, (-500, 0), (580, 0))
    assert there == pytest.approx((500 + 2 * side + 500) * M + 3, abs=0.2)
    back = seconds(network, (580, 0), (-500, 0))
    assert back == pytest.approx((500 + 2 * side + 500) * M + 3, abs=0.2)


def delayed(**nodes):
    return replace(plain(), nodes=nodes)


def test_signals_at_a_junction_delay_everyone(tmp_path):
    nodes = NODES | {1: (0, 0, {"highway": "traffic_signals"})}
    network = read(tmp_path, xml(nodes, WAYS), given=delayed(traffic_signals=8))
    assert seconds(network, WEST, EAST) == pytest.approx(STRAIGHT + 8, abs=0.1)
    assert seconds(network, NORTH, WEST) == pytest.approx(STRAIGHT + 8, abs=0.1)


def test_stop_before_a_junction_holds_towards_it(tmp_path):
    nodes = NODES | {8: (-100, 0, {"highway": "stop"})}
    network = read(
        tmp_path, xml(nodes, WAYS | {12: ([2, 8, 1], RESIDENTIAL)}), given=delayed(stop=4)
    )
    assert seconds(network, WEST, EAST) == pytest.approx(STRAIGHT + 4, abs=0.1)
    assert seconds(network, EAST, WEST) == pytest.approx(STRAIGHT, abs=0.1)


@pytest.mark.parametrize(("direction", "there", "back"), [("forward", 4, 0), ("backward", 0, 4)])
def test_sign_with_a_direction(tmp_path, direction, there, back):
    nodes = NODES | {8: (-900, 0, {"highway": "give_way", "direction": direction})}
    way = {12: ([2, 8, 1], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, WAYS | way), given=delayed(give_way=4))
    assert seconds(network, (-1000, 0), EAST) == pytest.approx(1500 * M + there, abs=0.1)
    assert seconds(network, EAST, (-1000, 0)) == pytest.approx(1500 * M + back, abs=0.1)


def test_crossing_delays_both_ways(tmp_path):
    nodes = NODES | {8: (-100, 0, {"highway": "crossing"}), 9: (-200, 0, {"barrier": "gate"})}
    way = {12: ([2, 9, 8, 1], RESIDENTIAL)}
    network = read(tmp_path, xml(nodes, WAYS | way), given=delayed(crossing=1, gate=5))
    assert seconds(network, WEST, EAST) == pytest.approx(STRAIGHT + 6, abs=0.1)
    assert seconds(network, EAST, WEST) == pytest.approx(STRAIGHT + 6, abs=0.1)


def test_graph_without_turn_costs_has_a_node_for_each_junction(tmp_path):
    network = read(tmp_path, xml(NODES, WAYS), "foot")
    junctions = {*network.edges.tail.tolist(), *network.edges.head.tolist()}
    assert network.graph.n_nodes == len(junctions) == 3  # 3 and 4 are bends
    assert len(network.attach(points(WEST)).leaving.node) == 2


def test_package_speeds_have_turn_costs():
    turns = speeds.load().turns
    assert turns.left > turns.right > turns.slight >= 0
    assert turns.u_turn > turns.sharp > turns.left
