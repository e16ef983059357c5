"""Timetables as arrays: what runs on a day, call by call, and where one may change.

A run is a vehicle on its way: a trip on one day, one departure of a trip that leaves at equal
intervals, or several trips of a block that one may stay seated through. Times are whole seconds
after the day's beginning, which is noon less twelve hours as GTFS has it: midnight, but on the two
days when the hour changes. Runs of the day before count where they are on the road after midnight.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.network import service_time, timetable_runs
from siting.texts import number
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from siting.network.routing import Int32, Int64
    from siting.network.timetable_feed import Bool, Feed

FORBIDDEN = -1  # seconds of a change that nobody may make
LEAST_TIME, NO_CHANGE = 2, 3  # types of GTFS


@dataclass(frozen=True)
class Timetable:
    """What runs on a day.

    Attributes
    ----------
    stops
        `id,name,lon,lat`, degrees; row = number of a stop. Of several feeds, the id begins with the
        number of its feed.
    first
        Calls of run i are first[i] to first[i + 1], int64, shape (runs + 1,).
    stop, arrival, departure
        Of each call: number of the stop, seconds after the day's beginning, int32. Along a run they
        never go back.
    board, alight
        Whether one may get on and off there, bool.
    trip
        Row of `trips` that a call belongs to, int32.
    trips
        `feed,trip_id,route,route_type`.
    rules
        `from_stop,to_stop,seconds` of changes: the least time, or `FORBIDDEN`.
    demand, areas
        Transport on demand, which `on_demand.joined` makes runs of: see `sources.gtfs_flex`.
        `demand` has `feed,route` too.
    remarks
        What of each feed could not be used, and how many: the reason's name in the catalogue under
        `timetable.remarks`.
    """

    stops: pd.DataFrame
    first: Int64
    stop: Int32
    arrival: Int32
    departure: Int32
    board: Bool
    alight: Bool
    trip: Int32
    trips: pd.DataFrame
    rules: pd.DataFrame
    demand: pd.DataFrame
    areas: pd.DataFrame
    remarks: dict[str, Counter[str]]

    @property
    def n_runs(self) -> int:
        """Number of runs."""
        return len(self.first) - 1

    def backward(self) -> Timetable:
        """The same day played backward: each run the other way, times negated.

        What is searched forward in it is, in this, searched back from an arrival.
        """
        return replace(
            self,
            first=self.first[-1] - self.first[::-1],
            stop=self.stop[::-1],
            arrival=-self.departure[::-1],
            departure=-self.arrival[::-1],
            board=self.alight[::-1],
            alight=self.board[::-1],
            trip=self.trip[::-1],
            rules=self.rules.rename(columns={"from_stop": "to_stop", "to_stop": "from_stop"}),
        )

    def running(self, runs: Int64) -> Timetable:
        """The same day with some of its runs alone, by number."""
        size = np.diff(self.first)[runs]
        first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        call = np.repeat(self.first[runs] - first[:-1], size) + np.arange(first[-1])
        names = ("stop", "arrival", "departure", "board", "alight", "trip")
        return replace(self, first=first, **{name: getattr(self, name)[call] for name in names})

    def text(self) -> str:
        """What the timetable holds, and what of the feeds was left out and why."""
        starts = self.departure[self.first[:-1]]
        today = (starts >= 0) & (starts < service_time.DAY_S)
        lines = [
            t(
                "timetable.read",
                stops=number(len(self.stops)),
                runs=number(today.sum()),
                calls=number(np.diff(self.first)[today].sum()),
            )
        ]
        for name, counts in self.remarks.items():
            reasons = [
                t(f"timetable.remarks.{reason}", count=number(count))
                for reason, count in counts.items()
                if count
            ]
            if reasons:
                lines.append(t("timetable.left_out", feed=name, reasons="; ".join(reasons)))
        demand = self.demand.drop_duplicates(["feed", "route", "start", "end", "notice", "phone"])
        rows: Any = demand.itertuples(index=False)
        lines += [
            t(
                "timetable.on_demand",
                feed=row.feed,
                route=row.route,
                start=service_time.clock(row.start),
                end=service_time.clock(row.end),
                notice=_notice(row.notice),
                phone=row.phone or t("timetable.no_phone"),
            )
            for row in rows
        ]
        return "\n".join(lines)


def _notice(code: str) -> str:
    """How long before one books, in words."""
    kind, _, value = code.partition(":")
    days, _, by = value.partition(" ")
    return t(f"timetable.notice.{kind or 'none'}", value=value, days=days, by=by or "–")


def build(feeds: Sequence[Feed], day: date) -> Timetable:
    """Merge what feeds say of a day into one timetable.

    Raises
    ------
    InputError
        A time zone is unknown, the feeds are of several, or nothing runs that can be used.
    """
    shifts = service_time.shifts(feeds, day)
    parts, stops, trips, rules, demand = [], [], [], [], []
    areas: list[pd.DataFrame] = []
    remarks: dict[str, Counter[str]] = {}
    stops_before = trips_before = 0
    for k, feed in enumerate(feeds):
        counts = Counter(feed.remarks)
        runs = timetable_runs.of_feed(feed, shifts, counts)
        parts.append(replace(runs, stop=runs.stop + stops_before, trip=runs.trip + trips_before))
        prefix = f"{k + 1}:" if len(feeds) > 1 else ""
        ids = prefix + feed.stops["stop_id"].astype(str)
        stops.append(feed.stops[["name", "lon", "lat"]].assign(id=ids))
        trips.append(feed.trips[["trip_id", "route", "route_type"]].assign(feed=feed.path.name))
        rules.append(_rules(feed.transfers).add([stops_before, stops_before, 0]))
        demand.append(_demand(feed, sum(len(part) for part in areas)))
        own = feed.areas["stops"].map(lambda own, k=stops_before: tuple(k + stop for stop in own))
        areas.append(feed.areas.assign(stops=own))
        stops_before += len(feed.stops)
        trips_before += len(feed.trips)
        name = feed.path.name
        remarks[name if name not in remarks else f"{name} ({k + 1})"] = counts
    whole = timetable_runs.joined(parts)
    alone, again = timetable_runs.without_copies(whole)
    if again and remarks:
        remarks[next(reversed(remarks))]["same_run"] += again
    return Timetable(
        pd.concat(stops, ignore_index=True)[["id", "name", "lon", "lat"]],
        alone.first,
        alone.stop,
        alone.arrival,
        alone.departure,
        alone.board,
        alone.alight,
        alone.trip,
        pd.concat(trips, ignore_index=True)[["feed", "trip_id", "route", "route_type"]],
        pd.concat(rules, ignore_index=True),
        pd.concat(demand, ignore_index=True),
        pd.concat(areas, ignore_index=True),
        remarks,
    )


def _demand(feed: Feed, areas_before: int) -> pd.DataFrame:
    """Transport on demand of a feed, its areas numbered throughout."""
    trip = feed.demand["trip"].to_numpy(int)
    return feed.demand.assign(
        feed=feed.path.name,
        route=feed.trips["route"].to_numpy()[trip],
        from_area=feed.demand["from_area"].to_numpy(int) + areas_before,
        to_area=feed.demand["to_area"].to_numpy(int) + areas_before,
    ).drop(columns="trip")


def _rules(transfers: pd.DataFrame) -> pd.DataFrame:
    """Least seconds of each change that a rule names: forbidden where any row forbids it."""
    kind = transfers["kind"].to_numpy()
    seconds = np.where(kind == LEAST_TIME, transfers["seconds"], 0)
    named = transfers[["from_stop", "to_stop"]].assign(seconds=seconds, forbidden=kind == NO_CHANGE)
    rules = named.groupby(["from_stop", "to_stop"], as_index=False).agg(
        seconds=("seconds", "max"), forbidden=("forbidden", "any")
    )
    rules["seconds"] = rules["seconds"].mask(rules.pop("forbidden"), FORBIDDEN)
    return rules.astype(np.int64)
