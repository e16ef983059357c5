"""What the scenario of `timetables:` changes, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.errors import ConfigError
from siting.network import timetable_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.config.timetables import AddedStop, TimetableChanges, Timetables
    from siting.network.timetable import Timetable


def changed(timetable: Timetable, change: TimetableChanges, day: str) -> Timetable:
    """A day's timetable as a scenario leaves it: stops added, runs moved, runs added.

    A trip that does not run on the day is left to the others: see `require_known`.

    Raises
    ------
    ConfigError
        A stop is unknown, or a run that is added goes back in time.
    """
    for stop in change.stops:
        timetable = _with_stop(timetable, stop)
    for move in change.moved:
        runs = timetable_changes.runs_of(timetable, move.trip)
        timetable = timetable_changes.moved(timetable, runs, 60 * move.minutes)
    for number, run in enumerate(change.runs, 1):
        if run.days and day not in run.days:
            continue
        calls = [(_stop(timetable, call.stop), _seconds(call.at)) for call in run.calls]
        times = [when for _, when in calls]
        if sorted(times) != times:
            raise ConfigError("added_run_backward", line=run.line)
        name = f"{timetable_changes.ADDED}-{number}"
        timetable = timetable_changes.with_run(timetable, run.line, name, calls)
    return timetable


def require_known(keys: Timetables, days: Sequence[Timetable]) -> None:
    """Refuse a scenario that names a trip of no day, or a day that the study does not have.

    Raises
    ------
    ConfigError
        It does.
    """
    change = keys.what_if
    if change is None:
        return
    trips = {str(trip) for day in days for trip in day.trips["trip_id"]}
    for trip in [stop.trip for stop in change.stops] + [move.trip for move in change.moved]:
        if trip not in trips:
            raise ConfigError("unknown_changed_trip", trip=trip)
    known = [day.id for day in keys.days]
    for run in change.runs:
        for day in run.days:
            if day not in known:
                raise ConfigError("unknown_changed_day", day=day, known=", ".join(known))


def _with_stop(timetable: Timetable, stop: AddedStop) -> Timetable:
    """A stop added after another one in every run of a trip."""
    after = _stop(timetable, stop.after)
    if stop.id not in set(timetable.stops["id"]):
        timetable = timetable_changes.with_stop(timetable, stop.name, stop.lon, stop.lat, stop.id)
    new = _stop(timetable, stop.id)
    for run in timetable_changes.runs_of(timetable, stop.trip):
        calls = np.arange(timetable.first[run], timetable.first[run + 1] - 1)
        at = calls[timetable.stop[calls] == after]
        if not len(at):
            raise ConfigError("unknown_changed_stop", stop=stop.after)
        ride, extra = 60 * stop.minutes, 60 * stop.delay_minutes
        next_at = timetable.arrival[at[0] + 1] + extra
        if timetable.departure[at[0]] + ride > next_at:
            raise ConfigError("added_stop_late", stop=stop.name, trip=stop.trip)
        timetable = timetable_changes.with_call(timetable, int(run), int(at[0]), new, ride, extra)
    return timetable


def _stop(timetable: Timetable, id_: str) -> int:
    """Number of a stop."""
    rows = np.flatnonzero(timetable.stops["id"].to_numpy() == id_)
    if not len(rows):
        raise ConfigError("unknown_changed_stop", stop=id_)
    return int(rows[0])


def _seconds(clock: str) -> int:
    hours, minutes = map(int, clock.split(":"))
    return 3600 * hours + 60 * minutes
