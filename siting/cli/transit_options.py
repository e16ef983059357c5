"""Options of times by timetable, and what is computed of them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from siting.errors import ConfigError, InputError
from siting.texts import number as written
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from siting.network.timetable import Timetable
    from siting.times.walking import Walking

PERCENTILES = "5,25,50,75,95"
FROM_TO = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")


@dataclass(frozen=True)
class TransitQuestion:
    """What is computed by timetable.

    Attributes
    ----------
    timetables, day
        Feeds, and the day.
    start, end
        Seconds of the day: the window of departures; for round trips the day away from home.
    percentiles
        Increasing.
    limit
        Minutes; None: no limit.
    walk_kmh, walk_min
        Speed on foot and minutes in one go; None: those of the package.
    stay
        Minutes at the place; None where no way back is looked for.
    openings
        Seconds of the day, from and to.
    """

    timetables: list[Path]
    day: dt.date
    start: int
    end: int
    percentiles: list[float]
    limit: float | None
    walk_kmh: float | None
    walk_min: float | None
    stay: float | None
    openings: tuple[tuple[int, int], ...]


def timetable() -> Any:
    """Option of feeds, each named by its own."""
    return typer.Option(help=t("cli_transit.timetable"), metavar="GTFS.zip")


def option(name: str, example: str) -> Any:
    """Option of a text."""
    return typer.Option(help=t(f"cli_transit.{name}"), metavar=example)


def opening() -> Any:
    """Option of opening hours."""
    return typer.Option("--open", help=t("cli_transit.open"), metavar="09:00-12:00,14:00-17:00")


def number(name: str) -> Any:
    """Option of a positive number."""
    least = 0.0 if name == "stay" else 0.1
    return typer.Option(help=t(f"cli_transit.{name}"), min=least)


def read(options: dict[str, Any], limit: float | None) -> TransitQuestion:
    """Make sense of the options.

    Raises
    ------
    ConfigError
        One that is needed is absent, or one does not apply.
    InputError
        A date, hours or percentiles are none.
    """
    back = options["--return"] is not None
    mode = "--mode transit --return" if back else "--mode transit"
    needed = ["--timetable", "--date", "--depart", *(["--stay", "--open"] if back else [])]
    for name in needed:
        if options[name] in (None, []):
            raise ConfigError("option_needed", option=name, mode=mode)
    other = {"--percentiles": options["--percentiles"], "--limit": limit} if back else {}
    if not back:
        other = {name: options[name] for name in ("--stay", "--open")}
    for name, value in other.items():
        if value is not None:
            raise ConfigError("option_of_other_mode", option=name, mode=mode)
    try:
        day = dt.date.fromisoformat(options["--date"])
    except ValueError:
        raise InputError("bad_day", value=options["--date"]) from None
    start, end = _hours(options["--depart"])
    return TransitQuestion(
        options["--timetable"],
        day,
        start,
        end,
        _percentiles(options["--percentiles"] or PERCENTILES),
        limit,
        options["--walk-speed"],
        options["--walk-limit"],
        options["--stay"],
        tuple(_hours(part) for part in (options["--open"] or "").split(",") if back),
    )


def _hours(value: str) -> tuple[int, int]:
    """Seconds of the day of `07:00-09:00`."""
    match = FROM_TO.fullmatch(value.strip())
    if match is None:
        raise InputError("bad_clock", value=value)
    first, second, third, fourth = map(int, match.groups())
    start, end = 3600 * first + 60 * second, 3600 * third + 60 * fourth
    if not start < end <= 40 * 3600 or start >= 24 * 3600:
        raise InputError("bad_clock", value=value)
    return start, end


def _percentiles(value: str) -> list[float]:
    """Increasing numbers of `5,50,95`."""
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        raise InputError("bad_percentiles", value=value) from None
    if numbers != sorted(set(numbers)) or not 1 <= numbers[0] <= numbers[-1] <= 100:
        raise InputError("bad_percentiles", value=value)
    return numbers


def write(
    out: Path,
    named: tuple[list[Path] | None, str, Path | None, str],
    origins: pd.DataFrame,
    places: pd.DataFrame,
    question: TransitQuestion,
) -> int:
    """Write times, or round trips, by timetable; give the number of rows."""
    from siting.cli import terminal
    from siting.times import transit, transit_tables

    with terminal.progress() as say:
        whole = _timetable(question, say)
        way = _walking(named, question.walk_kmh, say)
        _tell_stops_off(way, whole)
        cap = transit.WALK_CAP_MIN if question.walk_min is None else question.walk_min
        say(t("progress.times"))
        if question.stay is not None:
            from siting.times import round_trip_tables, round_trips

            day = round_trips.Day(
                question.start, question.end, int(question.stay * 60), question.openings
            )
            return round_trip_tables.write(out, whole, way, origins, places, day, cap)
        minutes = (question.end - question.start) // 60
        window = transit.Window(question.start, minutes, question.limit)
        return transit_tables.write(
            out, whole, way, origins, places, window, question.percentiles, cap
        )


def _timetable(question: TransitQuestion, say: Any) -> Timetable:
    from siting.cli import terminal
    from siting.network import timetable as timetables
    from siting.sources import gtfs_days

    say(t("cli_transit.reading"))
    feeds = [gtfs_days.read(path, question.day) for path in question.timetables]
    whole = timetables.build(feeds, question.day)
    terminal.print_line(whole.text())
    return whole


def _walking(
    named: tuple[list[Path] | None, str, Path | None, str], kmh: float | None, say: Any
) -> Walking:
    """How one walks, told where it is a hypothesis."""
    from siting.cli import road_options, terminal
    from siting.times import walking

    roads, period, speeds, department = named
    speed = walking.KMH if kmh is None else kmh
    if roads:
        return walking.OnRoads(
            road_options.router(roads, "foot", period, speeds, department, say), speed
        )
    terminal.print_line(
        t("cli_transit.straight", detour=written(walking.DETOUR, 1), kmh=written(speed, 1))
    )
    return walking.Straight(speed)


def _tell_stops_off(way: Walking, whole: Timetable) -> None:
    """Say how many stops are too far from the roads to be walked to."""
    from siting.cli import terminal

    stops = whole.stops[whole.stops["lon"].notna()]
    off = int((way.reasons(stops) != "").sum())
    if off:
        terminal.print_line(
            t("cli_transit.stops_off", count=written(off), total=written(len(stops)))
        )
