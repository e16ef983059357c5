"""Round trips by timetable against every way of making them."""

from __future__ import annotations

import pytest
import timetable_oracle as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from test_transit import DAY, EVERY, WINDOW_START, access_of, read, trips, walked

from siting.errors import InputError
from siting.times import round_trips


def brute_force(arrows, walks, back, day, openings, home, place):
    """All pairs of a departure from home and one from the place, and how long the way there is."""
    leaving, arriving, _, direct = walks
    minutes = (day.end - day.start) // 60
    made = []
    homeward = [
        day.start
        + 60 * n
        + oracle.earliest(
            arrows, day.start + 60 * n, back[0][place], back[1][home], back[3][place, home]
        )[0]
        for n in range(minutes)
    ]
    for m in range(minutes):
        leaves = day.start + 60 * m
        lasts, _ = oracle.earliest(
            arrows, leaves, leaving[home], arriving[place], direct[home, place]
        )
        for opens, closes in openings:
            ends = max(leaves + lasts, opens) + day.stay
            if ends > closes:
                continue
            made += [
                (leaves, homeward[n], lasts < direct[home, place]
                 or homeward[n] - day.start - 60 * n < back[3][place, home], lasts)
                for n in range(minutes)
                if day.start + 60 * n >= ends and homeward[n] <= day.end
            ]  # fmt: skip
    latest = [day.start + 60 * n for n in range(minutes) if homeward[n] <= day.end]
    return made, max(latest, default=-1)


@settings(EVERY, max_examples=8)
@given(
    made=trips(),
    there=walked(),
    back=walked(),
    stay=st.sampled_from([0, 90, 240]),
    late=st.booleans(),
)
def test_equals_every_pair_of_journeys(tmp_path_factory, made, there, back, stay, late):
    made[0]["night"] = False
    folder = tmp_path_factory.mktemp("feed")
    whole = read(folder, made)
    back = (*back[:2], there[2], back[3])  # changes are the same there and back
    begin = WINDOW_START
    hours = (
        ((begin + 120, begin + 420), (begin + 600, begin + 1100)),
        ((begin + 240, begin + 900),) if late else (),
    )
    day = round_trips.Day(begin, begin + 25 * 60, stay, hours)
    result = round_trips.find(whole, access_of(there), access_of(back), day)
    arrows = oracle.graph(oracle.runs_of(folder, DAY), there[2])
    for home in range(2):
        for place in range(2):
            ways, latest = brute_force(arrows, there, back, day, hours[place], home, place)
            at = (home, place)
            for k in range(2):
                alone = brute_force(arrows, there, back, day, hours[place][k : k + 1], home, place)
                shortest = min((a - o for o, a, *_ in alone[0]), default=-1)
                assert result.apart[home, place, k] == shortest
            if not ways:
                assert result.trips[at] == result.absence[at] == result.ride[at] == -1
                continue
            best = [
                (out, again)
                for out, again in {(o, a) for o, a, *_ in ways}
                if not any(
                    (o >= out and a < again) or (o > out and a <= again) for o, a, *_ in ways
                )
            ]
            ridden = [pair for pair in best if all(by for o, a, by, _ in ways if (o, a) == pair)]
            assert result.trips[at] == len(ridden)
            assert result.absence[at] == min(a - o for o, a in best)
            assert result.returns[at] - result.leaves[at] == result.absence[at]
            assert (result.leaves[at], result.returns[at]) in best
            assert result.latest[at] == latest
            assert result.ride[at] == min(lasts for *_, lasts in ways)
            assert result.on_foot[at] == (len(ridden) < len(best))


@pytest.mark.parametrize(
    ("hours", "key"),
    [
        ((0, 17 * 3600, 0, (((0, 60),),)), "day_too_long"),
        ((0, 3600, 0, ()), "bad_openings"),
        ((0, 3600, 0, (((900, 1800), (1200, 2400)),))  , "bad_openings"),
        ((0, 3600, 2700, (((900, 1800),),)), "stay_too_long"),
    ],
)  # fmt: skip
def test_hours_that_are_none_are_refused(hours, key):
    with pytest.raises(InputError) as error:
        round_trips.find(None, None, None, round_trips.Day(*hours))
    assert error.value.key == key
    assert error.value.text("en") != error.value.text("fr")
