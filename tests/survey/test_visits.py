"""Order of visits: equal to brute force over every order and every split into days."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from siting.survey import visits
from siting.survey.visits import Team

VISIT, BUDGET = 45.0, 300.0


def case(seed: int, stops: int, bases: int, days: tuple[int, ...]):
    """Minutes that are not the same both ways, and the teams."""
    random = np.random.default_rng(seed)
    places = random.uniform(0, 90, (stops + bases, 2))
    way = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    way *= random.uniform(0.9, 1.2, way.shape)
    np.fill_diagonal(way, 0)
    teams = [
        Team(many, way[stops + base, :stops], way[:stops, stops + base])
        for base, many in zip(range(bases), days, strict=True)
    ]
    return way[:stops, :stops], teams


def minutes_of(way, team: Team, order) -> float:
    road = team.out[order[0]] + team.back[order[-1]]
    road += sum(way[a, b] for a, b in itertools.pairwise(order))
    return road + VISIT * len(order)


def brute(way, teams) -> tuple[int, float]:
    """Most visits, then least minutes: every set of stops, every order, every share of the days."""
    size = len(way)
    day: list[dict[int, float]] = []
    for team in teams:
        best = {0: 0.0}
        for mask in range(1, 1 << size):
            members = [stop for stop in range(size) if mask >> stop & 1]
            if len(members) * VISIT > BUDGET:
                continue
            least = min(minutes_of(way, team, order) for order in itertools.permutations(members))
            if least <= BUDGET:
                best[mask] = least
        day.append(best)
    reached = {0: 0.0}
    for team, best in zip(teams, day, strict=True):
        for _ in range(team.days):
            after = dict(reached)
            for mask, spent in reached.items():
                for more, extra in best.items():
                    if not mask & more and spent + extra < after.get(mask | more, np.inf):
                        after[mask | more] = spent + extra
            reached = after
    return min(((-mask.bit_count(), spent) for mask, spent in reached.items()))


@pytest.mark.parametrize(
    ("seed", "bases", "days"),
    [(1, 1, (1,)), (2, 1, (2,)), (3, 1, (3,)), (4, 2, (1, 1)), (5, 2, (2, 1)), (6, 2, (1, 2))],
)
def test_eight_stops_equal_brute_force(seed, bases, days):
    way, teams = case(seed, 8, bases, days)
    found = visits.plan(way, teams, VISIT, BUDGET)
    most, least = brute(way, teams)
    assert found.proven
    assert sum(len(one.stops) for one in found.rounds) == -most
    assert sum(one.minutes for one in found.rounds) == pytest.approx(least)
    for one in found.rounds:
        assert minutes_of(way, teams[one.team], one.stops) == pytest.approx(one.minutes)
        assert one.minutes <= BUDGET + 1e-6
    seen = [stop for one in found.rounds for stop in one.stops]
    assert sorted([*seen, *found.left]) == list(range(8))
    for index, team in enumerate(teams):
        assert sum(one.team == index for one in found.rounds) <= team.days


def test_one_round_of_eight_is_the_shortest_order():
    way, [team] = case(9, 8, 1, (1,))
    found = visits.plan(way, [team], 10, 10_000)
    [one] = found.rounds
    road = min(
        team.out[o[0]] + team.back[o[-1]] + sum(way[a, b] for a, b in itertools.pairwise(o))
        for o in itertools.permutations(range(8))
    )
    assert one.minutes == pytest.approx(road + 80)


def test_colleagues_at_one_base_share_its_rounds():
    way, [team] = case(12, 10, 1, (4,))
    alone = visits.plan(way, [team], VISIT, BUDGET)
    pair = [Team(2, team.out, team.back), Team(2, team.out, team.back)]
    both = visits.plan(way, pair, VISIT, BUDGET)
    assert {one.stops for one in both.rounds} == {one.stops for one in alone.rounds}
    assert {one.team for one in both.rounds} == {0, 1}
    assert all(sum(r.team == team for r in both.rounds) <= 2 for team in (0, 1))


def test_a_stop_without_a_road_is_left():
    way, [team] = case(2, 5, 1, (5,))
    way[:, 3] = way[3, :] = team.out[3] = team.back[3] = np.nan
    found = visits.plan(way, [team], VISIT, BUDGET)
    assert 3 in found.left


def test_no_stop_is_in_reach():
    way, [team] = case(2, 5, 1, (5,))
    found = visits.plan(way, [team], VISIT, 10)
    assert found.rounds == ()
    assert found.left == (0, 1, 2, 3, 4)


def test_many_stops_are_planned_without_a_claim():
    way, teams = case(21, 40, 2, (4, 4))
    found = visits.plan(way, teams, VISIT, BUDGET)
    seen = [stop for one in found.rounds for stop in one.stops]
    assert len(seen) == len(set(seen))
    assert len(seen) >= 20
    for one in found.rounds:
        assert minutes_of(way, teams[one.team], one.stops) == pytest.approx(one.minutes)


def test_no_day_is_begun_for_what_fits_into_another():
    # eleven people at the base itself: six fit into a day, and any split takes the same road
    stops = np.zeros((11, 11))
    team = Team(6, np.zeros(11), np.zeros(11))
    found = visits.plan(stops, [team], VISIT, 6 * VISIT)
    assert not found.left
    assert len(found.rounds) == 2
