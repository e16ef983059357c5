"""GTFS calendars: which services run on a day, and which days a feed covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from siting.errors import InputError
from siting.sources import gtfs_files

if TYPE_CHECKING:
    import pandas as pd

    from siting.sources.gtfs_files import FeedFiles

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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
        days = [*self.weekly["start_date"], *self.weekly["end_date"], *added]
        real = sorted(day for day in days if len(day) == 8 and day.isdigit())
        if not real:
            return None
        return _date(real[0]), _date(real[-1])


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


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
