"""What a feed says of a day: real feeds, and every defect counted or refused."""

from __future__ import annotations

import datetime as dt
import zipfile

import numpy as np
import pytest

from siting.errors import InputError
from siting.network import timetable
from siting.sources import gtfs_days

DAY = dt.date(2026, 3, 12)
FEED = {
    "agency": "agency_id,agency_timezone\n1,Europe/Paris\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
    "end_date\nweek,1,1,1,1,1,0,0,20260101,20261231\n",
    "routes": "route_id,route_short_name,route_type\nr,L1,3\nschool,S,712\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "a,A,44.0,2.0,0,\nb,B,44.1,2.0,0,\nc,C,44.4,2.0,0,\nd,D,0,0,0,\n"
    "s,S,44.0,2.001,1,\np,P,44.0,2.002,0,s\nq,Q,44.0,2.003,0,s\n",
    "trips": "route_id,service_id,trip_id\nr,week,t1\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,a,1\nt1,,,b,2\nt1,08:40:00,08:41:00,c,3\n",
}


def feed(folder, **changes):
    """A feed; a changed table replaces or, beginning with `+`, adds to that of `FEED`."""
    folder.mkdir(exist_ok=True)
    for name, text in (FEED | changes).items():
        if text is not None:
            whole = FEED[name] + text[1:] if text.startswith("+") else text
            (folder / f"{name}.txt").write_text(whole, encoding="utf-8")
    return folder


def built(path, day=DAY):
    return timetable.build([gtfs_days.read(path, day)], day)


def remarks(path):
    counts = next(iter(built(path).remarks.values()))
    return {reason: count for reason, count in counts.items() if count}


def times(whole, run):
    part = slice(whole.first[run], whole.first[run + 1])
    ids = whole.stops["id"].to_numpy()[whole.stop[part]]
    return list(zip(ids, whole.arrival[part] / 60, whole.departure[part] / 60, strict=True))


def test_a_blank_time_is_interpolated_by_distance(tmp_path):
    """B is a quarter of the way from A to C."""
    whole = built(feed(tmp_path / "f"))
    assert times(whole, 0) == [("a", 480, 480), ("b", 490, 490), ("c", 520, 520)]
    along = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
        "t1,08:00:00,08:00:00,a,1,0\nt1,,,b,2,3\nt1,08:40:00,08:41:00,c,3,4\n"
    )
    whole = built(feed(tmp_path / "f", stop_times=along))
    assert times(whole, 0)[1] == ("b", 510, 510)


def test_a_zip_of_a_folder_reads_as_the_folder(tmp_path):
    folder = feed(tmp_path / "f")
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as packed:
        for file in folder.iterdir():
            packed.write(file, f"reseau/{file.name}")
    one, two = built(folder), built(tmp_path / "f.zip")
    assert times(one, 0) == times(two, 0)


@pytest.mark.parametrize(
    ("changes", "reason", "count"),
    [
        ({"trips": "+r,never,t2\n"}, "service_unknown", 1),
        (
            {
                "trips": "+r,none,t2\n",
                "calendar": "+none,0,0,0,0,0,0,0,20260101,20261231\n",
                "stop_times": "+t2,09:00:00,09:00:00,a,1\nt2,09:10:00,09:10:00,b,2\n",
            },
            "service_never",
            1,
        ),
        (
            {"frequencies": "trip_id,start_time,end_time,headway_secs\nt1,06:00:00,08:00:00,600\n"},
            "not_exact",
            1,
        ),
        ({"stops": "+e,E,44.0,2.0,0,gone\n"}, "station_unknown", 1),
        (
            {"transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\na,b,3,\n"},
            "transfers_forbidden",
            1,
        ),
        ({"trips": "+r,week,t1\n"}, "duplicate_trips", 1),
        ({"trips": "+r,week,t2\n"}, "no_calls", 1),
        (
            {
                "trips": "+school,week,t2\n",
                "stop_times": "+t2,09:00:00,09:00:00,a,1\nt2,09:10:00,09:10:00,b,2\n",
            },
            "school_only",
            1,
        ),
        ({"stop_times": "+t1,09:00:00,09:00:00,x,4\n"}, "unknown_stop", 1),
        ({"stop_times": "+t1,09:00:00,09:00:00,,4\n"}, "flex_calls", 1),
        ({"stop_times": "+t1,09:00:00,09:00:00,a,3\n"}, "repeated_call", 1),
        ({"stops": "+a,Again,44,2,0,\n"}, "duplicate_stops", 1),
        ({"agency": None}, "no_time_zone", 1),
        (
            {
                "transfers": "from_stop_id,to_stop_id,transfer_type,"
                "min_transfer_time,from_trip_id\na,b,2,60,t1\nx,b,3,,\n"
            },
            "transfers_of_trips",
            1,
        ),
    ],
)
def test_what_is_left_out_is_counted(tmp_path, changes, reason, count):
    found = remarks(feed(tmp_path / "f", **changes))
    assert found[reason] == count
    assert reason == "no_time_zone" or set(found) - {reason} <= {
        "stops_nowhere",
        "interpolated",
        "transfers_unknown_stop",
    }


@pytest.mark.parametrize(
    ("calls", "reason"),
    [
        ("t2,09:00:00,09:00:00,a,1\nt2,08:59:00,08:59:00,b,2\n", "times_backward"),
        ("t2,09:00:00,08:59:00,a,1\nt2,09:10:00,09:10:00,b,2\n", "times_backward"),
        ("t2,09:00:00,09:00:00,a,1\nt2,,,b,2\n", "untimed_end"),
        ("t2,09:00:00,09:00:00,a,1\nt2,9h10,9h10,b,2\n", "unreadable_time"),
        ("t2,09:00:00,09:00:00,a,1\n", "single_call"),
        ("t2,08:00:00,08:00:00,a,1\nt2,,,b,2\nt2,08:40:00,08:41:00,c,3\n", "same_run"),
    ],
)
def test_a_trip_that_cannot_be_used_is_left_out(tmp_path, calls, reason):
    path = feed(tmp_path / "f", trips="+r,week,t2\n", stop_times=f"+{calls}")
    assert remarks(path)[reason] == (1 if reason != "same_run" else len(built(path).first) - 1)
    ids = built(path).trips["trip_id"].to_numpy()
    assert set(ids[built(path).trip]) == {"t1"}


def test_nobody_gets_on_at_a_stop_without_a_place(tmp_path):
    whole = built(feed(tmp_path / "f", stop_times="+t1,09:00:00,09:00:00,d,4\n"))
    assert whole.stops["lon"].isna().to_numpy()[whole.stop].sum() == whole.n_runs
    assert not whole.alight[whole.first[1:] - 1].any()
    assert "sans position" in whole.text()


def test_a_rule_of_a_station_holds_at_each_of_its_stops(tmp_path):
    rules = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\ns,s,2,120\ns,a,3,\n"
    whole = built(feed(tmp_path / "f", transfers=rules))
    ids = whole.stops["id"].to_numpy()
    found = {
        (ids[r.from_stop], ids[r.to_stop]): r.seconds for r in whole.rules.itertuples(index=False)
    }
    assert found == {
        ("p", "p"): 120, ("p", "q"): 120, ("q", "p"): 120, ("q", "q"): 120,
        ("p", "a"): timetable.FORBIDDEN, ("q", "a"): timetable.FORBIDDEN,
    }  # fmt: skip


def test_the_hour_that_changes(tmp_path):
    """A bus of Saturday at 25:30, half past one: on the night to 29 March that is 2:30 of GTFS.

    The hour that is left out begins at two; noon less twelve hours is then eleven in the evening.
    """
    week = FEED["calendar"].replace("1,1,1,1,1,0,0", "1,1,1,1,1,1,1")
    night = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    night += "t1,25:30:00,25:30:00,a,1\nt1,25:40:00,25:40:00,c,2\n"
    path = feed(tmp_path / "f", calendar=week, stop_times=night)
    assert min(built(path, dt.date(2026, 3, 28)).arrival) == 90 * 60
    assert min(built(path, dt.date(2026, 3, 29)).arrival) == 150 * 60
    assert min(built(path, dt.date(2026, 10, 25)).arrival) == 30 * 60


@pytest.mark.parametrize(
    ("changes", "day", "key"),
    [
        ({"calendar": None}, DAY, "feed_without_calendar"),
        ({}, dt.date(2027, 3, 12), "day_outside"),
        ({}, dt.date(2026, 3, 14), "no_service"),
        ({"stop_times": None}, DAY, "not_in_feed"),
        ({"stop_times": "+t1,09:00:00,09:0"}, DAY, "bad_rows"),
        ({"agency": "agency_timezone\nParis\n"}, DAY, "unknown_time_zone"),
        ({"trips": "route_id,trip_id\nr,t1\n"}, DAY, "missing_column"),
    ],
)
def test_a_feed_that_is_wrong_is_refused_in_one_sentence(tmp_path, changes, day, key):
    for name in [name for name, text in changes.items() if text is None]:
        (tmp_path / "f" / f"{name}.txt").unlink(missing_ok=True)
    with pytest.raises(InputError) as error:
        built(feed(tmp_path / "f", **changes), day)
    assert error.value.key == key
    assert error.value.text("fr") != error.value.text("en")


def test_trips_of_a_block_wait_at_the_terminus_side_by_side(tmp_path):
    """The second comes to its first stop before the first is there: one stays seated."""
    path = feed(
        tmp_path / "f",
        trips="route_id,service_id,trip_id,block_id\nr,week,t1,x\nr,week,t2,x\n",
        stop_times="+t2,08:30:00,08:45:00,c,1\nt2,09:00:00,09:05:00,a,2\n",
    )
    whole = built(path)
    assert whole.n_runs == 2  # the day, and the day after
    assert remarks(path)["block_seated"] == 2
    assert times(whole, 0)[-2:] == [("c", 525, 525), ("a", 540, 540)]
    inside = np.ones(len(whole.stop), bool)
    inside[whole.first[:-1]] = False
    assert (whole.arrival[1:] >= whole.departure[:-1])[inside[1:]].all()


def test_feeds_are_merged(tmp_path):
    one, two = feed(tmp_path / "f"), feed(tmp_path / "g")
    whole = timetable.build([gtfs_days.read(path, DAY) for path in (one, two)], DAY)
    assert list(whole.stops["id"][[0, 6]]) == ["1:a", "2:a"]
    assert whole.n_runs == 2 * built(one).n_runs


def test_a_town_whole(samples):
    """Castres and Mazamet: blank times are filled, and no time goes back along a run."""
    day = dt.date(2024, 5, 14)
    path = samples / "gtfs" / "castres_mazamet_2024.zip"
    whole = built(path, day)
    inside = np.ones(len(whole.stop), bool)
    inside[whole.first[:-1]] = False
    assert (whole.departure >= whole.arrival).all()
    assert (whole.arrival[1:] >= whole.departure[:-1])[inside[1:]].all()
    starts = whole.departure[whole.first[:-1]]
    assert ((starts >= 0) & (starts < 86_400)).sum() == (
        gtfs_days.read(path, day).trips["days"] & 2 > 0
    ).sum()
    with pytest.raises(InputError, match="2024-04-26") as error:
        built(path, DAY)
    assert error.value.key == "day_outside"


def test_a_feed_by_frequencies(samples):
    day = dt.date(2019, 10, 15)
    whole = built(samples / "gtfs" / "sao_paulo_sample_2019.zip", day)
    assert whole.n_runs > 36 * 100
    assert not next(iter(whole.remarks.values()))["times_backward"]
