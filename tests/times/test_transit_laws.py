"""What holds of times by timetable whatever runs: bounds on rides, monotony, hours that change."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

import networkx as nx
import numpy as np
import pytest
import timetable_oracle as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from test_transit import DAY, EVERY, WINDOW_START, access_of, feed_of, read, trips, walked

from siting.network import timetable
from siting.sources import gtfs_days
from siting.times import transit


def with_rides(arrows, most, leaves, leaving, arriving):
    """Seconds by vehicle with so many rides at most, by networkx."""
    weighed = nx.DiGraph()
    weighed.add_node("origin")
    for a, b in arrows.edges:
        weighed.add_edge(a, b, rides=int(a[0] == "ready" and b[0] == "leaves"))
    for node in list(weighed):
        if node[0] == "ready" and node[2] >= leaves + leaving.get(node[1], math.inf):
            weighed.add_edge("origin", node, rides=0)
    rides = nx.single_source_dijkstra_path_length(weighed, "origin", cutoff=most, weight="rides")
    ends = [n for n in rides if n[0] == "off" and n[1] in arriving]
    return min((n[2] + arriving[n[1]] - leaves for n in ends), default=math.inf)


@settings(EVERY, max_examples=10)
@given(made=trips(), walks=walked(), most=st.integers(1, 3))
def test_a_bound_on_rides(tmp_path_factory, made, walks, most):
    made[0]["night"] = False
    folder = tmp_path_factory.mktemp("feed")
    whole = read(folder, made)
    arrows = oracle.graph(oracle.runs_of(folder, DAY), walks[2])
    for minute in (0, 3):
        window = transit.Window(WINDOW_START + 60 * minute, 1)
        got = transit.windows(whole, access_of(walks), window, [100], rides=most).minutes[0] * 60
        for o in range(2):
            for d in range(2):
                by = with_rides(arrows, most, window.start, walks[0][o], walks[1][d])
                assert np.nan_to_num(got[o, d], nan=math.inf) == min(by, walks[3][o, d])


def never_later(sooner, later):
    return (np.nan_to_num(sooner, nan=math.inf) <= np.nan_to_num(later, nan=math.inf)).all()


@settings(EVERY, max_examples=8)
@given(made=trips(), walks=walked(), minutes=st.integers(1, 6))
def test_more_is_never_later(tmp_path_factory, made, walks, minutes):
    """One trip more, one change more, a longer walk, a longer limit, a ride more."""
    made[0]["night"] = False
    folder = tmp_path_factory.mktemp("feed")
    whole = read(folder / "all", made)
    fewer = read(folder / "fewer", made[:-1])
    every = [100 * (k + 1) / minutes for k in range(minutes)]

    def times(of=whole, given=walks, limit=None, rides=None):
        window = transit.Window(WINDOW_START, minutes, limit)
        return transit.windows(of, access_of(given), window, every, rides=rides).minutes

    unchanged = times()
    assert never_later(unchanged, times(of=fewer))
    leaving, arriving, changes, direct = walks
    few = dict(list(changes.items())[:-1])
    assert never_later(unchanged, times(given=(leaving, arriving, few, direct)))
    near = [{s: v for s, v in walk.items() if v < 300} for walk in leaving]
    assert never_later(unchanged, times(given=(near, arriving, changes, direct)))
    assert never_later(unchanged, times(limit=6))
    assert never_later(times(rides=2), times(rides=1))
    assert never_later(unchanged, times(rides=2))
    assert np.array_equal(unchanged, times(rides=30), equal_nan=True)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", "2026-03-29"),
        ("Europe/Paris", "2026-10-25"),
        ("Europe/Paris", "2026-10-26"),
        ("America/New_York", "2026-03-08"),
        ("Pacific/Auckland", "2026-09-27"),
        ("Asia/Kolkata", "2026-03-29"),
    ],
)
def test_every_call_is_at_its_instant(tmp_path, zone, day):
    """Seconds count from noon less twelve hours of the service day, whatever the clocks do."""
    day = dt.date.fromisoformat(day)
    calls = [("a", 0, 0, "0", "0"), ("b", 3600, 3660, "0", "0"), ("c", 64_800, 64_800, "0", "0")]
    path = feed_of(tmp_path, [{"calls": calls, "night": False, "often": None, "block": ""}])
    (path / "agency.txt").write_text(f"agency_timezone\n{zone}\n", encoding="utf-8")
    week = dict.fromkeys(gtfs_days.gtfs_services.DAYS, "1")
    daily = {"service_id": "day", "start_date": "20260101", "end_date": "20261231", **week}
    oracle.write(path, {"calendar": [daily]})
    whole = timetable.build([gtfs_days.read(path, day)], day)

    def begins(date):
        noon = dt.datetime.combine(date, dt.time(12), ZoneInfo(zone))
        return noon.timestamp() - 43_200

    instants = sorted(
        begins(day + dt.timedelta(days=moved)) + WINDOW_START + at
        for moved in (-1, 0, 1)
        for _, at, _, _, _ in calls
    )
    got = sorted(begins(day) + whole.arrival.astype(float))
    assert set(got) <= set(instants)
    first, last = begins(day), begins(day) + 16 * 3600
    assert [t for t in got if first <= t <= last] == [t for t in instants if first <= t <= last]
