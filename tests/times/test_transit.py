"""Journeys by timetable against a brute-force search of the time-expanded graph."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import timetable_oracle as oracle
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siting.network import timetable
from siting.sources import gtfs_days
from siting.times import transit
from siting.times.walking import Walks

DAY = dt.date(2026, 3, 12)  # a Thursday
STOPS = "abcd"
WINDOW_START = 7 * 3600
ALLOWED = st.sampled_from("0000001")  # seldom is nobody let on, or off


@st.composite
def trips(draw):
    """Trips with loops, zero dwell and zero hops, overtaking, before and after midnight."""
    count = draw(st.integers(4, 10))
    made = []
    for _ in range(count):
        size = draw(st.integers(2, 5))
        stops = draw(st.lists(st.sampled_from(STOPS), min_size=size, max_size=size))
        at = draw(st.integers(-4, 20)) * 60 + draw(st.sampled_from([0, 0, 30]))
        calls = []
        for stop in stops:
            arrives = at
            at += draw(st.sampled_from([0, 0, 60]))
            calls.append((stop, arrives, at, draw(ALLOWED), draw(ALLOWED)))
            at += draw(st.sampled_from([0, 60, 120, 240]))
        made.append(
            {
                "calls": calls,
                "night": draw(st.sampled_from([False, False, True])),
                "often": draw(st.sampled_from([None, None, None, (2, 120), (3, 60)])),
                "block": draw(st.sampled_from(["", "", "x"])),
            }
        )
    return made


def feed_of(folder, made):
    """A feed; trips of the night are those of the day before, 24 hours later."""
    stop_times, rows, often = [], [], []
    for k, trip in enumerate(made):
        later = WINDOW_START + (86_400 if trip["night"] else 0)
        rows.append(
            {
                "route_id": "r",
                "service_id": "night" if trip["night"] else "day",
                "trip_id": f"t{k}",
                "block_id": "" if trip["often"] else trip["block"],
            }
        )
        for n, (stop, arrives, departs, on, off) in enumerate(trip["calls"]):
            stop_times.append(
                {
                    "trip_id": f"t{k}",
                    "arrival_time": oracle.clock(arrives + later),
                    "departure_time": oracle.clock(departs + later),
                    "stop_id": stop,
                    "stop_sequence": 5 * n,
                    "pickup_type": on,
                    "drop_off_type": off,
                }
            )
        if trip["often"]:
            start = trip["calls"][0][2] + later
            runs, interval = trip["often"]
            often.append(
                {
                    "trip_id": f"t{k}",
                    "start_time": oracle.clock(start),
                    "end_time": oracle.clock(start + runs * interval),
                    "headway_secs": interval,
                }
            )
    week = dict.fromkeys(gtfs_days.gtfs_services.DAYS, "0")
    stops = [
        {"stop_id": s, "stop_name": s, "stop_lat": 44 + k, "stop_lon": 2}
        for k, s in enumerate(STOPS)
    ]
    return oracle.write(
        folder,
        {
            "agency": [{"agency_timezone": "Europe/Paris"}],
            "stops": stops,
            "trips": rows,
            "stop_times": stop_times,
            "frequencies": often,
            "calendar": [
                {"service_id": "day", "start_date": "20260101", "end_date": "20260601", **week}
                | {"thursday": "1"},
                {"service_id": "night", "start_date": "20260101", "end_date": "20260601", **week}
                | {"wednesday": "1"},
            ],
            "calendar_dates": [{"service_id": "day", "date": "20260312", "exception_type": "1"}],
        },
    )


walk_seconds = st.dictionaries(
    st.sampled_from(STOPS), st.sampled_from([0, 60, 90, 300]), min_size=1, max_size=2
)


@st.composite
def walked(draw):
    """Walks from two origins, to two places, between stops, and all the way."""
    pair = st.tuples(st.sampled_from(STOPS), st.sampled_from(STOPS)).filter(lambda p: p[0] != p[1])
    changes = draw(st.dictionaries(pair, st.sampled_from([0, 60, 200]), max_size=4))
    stay = draw(st.sampled_from([0, 60, None]))  # None: nobody changes at a stop
    if stay is not None:
        changes |= {(s, s): stay for s in STOPS}
    seconds = st.sampled_from([400, 900, *[math.inf] * 4])
    direct = draw(st.lists(seconds, min_size=4, max_size=4))
    return (
        [draw(walk_seconds), draw(walk_seconds)],
        [draw(walk_seconds), draw(walk_seconds)],
        changes,
        np.reshape(direct, (2, 2)),
    )


def table(entries, size):
    """Walks of `(point, other) -> seconds`."""
    pairs = sorted((k, v) for k, v in entries.items() if v < math.inf)
    point = np.array([p[0] for p, _ in pairs], int)
    return Walks(
        np.searchsorted(point, np.arange(size + 1)).astype(np.int64),
        np.array([p[1] for p, _ in pairs], np.int32),
        np.array([v for _, v in pairs], np.int32),
    )


def access_of(walks):
    leaving, arriving, changes, direct = walks
    number = {s: k for k, s in enumerate(STOPS)}
    return transit.TransitWalks(
        table({(o, number[s]): v for o, w in enumerate(leaving) for s, v in w.items()}, 2),
        table({(number[a], number[b]): v for (a, b), v in changes.items()}, len(STOPS)),
        table(
            {(number[s], d): v for d, w in enumerate(arriving) for s, v in w.items()}, len(STOPS)
        ),
        table({(o, d): direct[o, d] for o in range(2) for d in range(2)}, 2),
        2,
    )


EVERY = settings(
    max_examples=15,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)


def read(folder, made):
    feed = gtfs_days.read(feed_of(folder, made), DAY)
    return timetable.build([feed], DAY)


@EVERY
@given(made=trips(), walks=walked(), minutes=st.integers(1, 8), limit=st.sampled_from([None, 7]))
def test_equals_brute_force(tmp_path_factory, made, walks, minutes, limit):
    """All times, sorted; percentiles are those of sorting; distinct journeys, first and last."""
    folder = tmp_path_factory.mktemp("feed")
    if all(trip["night"] for trip in made):
        made[0]["night"] = False
    read_timetable = read(folder, made)
    window = transit.Window(WINDOW_START, minutes, limit)
    every = [100 * (k + 1) / minutes for k in range(minutes)]
    result = transit.windows(read_timetable, access_of(walks), window, every, [5])
    arrows = oracle.graph(oracle.runs_of(folder, DAY), walks[2])
    most = math.inf if limit is None else 60 * limit
    for o in range(2):
        for d in range(2):
            both = [
                oracle.earliest(
                    arrows, WINDOW_START + 60 * m, walks[0][o], walks[1][d], walks[3][o, d]
                )
                for m in range(minutes)
            ]
            times = sorted(t if t <= most else math.inf for t, _ in both)
            got = np.nan_to_num(result.minutes[:, o, d] * 60, nan=math.inf)
            assert got.tolist() == times
            assert result.share[0, o, d] == np.float32(sum(t <= 300 for t in times) / minutes)
            arrives = [by + 60 * m for m, (_, by) in enumerate(both)]
            last = [
                m
                for m in range(minutes)
                if (m + 1 == minutes or arrives[m] < arrives[m + 1])
                and both[m][1] <= most
                and both[m][1] < walks[3][o, d]
            ]
            assert result.journeys[o, d] == len(last)
            ends = (last[0], last[-1]) if last else (-1, -1)
            assert (result.opening[o, d], result.closing[o, d]) == ends


@EVERY
@given(made=trips(), walks=walked())
def test_forward_equals_backward(tmp_path_factory, made, walks):
    """Leaving at t one arrives by T, if and only if arriving by T one may leave at t or later."""
    made[0]["night"] = False
    whole, walks = read(tmp_path_factory.mktemp("feed"), made), access_of(walks)
    departures, spans = range(3), (0, 4, 9, 15)
    forward = {
        m: transit.windows(whole, walks, transit.Window(WINDOW_START + 60 * m, 1), [100])
        for m in departures
    }
    turned, walks = whole.backward(), walks.backward()
    for end in {m + k for m in departures for k in spans}:
        by = transit.Window(-(WINDOW_START + 60 * end), 1)
        back = np.nan_to_num(transit.windows(turned, walks, by, [100]).minutes[0].T, nan=1e9)
        for m in departures:
            lasts = np.nan_to_num(forward[m].minutes[0], nan=1e9)
            assert ((lasts <= end - m) == (back <= end - m)).all()
