"""The keys of `timetables:`: buses and trains, the days, the day away from home, opening hours."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from siting.settings import Files, Model

SPAN = r"\s*\d{1,2}:[0-5]\d-\d{1,2}:[0-5]\d\s*"
Hours = Annotated[str, Field(pattern=f"^({SPAN}(,{SPAN})*)?$")]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Weekdays, as `date.weekday` counts them: keys here, and columns of a list of facilities."""


class OpeningHours(Model):
    """Opening hours by weekday; a day that is not said is closed."""

    monday: Hours = Field("", description="from-until, several parted by commas; empty: closed")
    tuesday: Hours = ""
    wednesday: Hours = ""
    thursday: Hours = ""
    friday: Hours = ""
    saturday: Hours = ""
    sunday: Hours = ""

    def on(self, day: dt.date) -> str:
        """Hours of a day."""
        hours: str = getattr(self, DAYS[day.weekday()])
        return hours


WORKING: Hours = "09:00-12:00,14:00-17:00"


class ServiceDay(Model):
    """A day that stands for its kind."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    date: dt.date


class AddedCall(Model):
    """A call of a run that is added."""

    stop: str = Field(min_length=1, description="identifier of a stop of the feeds, or added")
    at: str = Field(pattern=r"^\d{1,2}:[0-5]\d$")


class AddedRun(Model):
    """A run that a scenario adds."""

    line: str = Field(min_length=1)
    days: tuple[str, ...] = Field((), description="days of the study; none: all")
    calls: tuple[AddedCall, ...] = Field(min_length=2)


class MovedRun(Model):
    """A run that a scenario makes earlier or later."""

    trip: str = Field(min_length=1)
    minutes: int = Field(ge=-240, le=240)


class AddedStop(Model):
    """A stop that a scenario adds to a run."""

    trip: str = Field(min_length=1)
    after: str = Field(min_length=1, description="stop that it follows")
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    minutes: int = Field(ge=0, le=240, description="from the stop that it follows")
    delay_minutes: int = Field(0, ge=0, le=240, description="by which the rest is later")


class TimetableChanges(Model):
    """What a scenario changes of the runs, the stops and the opening hours."""

    stops: tuple[AddedStop, ...] = ()
    moved: tuple[MovedRun, ...] = ()
    runs: tuple[AddedRun, ...] = ()
    openings: dict[str, OpeningHours] = Field(
        default_factory=dict, description="hours of facilities, by identifier"
    )


class Timetables(Model):
    """Round trips by bus and train: from home to a place while it is open, and home again."""

    feeds: Files = Field(min_length=1, description="GTFS: one or a list")
    days: tuple[ServiceDay, ...] = Field(min_length=1)
    school_zone: Literal["A", "B", "C"] | None = Field(
        None, description="of the school holidays: the kind of each day is then told"
    )
    window: str = Field(
        "06:30-19:30", pattern=f"^{SPAN}$", description="not away before, home again by then"
    )
    stay_minutes: float = Field(45, ge=0, le=600, allow_inf_nan=False)
    hours: OpeningHours = Field(
        OpeningHours(
            monday=WORKING,
            tuesday=WORKING,
            wednesday=WORKING,
            thursday=WORKING,
            friday=WORKING,
        ),
        description="of facilities whose own are not known",
    )
    absence_minutes: tuple[Annotated[float, Field(gt=0, le=960)], ...] = Field(
        (120, 180, 240), min_length=1, description="thresholds; the longest is told first"
    )
    walk_minutes: float = Field(30, gt=0, le=180, description="on foot at most, in one go")
    walk_kmh: float = Field(5, ge=0.5, le=15)
    what_if: TimetableChanges | None = None
    worth: bool = Field(
        default=True,
        description="also whom each line and run is needed by: long where there are thousands",
    )

    @field_validator("days")
    @classmethod
    def _distinct(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        ids = [day.id for day in value]
        if len(set(ids)) != len(ids) or "any" in ids:
            raise ValueError("ids_not_distinct")
        return value

    @field_validator("absence_minutes")
    @classmethod
    def _increasing(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("not_increasing")
        return value
