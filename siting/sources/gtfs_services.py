"""GTFS calendars: which services run on a day, and which days a feed covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.errors import InputError
from siting.sources import gtfs_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import pandas as pd

    from siting.sources.gtfs_files import FeedFiles

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO_DAY = -(1 << 40)  # in place of the number of a day


@dataclass(frozen=True)
class ServiceCalendar:
    """Service days of a feed.

    Attributes
    ----------
    weekly
        `calendar.txt`: `service_id,start_date,end_date` and a column a weekday, all text.
    exceptions
        `calendar_dates.txt`: `service_id,date,exception_type`, all text.
    """

    weekly: pd.DataFrame
    exceptions: pd.DataFrame

    @property
    def services(self) -> set[str]:
        """Services that some day is named for."""
        return set(self.weekly["service_id"]) | set(self.exceptions["service_id"])

    def running(self, day: date) -> set[str]:
        """Services that run on a day."""
        text = day.strftime("%Y%m%d")
        weekly, exceptions = self.weekly, self.exceptions
        within = (weekly["start_date"] <= text) & (text <= weekly["end_date"])
        regular = set(weekly.loc[within & (weekly[DAYS[day.weekday()]] == "1"), "service_id"])
        today = exceptions[exceptions["date"] == text]
        added = set(today.loc[today["exception_type"] == "1", "service_id"])
        return (regular | added) - set(today.loc[today["exception_type"] == "2", "service_id"])

    def span(self) -> tuple[date, date] | None:
        """First and last day that the calendar names; None where it names none."""
        added = self.exceptions.loc[self.exceptions["exception_type"] == "1", "date"]
        named = {*self.weekly["start_date"], *self.weekly["end_date"], *added}
        real = sorted(day for day in map(_date, named) if day is not None)
        if not real:
            return None
        return real[0], real[-1]

    def days(self, services: Collection[str]) -> list[date]:
        """Days on which some of the services run, in order."""
        span = self.span()
        if span is None:
            return []
        runs = np.zeros((span[1] - span[0]).days + 1, bool)
        for service, own in self._by_service(span):
            if service in services:
                runs |= own
        return [span[0] + timedelta(days=int(k)) for k in np.flatnonzero(runs)]

    def idle(self) -> set[str]:
        """Services that a calendar names but that never run: no day given, or all taken away."""
        span = self.span()
        if span is None:
            return self.services
        return self.services - {service for service, own in self._by_service(span) if own.any()}

    def _by_service(self, span: tuple[date, date]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
        """Each service, and whether it runs on each day of a span."""
        size = (span[1] - span[0]).days + 1
        weekday = (span[0].weekday() + np.arange(size)) % 7
        weekly = self.weekly.groupby("service_id").indices
        dated = self.exceptions.groupby("service_id").indices
        week = (self.weekly[list(DAYS)] == "1").to_numpy()
        begin, end = (_numbered(self.weekly[name], span[0]) for name in ("start_date", "end_date"))
        when = _numbered(self.exceptions["date"], span[0])
        kinds = self.exceptions["exception_type"].to_numpy()
        for service in sorted(self.services):
            own = np.zeros(size, bool)
            for row in weekly.get(service, ()):
                if begin[row] != NO_DAY and end[row] != NO_DAY:
                    part = slice(begin[row], end[row] + 1)
                    own[part] |= week[row][weekday[part]]
            for kind, runs in (("1", True), ("2", False)):
                rows = dated.get(service, np.zeros(0, np.int64))
                some = when[rows[kinds[rows] == kind]]
                own[some[(some >= 0) & (some < size)]] = runs
            yield service, own


def _numbered(texts: pd.Series, origin: date) -> npt.NDArray[np.int64]:
    """Days since another, by text; `NO_DAY` where it is none."""
    numbers = {}
    for text in texts.unique():
        day = _date(text)
        numbers[text] = NO_DAY if day is None else (day - origin).days
    return texts.map(numbers).to_numpy(np.int64)


def read(feed: FeedFiles) -> ServiceCalendar:
    """Read the calendars of a feed.

    Raises
    ------
    InputError
        The feed has neither `calendar.txt` nor `calendar_dates.txt`, or one lacks a column.
    """
    if not {"calendar", "calendar_dates"} & set(feed.members):
        raise InputError("feed_without_calendar", file=feed.path)
    columns = ["service_id", "start_date", "end_date", *DAYS]
    weekly = gtfs_files.table(feed, "calendar", columns, required=False)
    columns = ["service_id", "date", "exception_type"]
    exceptions = gtfs_files.table(feed, "calendar_dates", columns, required=False)
    return ServiceCalendar(weekly, exceptions)


def _date(text: str) -> date | None:
    """The date of `20260312`; None where it is none."""
    if len(text) != 8 or not text.isdecimal():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
