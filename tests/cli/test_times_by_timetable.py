"""`siting times --mode transit`: what it writes, and what it refuses in one sentence."""

from __future__ import annotations

import itertools
import json

import pandas as pd
import pytest

from siting.cli import main
from siting.sources import gtfs_days, points
from siting.times import transit, walking

DAY = "2024-05-14"


@pytest.fixture(scope="module")
def town(samples, tmp_path_factory):
    """The feed of a town, homes and places at some of its stops."""
    feed = samples / "gtfs" / "castres_mazamet_2024.zip"
    folder = tmp_path_factory.mktemp("town")
    stops = gtfs_days.read(feed, pd.Timestamp(DAY).date()).stops
    for name, step, moved in (("homes", 20, 0.001), ("places", 90, -0.001)):
        some = stops.iloc[::step].rename(columns={"stop_id": "id"})
        some.assign(lat=some["lat"] + moved)[["id", "lon", "lat"]].to_csv(
            folder / f"{name}.csv", index=False
        )
    return feed, folder


def run(capsys, town, *more):
    feed, folder = town
    with pytest.raises(SystemExit) as end:
        main(
            [
                "times", "--mode", "transit", "--timetable", str(feed), "--origins",
                str(folder / "homes.csv"), "--destinations", str(folder / "places.csv"),
                "-o", str(folder / "out.parquet"), *more,
            ]
        )  # fmt: skip
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return end.value.code, printed.out, printed.err


def test_times_of_a_morning(capsys, town):
    code, out, err = run(
        capsys, town, "--date", DAY, "--depart", "07:00-09:00", "--percentiles", "5,50,95",
        "--walk-speed", "3.6",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "ligne droite" in out  # no roads: declared
    table = pd.read_parquet(town[1] / "out.parquet")
    minutes = ["minutes_p5", "minutes_p50", "minutes_p95"]
    assert list(table) == ["origin_id", "destination_id", *minutes, "journeys", "reason"]
    homes, places = (points.read(town[1] / f"{name}.csv") for name in ("homes", "places"))
    assert len(table) == len(homes) * len(places)
    whole = table[minutes].notna().all(axis=1)
    assert whole.any()
    assert (table.loc[whole, "reason"] == "").all()
    assert (table.loc[~whole, "reason"] != "").all()
    assert (table["minutes_p5"] <= table["minutes_p50"])[whole].all()
    assert (table["journeys"] > 1).any()


def test_there_and_back(capsys, town):
    code, _, err = run(
        capsys, town, "--date", DAY, "--depart", "06:30-19:00", "--return", "--stay", "45",
        "--open", "09:00-12:00,14:00-17:00",
    )  # fmt: skip
    assert (code, err) == (0, "")
    table = pd.read_parquet(town[1] / "out.parquet")
    made = table[table["reason"] == ""]
    assert len(made)
    assert (made["shortest_absence"] >= 45).all()
    assert made["leave_home"].between("06:30", "18:15").all()
    assert (made["back_home"] <= "19:00").all()
    code, _, err = run(
        capsys, town, "--date", DAY, "--depart", "08:30-11:00", "--return", "--stay", "45",
        "--open", "09:00-10:00",
    )  # fmt: skip
    assert (code, err) == (0, "")
    table = pd.read_parquet(town[1] / "out.parquet")
    none = table[table["reason"] != ""]
    assert 0 < len(none) < len(table)
    hours = ["leave_home", "back_home", "latest_departure_home"]
    assert none[["shortest_absence", *hours]].isna().all(axis=None)


WINDOW = ("--date", DAY, "--depart", "07:00-09:00")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--date", DAY), "--depart"),
        (("--date", "14/05/2024", "--depart", "07:00-09:00"), "14/05/2024"),
        (("--date", "2026-03-12", "--depart", "07:00-09:00"), "2024-06-29"),
        (("--date", DAY, "--depart", "9h-10h"), "9h-10h"),
        (("--date", DAY, "--depart", "09:00-07:00"), "09:00-07:00"),
        ((*WINDOW, "--percentiles", "50,5"), "50,5"),
        ((*WINDOW, "--limit", "950"), "960"),
        ((*WINDOW, "--nearest", "3"), "--nearest"),
        ((*WINDOW, "--stay", "45"), "--stay"),
        ((*WINDOW, "--access", "train"), "train"),
        ((*WINDOW, "--return", "--stay", "9", "--open", "07:30-08:30", "--rides", "2"), "--rides"),
        ((*WINDOW, "--access", "car"), "--roads"),
        ((*WINDOW, "--return", "--stay", "45"), "--open"),
        ((*WINDOW, "--return", "--stay", "45", "--open", "10:00-09:00"), "10:00-09:00"),
        ((*WINDOW, "--return", "--stay", "90", "--open", "07:30-08:30"), "90"),
        ((*WINDOW, "--return", "--stay", "9", "--open", "07:30-08:30", "--limit", "60"), "--limit"),
    ],
)
def test_refuses_in_one_sentence(capsys, town, more, words):
    code, _, err = run(capsys, town, *more)
    assert code == 2
    assert words in err
    assert len(err.strip().splitlines()) == 1


def test_few_rides_reach_less(capsys, town):
    reached = []
    for rides in (["--rides", "1"], []):
        code, _, err = run(capsys, town, *WINDOW, "--percentiles", "100", *rides)
        assert (code, err) == (0, "")
        reached.append(pd.read_parquet(town[1] / "out.parquet")["minutes_p100"])
    assert reached[0].notna().sum() < reached[1].notna().sum()
    both = reached[0].notna()
    assert (reached[0][both] >= reached[1][both]).all()


def test_options_of_timetables_are_refused_by_road(capsys, town):
    code, _, err = run(capsys, town, "--mode", "foot", *WINDOW)
    assert code == 2
    assert "--timetable" in err


def test_walking_on_the_streets_of_a_feed_by_frequencies(samples):
    """Whoever may walk farther is there no later."""
    from siting.network import osm, timetable
    from siting.times import matrix

    day = pd.Timestamp("2019-10-15").date()
    feed = gtfs_days.read(samples / "gtfs" / "sao_paulo_sample_2019.zip", day)
    whole = timetable.build([feed], day)
    network = osm.read(samples / "osm" / "sao_paulo_sample.osm.pbf", mode="foot")
    way = walking.OnRoads(matrix.prepare(network))
    near = way.reasons(whole.stops) == ""
    some = whole.stops[near].iloc[:: max(1, near.sum() // 12)]
    assert len(some) >= 10
    window = transit.Window(8 * 3600, 30)
    times = [
        transit.windows(whole, transit.access(way, whole, some, some, cap), window).minutes[0]
        for cap in (5, 10, 20)
    ]
    for narrow, wide in itertools.pairwise(times):
        assert not (wide > narrow).any()
        assert not (wide != wide)[narrow == narrow].any()  # noqa: PLR0124 - NaN


def test_times_of_arrivals(capsys, town):
    """Who may arrive later leaves later: minutes are those of the last departure that will do."""
    code, _, err = run(
        capsys, town, "--date", DAY, "--arrive", "08:00-09:00", "--percentiles", "50"
    )
    assert (code, err) == (0, "")
    table = pd.read_parquet(town[1] / "out.parquet")
    assert table["minutes_p50"].notna().any()
    code, _, err = run(
        capsys, town, "--date", DAY, "--arrive", "08:00-09:00", "--depart", "07:00-08:00"
    )
    assert code == 2
    assert "--depart" in err


def route(capsys, town, *more):
    feed, folder = town
    homes, places = (points.read(folder / f"{name}.csv") for name in ("homes", "places"))
    ends = [f"{p['lon'].iloc[k]},{p['lat'].iloc[k]}" for p, k in ((homes, 0), (places, 2))]
    with pytest.raises(SystemExit) as end:
        main(
            [
                "route", "--mode", "transit", "--timetable", str(feed), "--date", DAY,
                "--from", ends[0], "--to", ends[1], "-o", str(folder / "way.geojson"), *more,
            ]
        )  # fmt: skip
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return end.value.code, printed.out, printed.err


@pytest.mark.parametrize("hours", ["--depart", "--arrive"])
def test_a_journey_leg_by_leg(capsys, town, hours):
    code, out, err = route(capsys, town, hours, "07:00-10:00")
    assert (code, err) == (0, "")
    legs = [f["properties"] for f in json.loads((town[1] / "way.geojson").read_bytes())["features"]]
    assert {"walk", "ride"} == {leg["mode"] for leg in legs}
    rides = [leg for leg in legs if leg["mode"] == "ride"]
    assert all(leg["route"] and leg["start"] < leg["end"] for leg in rides)
    ends = {leg["journey"]: leg for leg in legs}  # the last of each
    starts = {leg["journey"]: leg for leg in reversed(legs)}
    if hours == "--arrive":  # the first may be there before seven, as the last that is
        timed = [leg["end"] for leg in ends.values()][1:]
    else:
        timed = [leg["start"] for leg in starts.values()]
    assert len(timed) > 1
    assert all("07:00" <= time <= "10:00:00" for time in timed)
    assert rides[0]["from"][:8] in out
    for a, b in itertools.pairwise(legs):
        if a["journey"] == b["journey"]:
            assert a["to"] == b["from"] or b["mode"] == "walk" or a["mode"] == "walk"
            assert a["end"] <= b["start"]


def test_a_route_by_road_needs_roads(capsys):
    with pytest.raises(SystemExit) as end:
        main(["route", "--from", "2,44", "--to", "2,44.1"])
    assert end.value.code == 2
    assert "--roads" in capsys.readouterr().err
