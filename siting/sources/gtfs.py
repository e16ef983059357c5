"""GTFS: how often each stop is served on a day. Journeys by timetable: `gtfs_days`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.contracts import without_controls
from siting.errors import InputWarning
from siting.sources import gtfs_days
from siting.texts import number
from siting.texts import text as t

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from siting.sources.gtfs_days import FeedDay

TODAY = 2  # in `FeedDay.trips`
NOT_HERE = 1  # pickup type: nobody gets on
TOLD = (
    "duplicate_stops",
    "stops_nowhere",
    "duplicate_trips",
    "service_unknown",
    "service_never",
    "school_only",
)
"""Remarks of the reader that bear on departures."""


def read(path: Path, day: date) -> pd.DataFrame:
    """Read the stops of a feed with the departures of a day.

    A trip counts on its service day even where it runs past midnight; a stop where one may only
    alight, and the last stop of a trip, have no departure. Trips of `frequencies.txt` count as
    often as they run; those for pupils alone do not count.

    Returns
    -------
    `id,name,commune_code,lon,lat,kind`, positions NaN where there is none, plus `departures` and
    `routes` (numbers, on that day); `kind` is `stop`. What does not count is told in a warning.

    Raises
    ------
    InputError
        The feed is damaged, lacks a file or a column, or has no service on that day.
    """
    feed = gtfs_days.read(path, day)
    _warn(feed)
    by_stop = (
        _departures(feed)
        .groupby("stop")
        .agg(departures=("runs", "sum"), routes=("route", "nunique"))
    )
    stops = feed.stops
    frame = pd.DataFrame(
        {
            "id": stops["stop_id"],
            "name": without_controls(stops["name"], "name", path),
            "commune_code": "",
            "lon": stops["lon"],
            "lat": stops["lat"],
            "kind": "stop",
        }
    ).join(by_stop)
    return frame.fillna({"departures": 0, "routes": 0}).astype({"departures": int, "routes": int})


def _warn(feed: FeedDay) -> None:
    """Tell what of the feed does not count."""
    reasons = [
        t(f"timetable.remarks.{reason}", count=number(feed.remarks[reason]))
        for reason in TOLD
        if feed.remarks[reason]
    ]
    if reasons:
        warned = InputWarning("feed_left_out", file=feed.path, reasons="; ".join(reasons))
        warnings.warn(warned, stacklevel=3)


def _departures(feed: FeedDay) -> pd.DataFrame:
    """Calls of the day where one can get on: `stop,route,runs`."""
    calls, trips = feed.calls, feed.trips
    last = calls.groupby("trip")["sequence"].transform("max")
    today = trips["days"].to_numpy() & TODAY > 0
    boarded = (calls["sequence"] != last) & (calls["pickup"] != NOT_HERE) & (calls["stop"] >= 0)
    calls = calls[boarded & today[calls["trip"]]]
    often = feed.frequencies.groupby("trip")["runs"].sum()
    runs = np.ones(len(trips), np.int64)
    runs[often.index] = often.to_numpy()
    trip = calls["trip"].to_numpy()
    return pd.DataFrame(
        {
            "stop": calls["stop"].to_numpy(),
            "route": trips["route_id"].to_numpy()[trip],
            "runs": runs[trip],
        }
    )
