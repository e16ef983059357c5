"""Options of times by timetable, and what is computed of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from siting.errors import ConfigError, InputError
from siting.network import service_time
from siting.texts import number as written
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from siting.cli.road_options import RoadFiles
    from siting.network.timetable import Timetable
    from siting.times.isochrones import Surface
    from siting.times.journeys import Journey
    from siting.times.transit import Window
    from siting.times.walking import Walking

TRANSIT = "transit"
VEHICLES = ("bicycle", "car")
PERCENTILES = "5,25,50,75,95"


@dataclass(frozen=True)
class TransitQuestion:
    """What is computed by timetable.

    Attributes
    ----------
    timetables, day
        Feeds, and the day.
    start, end
        Seconds of the day: the window of departures; for round trips the day away from home.
    arrive
        True where the window is of arrivals.
    percentiles
        Increasing.
    limit
        Minutes; None: no limit.
    walk_kmh, walk_min
        Speed on foot and minutes in one go; None: those of the package.
    rides
        Vehicles that one takes at most; None: any number.
    vehicle
        `bicycle` or `car` to a stop; None: on foot alone.
    stay
        Minutes at the place; None where no way back is looked for.
    openings
        Seconds of the day, from and to.
    """

    timetables: list[Path]
    day: dt.date
    start: int
    end: int
    arrive: bool
    percentiles: list[float]
    limit: float | None
    walk_kmh: float | None
    walk_min: float | None
    rides: int | None
    vehicle: str | None
    stay: float | None
    openings: tuple[tuple[int, int], ...]

    @property
    def cap(self) -> float:
        """Minutes on foot in one go at most."""
        from siting.times import transit

        return transit.WALK_CAP_MIN if self.walk_min is None else self.walk_min

    @property
    def window(self) -> Window:
        """The window of departures, or of arrivals."""
        from siting.times import transit

        minutes = (self.end - self.start) // 60
        return transit.Window(self.start, minutes, self.limit, self.arrive)


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


def given(
    timetables: list[Path] | None,
    date: str | None,
    depart: str | None,
    arrive: str | None,
    walk_speed: float | None,
    walk_limit: float | None,
) -> dict[str, Any]:
    """The options that every command has of timetables, by name."""
    return {
        "--timetable": timetables,
        "--date": date,
        "--depart": depart,
        "--arrive": arrive,
        "--walk-speed": walk_speed,
        "--walk-limit": walk_limit,
    }


def require_fitting(mode: str, others: dict[str, Any]) -> None:
    """Refuse options that another mode has.

    Raises
    ------
    ConfigError
        One is given.
    """
    for name, value in others.items():
        if value is not None:
            raise ConfigError("option_of_other_mode", option=name, mode=f"--mode {mode}")


def read(options: dict[str, Any], limit: float | None) -> TransitQuestion:
    """Make sense of the options.

    Raises
    ------
    ConfigError
        One that is needed is absent, or one does not apply.
    InputError
        A date, hours or percentiles are none.
    """
    back = options.get("--return") is not None
    arrive = not back and options.get("--arrive") is not None
    mode = "--mode transit --return" if back else "--mode transit"
    hours = "--arrive" if arrive else "--depart"
    needed = ["--timetable", "--date", hours, *(["--stay", "--open"] if back else [])]
    for name in needed:
        if options[name] in (None, []):
            raise ConfigError("option_needed", option=name, mode=mode)
    other: dict[str, object] = {name: options.get(name) for name in ("--stay", "--open")}
    if back:
        other = {name: options.get(name) for name in ("--percentiles", "--arrive", "--rides")}
        other["--limit"] = limit
    if arrive:
        other["--depart"] = options["--depart"]
    for name, value in other.items():
        if value is not None:
            raise ConfigError(
                "option_of_other_mode",
                option=name,
                mode=mode if name != "--depart" else f"{mode} --arrive",
            )
    try:
        day = dt.date.fromisoformat(options["--date"])
    except ValueError:
        raise InputError("bad_day", value=options["--date"]) from None
    start, end = service_time.span(options[hours])
    return TransitQuestion(
        options["--timetable"],
        day,
        start,
        end,
        arrive,
        _percentiles(options.get("--percentiles") or PERCENTILES),
        limit,
        options["--walk-speed"],
        options["--walk-limit"],
        options.get("--rides"),
        options.get("--access"),
        options.get("--stay"),
        service_time.spans(options.get("--open") or "") if back else (),
    )


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
    named: RoadFiles,
    origins: pd.DataFrame,
    places: pd.DataFrame,
    question: TransitQuestion,
) -> int:
    """Write times, or round trips, by timetable; give the number of rows."""
    from siting.cli import terminal
    from siting.times import transit_tables

    with terminal.progress() as say:
        whole = _timetable(question, origins, places, say)
        way = _walking(named, question.walk_kmh, say)
        _tell_stops_off(way, whole)
        vehicle = _vehicle(named, question.vehicle, say)
        cap = question.cap
        say(t("progress.times"))
        if question.stay is not None:
            from siting.times import round_trip_tables, round_trips

            day = round_trips.Day(
                question.start, question.end, int(question.stay * 60), (question.openings,)
            )
            return round_trip_tables.write(out, whole, way, origins, places, day, cap, vehicle)
        return transit_tables.write(
            out,
            whole,
            way,
            origins,
            places,
            question.window,
            question.percentiles,
            cap,
            vehicle,
            question.rides,
        )


def _vehicle(named: RoadFiles, mode: str | None, say: Any) -> Walking | None:
    """Roads for what takes one to a stop, told with its hypotheses; None: on foot alone."""
    from siting.cli import road_options, terminal
    from siting.times import park_and_ride, walking

    if mode is None:
        return None
    roads, period, speeds, department = named
    if mode not in VEHICLES:
        raise InputError("bad_access", value=mode)
    if roads is None:
        raise ConfigError("option_needed", option="--roads", mode=f"--access {mode}")
    terminal.print_line(
        t(
            "cli_transit.parked",
            minutes=written(park_and_ride.CAP_MIN),
            stops=park_and_ride.STOPS,
        )
    )
    router = road_options.router(roads, mode, period, speeds, department, say)
    return walking.OnRoads(router)


def journeys(
    named: RoadFiles, ends: list[tuple[float, float]], question: TransitQuestion
) -> list[Journey]:
    """Journeys leg by leg between two points, each longitude and latitude."""
    import pandas as pd

    from siting.cli import terminal
    from siting.times import journeys as ways
    from siting.times import transit

    with terminal.progress() as say:
        points = pd.DataFrame(ends, columns=["lon", "lat"]).assign(id=["from", "to"])
        start, end = points.iloc[:1], points.iloc[1:]
        whole = _timetable(question, start, end, say)
        way = _walking(named, question.walk_kmh, say)
        _tell_stops_off(way, whole)
        say(t("progress.times"))
        walks = transit.access(way, whole, start, end, question.cap)
        return ways.between(whole, walks, points, question.window)


def surfaces(
    named: RoadFiles, question: TransitQuestion, say: Any, *, towards: bool, cell_m: float
) -> Callable[[pd.DataFrame], Surface]:
    """What draws the minutes around a point, one row of `id,lon,lat`."""
    from siting.cli import terminal
    from siting.times import transit_isochrones

    whole = _fixed(question, say)
    if not whole.demand.empty:
        terminal.print_line(t("cli_transit.not_drawn"))
    way = _walking(named, question.walk_kmh, say)
    _tell_stops_off(way, whole)
    drawn = transit_isochrones.TransitSurface(
        whole, way, question.window, question.cap, towards, cell_m
    )
    return lambda point: transit_isochrones.surface(drawn, point)


def _timetable(
    question: TransitQuestion, origins: pd.DataFrame, places: pd.DataFrame, say: Any
) -> Timetable:
    """What runs on the day, transport on demand among origins and places included."""
    from siting.cli import terminal
    from siting.network import on_demand

    whole = _fixed(question, say)
    if whole.demand.empty:
        return whole
    every = on_demand.EVERY_S // 60
    terminal.print_line(
        t(
            "cli_transit.on_demand",
            detour=written(on_demand.DETOUR, 1),
            kmh=written(on_demand.KMH, 1),
            minutes=every,
        )
    )
    return on_demand.joined(whole, origins, places)


def _fixed(question: TransitQuestion, say: Any) -> Timetable:
    """What runs on the day by a timetable, told."""
    from siting.cli import terminal
    from siting.network import timetable as timetables
    from siting.sources import gtfs_days

    say(t("cli_transit.reading"))
    feeds = [gtfs_days.read(path, question.day) for path in question.timetables]
    whole = timetables.build(feeds, question.day)
    terminal.print_line(whole.text())
    return whole


def _walking(named: RoadFiles, kmh: float | None, say: Any) -> Walking:
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
