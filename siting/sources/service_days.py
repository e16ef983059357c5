"""Kinds of service day: school days, school holidays by zone, Saturdays, Sundays, market days.

The dates of school holidays are those of the ministry's orders, copied with their references into
`school_holidays.yaml`. Public holidays of the whole country are counted with Sundays, as timetables
have it; those of Alsace and Moselle alone are not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import yaml

from siting.errors import InputError
from siting.sources import gtfs_files, gtfs_services

if TYPE_CHECKING:
    from pathlib import Path

Zone = Literal["A", "B", "C"]
Kind = Literal["school_day", "holidays", "saturday", "sunday"]
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)  # days: Easter Monday, Ascension, Whit Monday
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class SchoolCalendar:
    """School holidays.

    Attributes
    ----------
    first, last
        Days between which they are known.
    holidays
        By zone, the first and last days off of each.
    sources
        `title`, `reference` and `url` of each text that they come from.
    """

    first: dt.date
    last: dt.date
    holidays: dict[Zone, tuple[tuple[dt.date, dt.date], ...]]
    sources: tuple[dict[str, str], ...]


@cache
def school_calendar() -> SchoolCalendar:
    """The school holidays of mainland France that are known here."""
    file = resources.files("siting.sources").joinpath("school_holidays.yaml")
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    holidays: dict[Zone, tuple[tuple[dt.date, dt.date], ...]] = {
        zone: tuple(sorted((a, b) for a, b in [*content["everywhere"], *own]))
        for zone, own in content["zones"].items()
    }
    return SchoolCalendar(content["first"], content["last"], holidays, tuple(content["sources"]))


def public_holidays(year: int) -> frozenset[dt.date]:
    """Public holidays of the whole of France (Code du travail, article L3133-1)."""
    moving = {_easter(year) + dt.timedelta(days=later) for later in AFTER_EASTER}
    return frozenset({dt.date(year, month, day) for month, day in FIXED} | moving)


def _easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar, by the computus of Meeus, Jones and Butcher."""
    golden, (century, of_century) = year % 19, divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (century + 8) // 25
    epact = (19 * golden + century - leaps - (century - moon + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def kind(day: dt.date, zone: Zone) -> Kind:
    """What kind of service day a date is, in a zone of school holidays.

    A Saturday of the holidays is a `saturday`; a public holiday is a `sunday`.

    Raises
    ------
    InputError
        The school holidays of that date are not known here.
    """
    if day.weekday() == SUNDAY or day in public_holidays(day.year):
        return "sunday"
    if day.weekday() == SATURDAY:
        return "saturday"
    calendar = school_calendar()
    if not calendar.first <= day <= calendar.last:
        raise InputError(
            "school_calendar_unknown", day=day, first=calendar.first, last=calendar.last
        )
    off = any(first <= day <= last for first, last in calendar.holidays[zone])
    return "holidays" if off else "school_day"


def is_market_day(day: dt.date, weekday: int) -> bool:
    """Whether a weekly market is held: on its weekday (0: Monday), public holidays apart."""
    return day.weekday() == weekday and day not in public_holidays(day.year)


def covered(path: Path) -> list[dt.date]:
    """Days on which something runs, by what a feed says of its trips, in order.

    Raises
    ------
    InputError
        See `gtfs_services.read`; or the feed has no trips.
    """
    feed = gtfs_files.listed(path)
    trips = gtfs_files.table(feed, "trips", ["service_id"], required=True)
    return gtfs_services.read(feed).days(set(trips["service_id"]))


def by_kind(days: list[dt.date], zone: Zone) -> dict[Kind | Literal["unknown"], list[dt.date]]:
    """Dates by their kind; under `unknown` those whose school holidays are not known here.

    Every kind has its key, with no date where none is of that kind.
    """
    kinds: dict[Kind | Literal["unknown"], list[dt.date]] = {
        "school_day": [],
        "holidays": [],
        "saturday": [],
        "sunday": [],
        "unknown": [],
    }
    for day in days:
        try:
            kinds[kind(day, zone)].append(day)
        except InputError:
            kinds["unknown"].append(day)
    return kinds
