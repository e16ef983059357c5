"""GTFS: how often each stop is served on a day. Journeys by timetable: `gtfs_days`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import gtfs_files, gtfs_frequencies, gtfs_services, places

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def read(path: Path, day: date) -> pd.DataFrame:
    """Read the stops of a feed with the departures of a day.

    A trip counts on its service day even where it runs past midnight; a stop where one may only
    alight, and the last stop of a trip, have no departure. Trips of `frequencies.txt` count as
    often as they run.

    Returns
    -------
    See `places.read`, plus `departures` and `routes` (numbers, on that day); `kind` is `stop`.

    Raises
    ------
    InputError
        The zip is damaged, lacks a file or a column, or has no service on that day.
    """
    feed = gtfs_files.listed(path)
    tables = {
        name: gtfs_files.table(feed, name, columns, required=True)
        for name, columns in (
            ("stops", ["stop_id", "stop_name", "stop_lat", "stop_lon"]),
            ("stop_times", ["trip_id", "stop_id", "stop_sequence"]),
            ("trips", ["trip_id", "route_id", "service_id"]),
        )
    }
    running = gtfs_services.read(feed).running(day)
    trips = tables["trips"][tables["trips"]["service_id"].isin(running)]
    if trips.empty:
        raise InputError("no_service", file=path, day=day)
    calls = _departures(tables["stop_times"]).merge(trips[["trip_id", "route_id"]], on="trip_id")
    runs = gtfs_frequencies.read(feed).groupby("trip_id")["runs"].sum()
    calls["runs"] = calls["trip_id"].map(runs).fillna(1).astype(int)
    stops = tables["stops"]
    by_stop = calls.groupby("stop_id").agg(
        departures=("runs", "sum"), routes=("route_id", "nunique")
    )
    named = pd.DataFrame(
        {
            "id": stops["stop_id"],
            "name": stops["stop_name"],
            "commune_code": "",
            "lon": stops["stop_lon"],
            "lat": stops["stop_lat"],
            "kind": "stop",
        }
    )
    frame = places.checked(named, path).merge(by_stop, left_on="id", right_index=True, how="left")
    return frame.fillna({"departures": 0, "routes": 0}).astype({"departures": int, "routes": int})


def _departures(times: pd.DataFrame) -> pd.DataFrame:
    """Calls where one can get on: not the last of a trip, not those for alighting only."""
    order = pd.to_numeric(times["stop_sequence"], errors="coerce")
    last = order == order.groupby(times["trip_id"]).transform("max")
    boarding = times.get("pickup_type", pd.Series("", index=times.index)) != "1"
    return times.loc[~last & boarding, ["trip_id", "stop_id"]]
