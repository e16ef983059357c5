"""Kinds of service day against the ministry's calendar, and the days that a feed covers."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from siting.errors import InputError
from siting.sources import gtfs_files, gtfs_services, service_days

WEEK = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        ("2025-02-11", ("school_day", "holidays", "school_day")),
        ("2026-02-10", ("holidays", "school_day", "school_day")),
        ("2026-04-21", ("school_day", "holidays", "holidays")),
        ("2025-04-22", ("holidays", "school_day", "holidays")),  # B resumes on a Tuesday
        ("2027-03-02", ("school_day", "holidays", "school_day")),
        ("2026-10-20", ("holidays",) * 3),
        ("2026-11-02", ("school_day",) * 3),  # the day lessons resume
        ("2026-05-15", ("holidays",) * 3),  # the day after Ascension
        ("2026-05-14", ("sunday",) * 3),  # Ascension
        ("2026-04-06", ("sunday",) * 3),  # Easter Monday
        ("2026-12-26", ("saturday",) * 3),
        ("2026-11-29", ("sunday",) * 3),
    ],
)
def test_kinds_by_zone(day, kinds):
    found = tuple(service_days.kind(dt.date.fromisoformat(day), zone) for zone in ("A", "B", "C"))
    assert found == kinds


def test_easter_mondays():
    """Those of the calendar of the Church from 2024 to 2038, the latest (2038) among them."""
    mondays = ["2024-04-01", "2025-04-21", "2026-04-06", "2027-03-29", "2030-04-22", "2038-04-26"]
    for day in map(dt.date.fromisoformat, mondays):
        assert day in service_days.public_holidays(day.year)


def test_what_is_not_known_is_refused():
    with pytest.raises(InputError) as error:
        service_days.kind(dt.date(2027, 9, 1), "C")
    assert error.value.key == "school_calendar_unknown"
    assert service_days.kind(dt.date(2031, 12, 25), "C") == "sunday"


def test_the_calendar_is_whole():
    """Holidays are apart, within the years known, begin on a day off, and are sourced."""
    calendar = service_days.school_calendar()
    for periods in calendar.holidays.values():
        assert all(a[1] < b[0] for a, b in pairwise(periods))
        assert calendar.first <= periods[0][0]
        assert periods[-1][1] == calendar.last
        # from one break to the next, lessons last four weeks at least, but around Ascension
        breaks = [p for p in periods if (p[1] - p[0]).days > 5]
        assert all((b[0] - a[1]).days > 28 for a, b in pairwise(breaks))
        assert all(first.weekday() in {3, 5} for first, _ in periods)
    assert all("legifrance" in source["url"] for source in calendar.sources)


def test_a_market_is_held_on_its_weekday_but_on_public_holidays():
    assert service_days.is_market_day(dt.date(2026, 11, 28), 5)
    assert not service_days.is_market_day(dt.date(2026, 11, 29), 5)
    assert not service_days.is_market_day(dt.date(2026, 8, 15), 5)


def feed(folder, calendar, dates, services):
    for name, text in (
        ("calendar", f"service_id,{WEEK},start_date,end_date\n{calendar}"),
        ("calendar_dates", f"service_id,date,exception_type\n{dates}"),
        ("trips", "route_id,service_id,trip_id\n" + "".join(f"r,{s},{s}\n" for s in services)),
    ):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_days_that_a_feed_covers(tmp_path):
    """Saturdays of two weeks but one, and a day added; a service without trips covers nothing."""
    path = feed(
        tmp_path,
        "s,0,0,0,0,0,1,0,20261201,20261218\nempty,1,1,1,1,1,1,1,20260101,20261231\n",
        "s,20261205,2\ns,20261214,1\n",
        ["s"],
    )
    days = service_days.covered(path)
    assert days == [dt.date(2026, 12, 12), dt.date(2026, 12, 14)]
    kinds = service_days.by_kind([*days, dt.date(2028, 1, 3)], "C")
    assert kinds == {
        "school_day": [dt.date(2026, 12, 14)],
        "holidays": [],
        "saturday": [dt.date(2026, 12, 12)],
        "sunday": [],
        "unknown": [dt.date(2028, 1, 3)],
    }


def test_days_equal_asking_day_by_day(samples):
    path = samples / "gtfs" / "castres_mazamet_2024.zip"
    listed = gtfs_files.listed(path)
    calendar = gtfs_services.read(listed)
    trips = gtfs_files.table(listed, "trips", ["service_id"], required=True)
    services = set(trips["service_id"])
    first, last = calendar.span()
    every = [first + dt.timedelta(days=k) for k in range((last - first).days + 1)]
    assert service_days.covered(path) == [d for d in every if calendar.running(d) & services]


def test_services_that_never_run(tmp_path):
    path = feed(
        tmp_path,
        "none,0,0,0,0,0,0,0,20261201,20261218\ntaken,0,0,0,0,0,1,0,20261201,20261207\n"
        "bad,1,1,1,1,1,1,1,20269999,20261207\nruns,0,0,0,0,0,1,0,20261201,20261207\n",
        "taken,20261205,2\n",
        [],
    )
    calendar = gtfs_services.read(gtfs_files.listed(path))
    assert calendar.idle() == {"none", "taken", "bad"}
    assert calendar.span() == (dt.date(2026, 12, 1), dt.date(2026, 12, 18))
