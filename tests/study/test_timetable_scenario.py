"""A scenario of timetables gives what feeds and lists that say the same give."""

from __future__ import annotations

import pandas as pd
import pytest
import small_study
from test_timetable_study import KEYS, clock, quiet, ready

from siting.errors import ConfigError
from siting.study import run as study

NEW = small_study.place(1.5, 0.85)
CHANGES = {
    "moved": [{"trip": "L1 480", "minutes": -15}],
    "stops": [
        {"trip": "L2 450", "after": "s3", "id": "new", "name": "Nouvel arrêt",
         "lon": NEW[0], "lat": NEW[1], "minutes": 12, "delay_minutes": 5},
    ],
    "runs": [
        {"line": "Renfort", "calls": [{"stop": "s2", "at": "8:10"}, {"stop": "s0", "at": "8:50"}]},
        {"line": "Renfort", "days": ["tuesday"],
         "calls": [{"stop": "s0", "at": "12:30"}, {"stop": "s2", "at": "13:05"}]},
        {"line": "Jamais", "days": ["thursday"],
         "calls": [{"stop": "s0", "at": "12:30"}, {"stop": "s4", "at": "12:35"}]},
    ],
    "openings": {"f5": {"tuesday": "10:00-12:30"}},
}  # fmt: skip
DAYS = [*KEYS["days"], {"id": "thursday", "name": "Jeudi", "date": "2026-03-19"}]


def told_by_the_files(folder):
    """The same study, its files saying for the Tuesday what the scenario changes."""
    asked = ready(folder)
    feed = folder / "feed"
    times = pd.read_csv(feed / "stop_times.txt")
    columns = ["arrival_time", "departure_time"]
    for trip, later, among in (("L1 480", -15, {"s1", "s0"}), ("L2 450", 5, {"s0"})):
        rows = (times["trip_id"] == trip) & times["stop_id"].isin(among)
        minutes = times.loc[rows, "arrival_time"].map(
            lambda text: int(text[:2]) * 60 + int(text[3:5])
        )
        for column in columns:
            times.loc[rows, column] = (minutes + later).map(clock)
    new = [
        ("L2 450", clock(450 + 20 + 12), clock(450 + 20 + 12), "new", 1.5),
        ("added 1", clock(490), clock(490), "s2", 0),
        ("added 1", clock(530), clock(530), "s0", 1),
        ("added 2", clock(750), clock(750), "s0", 0),
        ("added 2", clock(785), clock(785), "s2", 1),
    ]
    times = pd.concat([times, pd.DataFrame(new, columns=times.columns)])
    times = times.sort_values(["trip_id", "stop_sequence"])
    times["stop_sequence"] = range(len(times))
    times.to_csv(feed / "stop_times.txt", index=False)
    trips = pd.read_csv(feed / "trips.txt")
    more = pd.DataFrame([("L1", "week", f"added {n}") for n in (1, 2)], columns=trips.columns)
    pd.concat([trips, more]).to_csv(feed / "trips.txt", index=False)
    stops = pd.read_csv(feed / "stops.txt")
    stop = pd.DataFrame([("new", *NEW)], columns=stops.columns)
    pd.concat([stops, stop]).to_csv(feed / "stops.txt", index=False)
    places = pd.read_csv(folder / "facilities.csv", dtype={"code": str})
    places.loc[places["id"] == "f5", "tuesday"] = "10:00-12:30"
    places.to_csv(folder / "facilities.csv", index=False)
    return asked


def test_a_scenario_gives_what_changed_files_give(tmp_path):
    scenario = study.run(ready(tmp_path / "a", what_if=CHANGES, days=DAYS), quiet)
    changed = study.run(told_by_the_files(tmp_path / "b"), quiet)
    for name in ("return_trips", "return_trip_people", "return_trip_coverage"):
        mine, theirs = scenario.extras[name], changed.extras[name]
        pd.testing.assert_frame_equal(
            mine[mine["day"] == "tuesday"].reset_index(drop=True),
            theirs[theirs["day"] == "tuesday"].reset_index(drop=True),
        )
    before = study.run(ready(tmp_path / "c", worth=False), quiet)
    assert not before.extras["return_trips"].equals(changed.extras["return_trips"])
    assert "return_trip_lines" not in before.extras
    openings = scenario.extras["return_trip_openings"]
    assert "scenario" in set(openings["hours_from"])


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"moved": [{"trip": "L9", "minutes": 5}]}, "unknown_changed_trip"),
        ({"stops": [{**CHANGES["stops"][0], "after": "s5"}]}, "unknown_changed_stop"),
        ({"stops": [{**CHANGES["stops"][0], "minutes": 90}]}, "added_stop_late"),
        ({"runs": [{"line": "L", "calls": [{"stop": "s0", "at": "9:00"},
                                           {"stop": "s1", "at": "8:00"}]}]}, "added_run_backward"),
        ({"runs": [{**CHANGES["runs"][0], "days": ["sunday"]}]}, "unknown_changed_day"),
        ({"openings": {"f9": {"tuesday": "10:00-12:30"}}}, "unknown_changed_facility"),
    ],
)  # fmt: skip
def test_a_scenario_of_what_is_not_there_is_refused_by_check(tmp_path, change, key):
    with pytest.raises(ConfigError) as caught:
        study.check(ready(tmp_path, what_if=change), quiet)
    assert caught.value.key == key
    assert caught.value.text("fr") != caught.value.text("en")
