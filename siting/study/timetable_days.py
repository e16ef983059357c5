"""The timetables of a study, day by day: which feeds run, and what of each was left out."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - named in a dataclass that is kept
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.network import timetable as timetables
from siting.sources import gtfs_days, service_days
from siting.study import area_checks, timetable_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from siting.config import Study
    from siting.config.timetables import ServiceDay
    from siting.network.timetable import Timetable
    from siting.sources.gtfs_days import FeedDay
    from siting.study.area_checks import StudyArea
    from siting.study.reading import Reading

ROLE = "timetables"
ANY_DAY = "any"
"""Stands for a day in tables that count what can be done on any of the study's."""
NOT_THEN = ("day_outside", "no_service")
"""What a feed says of a day on which it does not run: not wrong by itself."""


@dataclass(frozen=True)
class DayTimetable:
    """What runs on a day of the study.

    Attributes
    ----------
    id, name, date
        The day.
    kind
        Of service day, see `sources.service_days`; empty where the study names no school zone.
    timetable
        What runs, its remarks aside.
    feeds
        `feed,runs,stops,calls,stops_far`, a row a feed: runs of the day (0 where it does not run),
        stops, calls, and stops beyond the territory's surroundings.
    remarks
        `feed,reason,count`: what of each could not be used; the reason's name in the catalogue
        under `timetable.remarks`.
    """

    id: str
    name: str
    date: dt.date
    kind: str
    timetable: Timetable
    feeds: pd.DataFrame
    remarks: pd.DataFrame


def read(desk: Reading, study: Study, here: StudyArea | None) -> tuple[DayTimetable, ...]:
    """Read what runs on each day of the study; none where it asks for no timetables.

    Problems are kept: a damaged feed, one far from the territory, or a day on which none runs.
    """
    keys = study.timetables
    if keys is None:
        return ()
    days = [(day, _feeds_of(desk, keys.feeds, day)) for day in keys.days]
    for path in keys.feeds:
        trips = [len(feed.trips) for _, feeds in days for feed in feeds if feed.path == path]
        if trips:
            desk.note(ROLE, path, max(trips))
    made = []
    for day, feeds in days:
        if feeds:
            built = desk.watch(ROLE, timetables.build, feeds, day.date)
            if built is not None and keys.what_if is not None:
                built = desk.attempt(timetable_scenario.changed, built, keys.what_if, day.id)
            if built is not None:
                zone = keys.school_zone
                kind = desk.attempt(service_days.kind, day.date, zone) if zone else ""
                made.append(_of_day(desk, day, kind, feeds, built, here, keys.feeds))
    if keys.what_if is not None and len(made) == len(keys.days):
        desk.attempt(timetable_scenario.require_known, keys, [day.timetable for day in made])
    return tuple(made)


def _feeds_of(desk: Reading, paths: tuple[Path, ...], day: ServiceDay) -> list[FeedDay]:
    """What each feed says of a day, those that do not run then left out."""
    feeds, reasons, wrong = [], [], False
    for path in paths:
        try:
            feeds.append(gtfs_days.read(path, day.date))
        except InputError as problem:
            if problem.key in NOT_THEN:
                reasons.append(problem.text())
                continue
            wrong = True
            _keep(desk, problem)
    if not feeds and not wrong:
        values = {"day": day.date, "name": day.name, "reasons": " ".join(reasons)}
        _keep(desk, InputError("no_feed_on_day", **values))
    return feeds


def _keep(desk: Reading, problem: InputError) -> None:
    """Keep a problem, once for all days."""
    if problem.text("en") not in {known.text("en") for known in desk.problems}:
        desk.problems.append(problem)


def _of_day(
    desk: Reading,
    day: ServiceDay,
    kind: str | None,
    feeds: list[FeedDay],
    built: Timetable,
    here: StudyArea | None,
    paths: tuple[Path, ...],
) -> DayTimetable:
    rows = []
    for path in paths:
        running = next((feed for feed in feeds if feed.path == path), None)
        if running is None:
            rows.append((path.name, 0, 0, 0, 0))
            continue
        placed = running.stops.dropna(subset=["lon", "lat"])
        near = placed if here is None else area_checks.within(placed, here)
        assert near is not None  # noqa: S101 - of a table there is one
        if near.empty:
            _keep(desk, InputError("feed_elsewhere", file=path))
        today = int((running.trips["days"] & 2 > 0).sum())
        counts = (today, len(running.stops), len(running.calls), len(placed) - len(near))
        rows.append((path.name, *counts))
    remarks = [
        (name, reason, count)
        for name, counts in built.remarks.items()
        for reason, count in counts.items()
        if count
    ]
    return DayTimetable(
        day.id,
        day.name,
        day.date,
        kind or "",
        replace(built, remarks={}),
        pd.DataFrame(rows, columns=["feed", "runs", "stops", "calls", "stops_far"]),
        pd.DataFrame(remarks, columns=["feed", "reason", "count"]),
    )
