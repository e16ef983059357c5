"""Journeys leg by leg, and arriving by a time, against a brute-force search."""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import timetable_oracle as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from test_transit import DAY, EVERY, STOPS, WINDOW_START, access_of, read, trips, walked

from siting.times import journeys, transit

ENDS = pd.DataFrame({"id": ["o", "d"], "lon": [2.0, 2.1], "lat": [44.0, 44.1]})


def part_of(walks, origin, place):
    """Walks of one origin and one place, doubled so that `access_of` takes them."""
    leaving, arriving, changes, direct = walks
    pair = np.full((2, 2), math.inf)
    pair[0, 0] = direct[origin, place]
    both = access_of(([leaving[origin], {}], [arriving[place], {}], changes, pair))
    return transit.TransitWalks(
        _first(both.leaving), both.changing, both.arriving, _first(both.direct), 1
    )


def _first(walks):
    end = walks.first[1]
    return type(walks)(walks.first[:2], walks.other[:end], walks.seconds[:end])


def fewest_rides(arrows, leaves, leaving, arriving, arrives):
    """Rides of the journey that arrives at a time with the fewest, by networkx."""
    weighed = nx.DiGraph()
    for a, b in arrows.edges:
        rides = int(a[0] == "ready" and b[0] == "leaves")
        weighed.add_edge(a, b, rides=rides)
    for node in list(weighed):
        if node[0] == "ready" and node[2] >= leaves + leaving.get(node[1], math.inf):
            weighed.add_edge("origin", node, rides=0)
        if node[0] == "off" and node[2] + arriving.get(node[1], math.inf) == arrives:
            weighed.add_edge(node, "place", rides=0)
    return nx.dijkstra_path_length(weighed, "origin", "place", weight="rides")


@settings(EVERY, max_examples=8)
@given(made=trips(), walks=walked(), minutes=st.integers(2, 8))
def test_legs_are_a_way_that_arrives_as_soon(tmp_path_factory, made, walks, minutes):
    made[0]["night"] = False
    folder = tmp_path_factory.mktemp("feed")
    whole = read(folder, made)
    window = transit.Window(WINDOW_START, minutes)
    expected = transit.windows(whole, access_of(walks), window, [100])
    runs = oracle.runs_of(folder, DAY)
    arrows = oracle.graph(runs, walks[2])
    rides = {(s, d, t, a) for run in runs
             for k, (s, _, d, on, _) in enumerate(run) if on
             for t, a, _, _, off in run[k + 1:] if off}  # fmt: skip
    for o in range(2):
        for d in range(2):
            listed = journeys.between(whole, part_of(walks, o, d), ENDS, window)
            ridden = [j for j in listed if any(leg.mode == "ride" for leg in j.legs)]
            assert len(ridden) == expected.journeys[o, d]
            assert all(a.leaves < b.leaves and a.arrives < b.arrives for a, b in pairwise(listed))
            for journey in ridden:
                times = [t for leg in journey.legs for t in (leg.start, leg.end)]
                assert times == sorted(times)
                assert times[0] >= journey.leaves
                assert times[-1] <= journey.arrives
                soonest = oracle.earliest(
                    arrows, journey.leaves, walks[0][o], walks[1][d], math.inf
                )[0]
                assert journey.arrives == journey.leaves + soonest
                ways = [leg for leg in journey.legs if leg.mode == "ride"]
                for leg in ways:
                    assert (leg.from_name, leg.start, leg.to_name, leg.end) in rides
                assert journey.changes + 1 == fewest_rides(
                    arrows, journey.leaves, walks[0][o], walks[1][d], journey.arrives
                )


@settings(EVERY, max_examples=8)
@given(made=trips(), walks=walked(), minutes=st.integers(2, 6))
def test_arriving_by_a_time_one_leaves_as_late_as_will_do(tmp_path_factory, made, walks, minutes):
    made[0]["night"] = False
    folder = tmp_path_factory.mktemp("feed")
    whole, all_walks = read(folder, made), access_of(walks)
    arrows = oracle.graph(oracle.runs_of(folder, DAY), walks[2])
    start = WINDOW_START + 10 * 60
    window = transit.Window(start, minutes, arrive=True)
    every = [100 * (k + 1) / minutes for k in range(minutes)]
    result = transit.windows(whole, all_walks, window, every)
    singles = np.stack([
        transit.windows(
            whole, all_walks, transit.Window(start + 60 * k, 1, arrive=True), [100]
        ).minutes[0]
        for k in range(minutes)
    ])  # fmt: skip
    assert np.array_equal(np.sort(singles, axis=0), result.minutes, equal_nan=True)
    for o in range(2):
        for d in range(2):
            for k in range(minutes):
                by, lasts = start + 60 * k, singles[k, o, d] * 60

                def arrives(leaves, o=o, d=d):
                    soonest = oracle.earliest(
                        arrows, leaves, walks[0][o], walks[1][d], walks[3][o, d]
                    )[0]
                    return leaves + soonest

                if np.isnan(lasts):
                    assert arrives(by - 40 * 60) > by
                    continue
                leaves = round(by - lasts)
                assert arrives(leaves) <= by < arrives(leaves + 1)
            listed = journeys.between(whole, part_of(walks, o, d), ENDS, window)
            assert all(j.arrives <= window.last for j in listed)
            assert bool(listed) == bool(np.isfinite(result.minutes[0, o, d]))


def test_names_of_the_stops(tmp_path_factory):
    """A journey along a line: walk, ride, walk, by name and place."""
    calls = [("a", 0, 0, "0", "0"), ("b", 120, 120, "0", "0"), ("c", 240, 240, "0", "0")]
    made = [{"calls": calls, "night": False, "often": None, "block": ""}]
    whole = read(tmp_path_factory.mktemp("feed"), made)
    nowhere = np.full((2, 2), math.inf)
    walks = part_of(([{"a": 60}, {}], [{"c": 90}, {}], {(s, s): 0 for s in STOPS}, nowhere), 0, 0)
    window = transit.Window(WINDOW_START - 300, 10)
    (journey,) = journeys.between(whole, walks, ENDS, window)
    assert [(leg.mode, leg.from_name, leg.to_name) for leg in journey.legs] == [
        ("walk", "", "a"), ("ride", "a", "c"), ("walk", "c", "")
    ]  # fmt: skip
    assert (journey.leaves, journey.arrives) == (WINDOW_START - 60, WINDOW_START + 330)
    assert journey.legs[1].line.tolist() == [[2, 44], [2, 45], [2, 46]]
    assert journey.changes == 0
