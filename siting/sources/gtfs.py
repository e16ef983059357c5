"""GTFS: how often each stop is served on a day. Routing by timetable is another matter."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from siting.contracts import missing_column
from siting.errors import InputError
from siting.sources import archives, places, sound_rows, text_streams

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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
    try:
        with archives.opened(path) as feed:
            tables = {
                name: _table(feed, path, name, columns, required=required)
                for name, columns, required in (
                    ("stops", ["stop_id", "stop_name", "stop_lat", "stop_lon"], True),
                    ("stop_times", ["trip_id", "stop_id", "stop_sequence"], True),
                    ("trips", ["trip_id", "route_id", "service_id"], True),
                    ("calendar", ["service_id", "start_date", "end_date", *DAYS], False),
                    ("calendar_dates", ["service_id", "date", "exception_type"], False),
                    ("frequencies", ["trip_id", "start_time", "end_time", "headway_secs"], False),
                )
            }
    except FileNotFoundError as error:
        raise InputError("missing_file", file=path) from error
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise InputError("bad_zip", file=path, detail=error) from error
    running = _services(tables["calendar"], tables["calendar_dates"], day)
    trips = tables["trips"][tables["trips"]["service_id"].isin(running)]
    if trips.empty:
        raise InputError("no_service", file=path, day=day)
    calls = _departures(tables["stop_times"]).merge(trips[["trip_id", "route_id"]], on="trip_id")
    runs = _runs(tables["frequencies"], path)
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


def _table(
    feed: zipfile.ZipFile, path: Path, name: str, columns: list[str], *, required: bool
) -> pd.DataFrame:
    """One table of a feed, all text; an absent optional one is empty."""
    file = f"{name}.txt"
    # some feeds are zipped with their folder
    members = [member for member in feed.namelist() if PurePosixPath(member).name == file]
    members = [member for member in members if not member.startswith("__MACOSX/")]
    if not members:
        if required:
            raise InputError("not_in_feed", file=path, name=file)
        return pd.DataFrame(columns=columns, dtype=object)
    text = text_streams.decoded(feed.read(min(members, key=len)), path / file)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            dtype=str,
            keep_default_na=False,
            skipinitialspace=True,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError("bad_rows", file=f"{path}/{file}", detail=str(error).strip()) from error
    frame.columns = frame.columns.str.strip()
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise missing_column(f"{path}/{file}", missing[0], frame.columns)
    return frame


def _services(calendar: pd.DataFrame, exceptions: pd.DataFrame, day: date) -> set[str]:
    """Services that run on a day."""
    day_text = day.strftime("%Y%m%d")
    within = (calendar["start_date"] <= day_text) & (day_text <= calendar["end_date"])
    running = set(calendar.loc[within & (calendar[DAYS[day.weekday()]] == "1"), "service_id"])
    today = exceptions[exceptions["date"] == day_text]
    added = set(today.loc[today["exception_type"] == "1", "service_id"])
    return (running | added) - set(today.loc[today["exception_type"] == "2", "service_id"])


def _departures(times: pd.DataFrame) -> pd.DataFrame:
    """Calls where one can get on: not the last of a trip, not those for alighting only."""
    order = pd.to_numeric(times["stop_sequence"], errors="coerce")
    last = order == order.groupby(times["trip_id"]).transform("max")
    boarding = times.get("pickup_type", pd.Series("", index=times.index)) != "1"
    return times.loc[~last & boarding, ["trip_id", "stop_id"]]


def _runs(frequencies: pd.DataFrame, path: Path) -> pd.Series:
    """How often each trip of `frequencies.txt` leaves."""
    start, end = _seconds(frequencies["start_time"]), _seconds(frequencies["end_time"])
    headway = pd.to_numeric(frequencies["headway_secs"], errors="coerce")
    wrong = start.isna() | end.isna() | ~(headway > 0)
    if wrong.any():
        columns = ["start_time", "end_time", "headway_secs"]
        texts = frequencies.assign(headway_secs=frequencies[columns].agg(" ".join, axis=1))
        file, expected = path / "frequencies.txt", "07:00:00 09:00:00 900"
        problem = sound_rows.bad_value(texts, "headway_secs", file, expected)
        raise problem(int(wrong.to_numpy().argmax()))
    times = -((start - end) // headway)  # departures at start, then every headway before the end
    total: pd.Series = times.groupby(frequencies["trip_id"]).sum()
    return total


def _seconds(times: pd.Series) -> pd.Series:
    parts = times.str.split(":", expand=True).reindex(columns=[0, 1, 2])
    parts = parts.apply(pd.to_numeric, errors="coerce")
    seconds: pd.Series = parts[0] * 3600 + parts[1] * 60 + parts[2]
    return seconds
