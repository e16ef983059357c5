"""The key `timetables:` of a study: its feeds, homes and places brought to round trips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.config.timetables import DAYS
from siting.errors import ConfigError, InputError
from siting.network import service_time
from siting.study import prepared
from siting.study.timetable_days import ROLE
from siting.times import day_walks, round_trips, transit, walking

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import numpy.typing as npt

    from siting.config import Study
    from siting.config.timetables import Timetables
    from siting.network.timetable import Timetable
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy
    from siting.study.timetable_days import DayTimetable
    from siting.times.day_walks import DayWalks
    from siting.times.round_trips import Day, Openings, RoundTrips
    from siting.times.walking import Walking

OF_FACILITY, OF_STUDY, OF_SCENARIO = "facility", "study", "scenario"


@dataclass(frozen=True)
class OpenPlaces:
    """Places to go to on a day, and when they are open.

    Attributes
    ----------
    table
        `id,name,lon,lat,service`.
    openings
        Of each, seconds; none where it is closed.
    hours_from
        Of each: `facility` where its hours are known, else `study`; `scenario` where one sets them.
    """

    table: pd.DataFrame
    openings: tuple[Openings, ...]
    hours_from: tuple[str, ...]

    def of(self, service: str) -> np.ndarray:
        """Numbers of those of a service."""
        return np.flatnonzero(self.table["service"].to_numpy() == service)


@dataclass(frozen=True)
class DayTrips:
    """Round trips of a day.

    Attributes
    ----------
    day
        The day, and what runs.
    places
        Where to.
    walks
        From the cells that reach a stop or a place on foot.
    trips
        Between these cells and the places.
    """

    day: DayTimetable
    places: OpenPlaces
    walks: DayWalks
    trips: RoundTrips


def keys_of(study: Study) -> Timetables:
    """The key, of a study that has it."""
    assert study.timetables is not None  # noqa: S101 - the stage stands only where it is asked for
    return study.timetables


def check(study: Study, read: Inputs) -> None:
    """Refuse hours that are none, and a stay that no opening holds; no journey is searched.

    Raises
    ------
    ConfigError
        The scenario changes the hours of a facility that is not there.
    InputError
        Hours of a facility or of the study cannot be read, the day away from home is longer than a
        search lasts, or the stay fits in no opening of any day.
    """
    keys = keys_of(study)
    if keys.what_if is not None:
        standing = {str(id_) for table in read.services.values() for id_ in table["id"]}
        for id_ in keys.what_if.openings:
            if id_ not in standing:
                raise ConfigError("unknown_changed_facility", id=id_)
    start, end = window(keys)
    if end - start > 60 * transit.LONGEST_MIN:
        values = {"minutes": (end - start) // 60, "most": transit.LONGEST_MIN}
        raise InputError("day_too_long", **values)
    every = [
        opening
        for day in read.timetables
        for openings in places(study, read, day.date).openings
        for opening in openings
    ]
    if all(until - since < 60 * keys.stay_minutes for since, until in every):
        raise InputError("stay_too_long", minutes=round(keys.stay_minutes))


def places(study: Study, read: Inputs, date: dt.date) -> OpenPlaces:
    """Facilities of all services, and their hours on a day.

    Raises
    ------
    InputError
        Hours cannot be read.
    """
    tables, openings, hours_from = [], [], []
    columns = ["id", "name", "lon", "lat"]
    for service in study.services:
        facilities = read.services[service.id]
        tables.append(facilities[columns].assign(service=service.id))
        for hours, source in _hours(keys_of(study), facilities, date):
            openings.append(_openings(hours, date, service.facilities))
            hours_from.append(source)
    table = pd.concat(tables, ignore_index=True)
    return OpenPlaces(table, tuple(openings), tuple(hours_from))


def candidates(study: Study, read: Inputs, date: dt.date) -> OpenPlaces:
    """Candidate sites, open at the study's hours."""
    keys = keys_of(study)
    table = read.candidates[["id", "name", "lon", "lat"]].assign(service="")
    openings = (_openings(keys.hours.on(date), date, "timetables.hours"),) * len(table)
    return OpenPlaces(table, openings, (OF_STUDY,) * len(table))


def _hours(keys: Timetables, facilities: pd.DataFrame, date: dt.date) -> list[tuple[str, str]]:
    """Hours of each facility on a day, and whose they are: its own where any day's are known."""
    known = [name for name in DAYS if name in facilities.columns]
    own = facilities[known].fillna("").astype(str)
    has_own = (own != "").any(axis=1)
    today = DAYS[date.weekday()]
    hours = own[today] if today in known else pd.Series("", facilities.index)
    usual = keys.hours.on(date)
    changed = {} if keys.what_if is None else keys.what_if.openings
    return [
        (changed[id_].on(date), OF_SCENARIO)
        if id_ in changed
        else (str(given), OF_FACILITY)
        if its_own
        else (usual, OF_STUDY)
        for id_, given, its_own in zip(facilities["id"], hours, has_own, strict=True)
    ]


def _openings(hours: str, date: dt.date, file: object) -> Openings:
    """Openings of a day in order.

    Raises
    ------
    InputError
        They cannot be read, or overlap.
    """
    try:
        openings = service_time.spans(hours)
    except InputError as problem:
        values = {"file": file, "day": DAYS[date.weekday()], "value": hours}
        raise InputError("bad_opening_hours", **values) from problem
    ends = [moment for opening in openings for moment in opening]
    if sorted(set(ends)) != ends:
        raise InputError("bad_opening_hours", file=file, day=DAYS[date.weekday()], value=hours)
    return openings


def way(base: PreparedStudy) -> Walking:
    """How one walks: on the ways of an extract, else in straight lines drawn out."""
    kmh = keys_of(base.study).walk_kmh
    if base.study.roads.osm is None:
        return walking.Straight(kmh)
    return walking.OnRoads(prepared.on_foot(base), kmh)


def of_days(base: PreparedStudy) -> list[DayTrips]:
    """Round trips between the cells and the facilities of all services, day by day."""
    days = base.read.timetables
    wheres = [places(base.study, base.read, day.date) for day in days]
    return searched(base, list(zip(days, wheres, strict=True)))


def searched(
    base: PreparedStudy, wanted: Sequence[tuple[DayTimetable, OpenPlaces]]
) -> list[DayTrips]:
    """Round trips between the cells and some places, day by day.

    Walks are found once for days whose feeds have the same stops.
    """
    on_foot, keys = way(base), keys_of(base.study)
    homes = base.cells.rename(columns={"cell_id": "id"})
    made: list[DayTrips] = []
    for day, where in wanted:
        timetable = day.timetable
        same = next((d for d in made if _same_ground(d, timetable.stops, where)), None)
        walks = (
            day_walks.walks(on_foot, timetable, homes, where.table, keys.walk_minutes)
            if same is None
            else same.walks
        )
        trips = find(timetable, walks, away(keys, where.openings))
        made.append(DayTrips(day, where, walks, trips))
    return made


def to_candidates(base: PreparedStudy) -> npt.NDArray[np.float32]:
    """Minutes of the shortest absence for each cell and candidate on any day of the study.

    Returns
    -------
    float32, shape (cells, candidates), NaN where there is no way there and back.
    """
    days = base.read.timetables
    wheres = [candidates(base.study, base.read, day.date) for day in days]
    shape = (len(base.cells), len(base.read.candidates))
    best = np.full(shape, np.inf, np.float32)
    for day in searched(base, list(zip(days, wheres, strict=True))):
        away_s = np.where(day.trips.absence >= 0, day.trips.absence, np.inf)
        rows = day.walks.homes
        best[rows] = np.minimum(best[rows], (away_s / 60).astype(np.float32))
    return np.where(np.isfinite(best), best, np.float32(np.nan))


def _same_ground(known: DayTrips, stops: pd.DataFrame, where: OpenPlaces) -> bool:
    at = ["lon", "lat"]
    return known.day.timetable.stops[at].equals(stops[at]) and known.places.table.equals(
        where.table
    )


def window(keys: Timetables) -> tuple[int, int]:
    """Seconds of the day: not away before, home again by then."""
    return service_time.span(keys.window)


def away(keys: Timetables, openings: tuple[Openings, ...]) -> Day:
    """The day away from home."""
    return round_trips.Day(*window(keys), int(60 * keys.stay_minutes), openings)


def find(timetable: Timetable, walks: DayWalks, day: Day) -> RoundTrips:
    """Round trips; none where no place is open for long enough."""
    if all(end - start < day.stay for hours in day.openings for start, end in hours):
        return round_trips.nowhere(len(walks.homes), walks.out.n_places)
    return round_trips.find(timetable, walks.out, walks.back, day)


def status(base: PreparedStudy) -> str:
    """What round trips rest on: `modelled` where timetables or cells are, else `real`."""
    sources = [item.source for item in base.read.read if item.role == ROLE]
    modelled = any(source is not None and source.status == "modelled" for source in sources)
    return "modelled" if modelled or base.read.cells is None else "real"
