"""GTFS: all that runs on a day, and on the day before and after, as plain tables of numbers.

What cannot be used is left out and counted, never in silence. The stop times come block by block
and those of trips that do not run are left at once, so that memory grows with what runs on the day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError
from siting.sources import gtfs_files, gtfs_flex, gtfs_frequencies, gtfs_services

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pyarrow as pa

    from siting.sources.gtfs_files import FeedFiles

Values = npt.NDArray[Any]
NO_CHANGE = 3  # transfer type
SCHOOL_BUS = 712  # extended route type: for pupils alone
BLANK, UNREADABLE = -1, -2  # times
UNKNOWN_STOP, NO_STOP, ON_DEMAND = -1, -2, -3  # the last: read by `gtfs_flex`
CALL_COLUMNS = ["trip_id", "stop_sequence"]
CALL_OPTIONS = (
    "stop_id",  # a call of a zone has no stop, and a window in place of times
    gtfs_flex.WINDOW[0],
    "arrival_time",
    "departure_time",
    "pickup_type",
    "drop_off_type",
    "shape_dist_traveled",
)


@dataclass(frozen=True)
class FeedDay:
    """What a feed says of a day.

    Attributes
    ----------
    path
        The feed.
    zone
        Name of its time zone; empty where the feed has none.
    stops
        `stop_id,name,lon,lat`, degrees, NaN where the feed gives no place; row = number of a stop.
    trips
        `trip_id,route_id,route,route_type,block_id,days`: 1 in `days` for a trip that runs on the
        day before, 2 on the day, 4 on the day after; row = number of a trip.
    calls
        `trip,stop,sequence,arrival,departure,pickup,drop_off,distance`: numbers of trip and stop,
        seconds after the service day's beginning (`BLANK`, `UNREADABLE`), the types of GTFS, and
        the distance along the way (NaN where there is none). In the order of the file.
    frequencies
        `trip,first,interval,runs`, see `gtfs_frequencies.read`.
    transfers
        `from_stop,to_stop,kind,seconds`: numbers of stops, the type of GTFS and the least time
        for a change; those of a station stand for each of its stops.
    unseated
        Pairs `from_trip,to_trip` of numbers: nobody may stay seated from one to the next.
    demand, areas
        Transport on demand of the day: see `gtfs_flex.OnDemand`.
    remarks
        How many of what was left out, by the name of the reason.
    """

    path: Path
    zone: str
    stops: pd.DataFrame
    trips: pd.DataFrame
    calls: pd.DataFrame
    frequencies: pd.DataFrame
    transfers: pd.DataFrame
    unseated: pd.DataFrame
    demand: pd.DataFrame
    areas: pd.DataFrame
    remarks: Counter[str]


def read(path: Path, day: date) -> FeedDay:
    """Read what runs on a day.

    Raises
    ------
    InputError
        The feed is damaged or cut short, lacks a file or a column, has no calendar, or nothing runs
        on that day: its first and last days are named.
    """
    feed = gtfs_files.listed(path)
    remarks: Counter[str] = Counter()
    stops, parents = _stops(feed, remarks)
    trips = _trips(feed, day, remarks)
    numbers = pd.Index(trips["trip_id"])
    frequencies = gtfs_frequencies.read(feed)
    frequencies.insert(0, "trip", numbers.get_indexer(frequencies.pop("trip_id")))
    frequencies = frequencies[frequencies["trip"] >= 0]
    remarks["not_exact"] += frequencies.loc[~frequencies.pop("exact"), "trip"].nunique()
    transfers, unseated = _transfers(feed, pd.Index(stops["stop_id"]), parents, numbers, remarks)
    today = trips["days"].to_numpy() & 2 > 0
    on_demand = gtfs_flex.read(feed, numbers, today, pd.Index(stops["stop_id"]), remarks)
    return FeedDay(
        path,
        _zone(feed, remarks),
        stops,
        trips,
        _calls(feed, numbers, pd.Index(stops["stop_id"])),
        frequencies,
        transfers,
        unseated,
        on_demand.demand,
        on_demand.areas,
        remarks,
    )


def _zone(feed: FeedFiles, remarks: Counter[str]) -> str:
    agencies = gtfs_files.table(feed, "agency", ["agency_timezone"], required=False)
    zones = agencies.loc[agencies["agency_timezone"] != "", "agency_timezone"]
    if zones.empty:
        remarks["no_time_zone"] += 1
        return ""
    return str(zones.iloc[0])


def _stops(feed: FeedFiles, remarks: Counter[str]) -> tuple[pd.DataFrame, pd.Series]:
    """Places where vehicles call, and the station of each (its own identifier where none)."""
    columns = ["stop_id", "stop_lat", "stop_lon"]
    optional = ("stop_name", "location_type", "parent_station")
    rows = gtfs_files.table(feed, "stops", columns, required=True, optional=optional)
    again = rows["stop_id"].duplicated()
    remarks["duplicate_stops"] += int(again.sum())
    rows = rows[~again].set_index("stop_id", drop=False)
    lon, lat = (pd.to_numeric(rows[name], errors="coerce") for name in ("stop_lon", "stop_lat"))
    nowhere = ~((lon.abs() <= 180) & (lat.abs() <= 90)) | ((lon == 0) & (lat == 0))
    lon, lat = lon.mask(nowhere), lat.mask(nowhere)
    # a platform without a place stands where its station is
    of_parent = rows["parent_station"]
    remarks["station_unknown"] += int((~of_parent.isin([*rows["stop_id"], ""])).sum())
    lon = lon.fillna(of_parent.map(lon))
    lat = lat.fillna(of_parent.map(lat))
    called = rows["location_type"].str.strip().isin(["", "0"])
    remarks["stops_nowhere"] += int((called & lon.isna()).sum())
    stops = pd.DataFrame(
        {"stop_id": rows["stop_id"], "name": rows["stop_name"], "lon": lon, "lat": lat}
    )[called]
    station = of_parent.where(of_parent != "", rows["stop_id"])[called]
    return stops.reset_index(drop=True), station.reset_index(drop=True)


def _trips(feed: FeedFiles, day: date, remarks: Counter[str]) -> pd.DataFrame:
    """Trips that run on the day, the day before or the day after."""
    columns = ["trip_id", "route_id", "service_id"]
    rows = gtfs_files.table(feed, "trips", columns, required=True, optional=("block_id",))
    calendar = gtfs_services.read(feed)
    again = rows["trip_id"].duplicated()
    remarks["duplicate_trips"] += int(again.sum())
    rows = rows[~again]
    remarks["service_unknown"] += int((~rows["service_id"].isin(calendar.services)).sum())
    remarks["service_never"] += int(rows["service_id"].isin(calendar.idle()).sum())
    days = np.zeros(len(rows), np.int8)
    for number, moved in enumerate((-1, 0, 1)):
        running = rows["service_id"].isin(calendar.running(day + timedelta(days=moved)))
        days |= np.where(running, 1 << number, 0).astype(np.int8)
    if not (days & 2).any():
        span = calendar.span()
        if span is None:
            raise InputError("feed_without_calendar", file=feed.path)
        if not span[0] <= day <= span[1]:
            raise InputError("day_outside", file=feed.path, day=day, first=span[0], last=span[1])
        raise InputError("no_service", file=feed.path, day=day)
    routes = gtfs_files.table(
        feed,
        "routes",
        ["route_id"],
        required=False,
        optional=("route_short_name", "route_long_name", "route_type"),
    )
    routes = routes.drop_duplicates("route_id").set_index("route_id")
    short, long = routes["route_short_name"], routes["route_long_name"]
    names = short.where(short != "", long)
    kinds = pd.to_numeric(routes["route_type"], errors="coerce").fillna(-1)
    route = routes.index.get_indexer(pd.Index(rows["route_id"]))
    trips = pd.DataFrame(
        {
            "trip_id": rows["trip_id"],
            "route_id": rows["route_id"],
            "route": np.append(names.to_numpy(object), "")[route],
            "route_type": np.append(kinds.to_numpy(int), -1)[route],
            "block_id": rows["block_id"],
            "days": days,
        }
    )[days > 0]
    school = trips["route_type"] == SCHOOL_BUS
    remarks["school_only"] += int((school & (trips["days"] & 2 > 0)).sum())
    return trips[~school].reset_index(drop=True)


def _calls(feed: FeedFiles, trips: pd.Index, stops: pd.Index) -> pd.DataFrame:
    """Calls of some trips: see `FeedDay`."""
    parts = []
    for block in gtfs_files.stop_time_blocks(feed, CALL_COLUMNS, CALL_OPTIONS):
        trip = _mapped(block["trip_id"], trips.get_indexer)
        kept = np.flatnonzero(trip >= 0)
        size = len(trip)
        untimed = np.full(size, BLANK, np.int32)
        columns = {
            "trip": trip.astype(np.int32),
            "stop": _optional(
                block,
                "stop_id",
                lambda ids: _stop_numbers(ids, stops),
                np.full(size, NO_STOP, np.int32),
            ),
            "sequence": _mapped(block["stop_sequence"], _whole),
            "arrival": _optional(block, "arrival_time", _times, untimed),
            "departure": _optional(block, "departure_time", _times, untimed),
            "pickup": _optional(block, "pickup_type", _kinds, np.zeros(size, np.int8)),
            "drop_off": _optional(block, "drop_off_type", _kinds, np.zeros(size, np.int8)),
            "distance": _optional(
                block, "shape_dist_traveled", _distances, np.full(size, np.nan, np.float32)
            ),
        }
        if gtfs_flex.WINDOW[0] in block:
            windowed = _mapped(block[gtfs_flex.WINDOW[0]], lambda texts: texts.str.strip() != "")
            columns["stop"] = np.where(windowed, ON_DEMAND, columns["stop"])
        parts.append({name: values[kept] for name, values in columns.items()})
    if not parts:
        raise InputError("empty_table", file=f"{feed.path}/stop_times.txt")
    # column by column, so that the whole is never there twice
    whole = {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}
    return pd.DataFrame(whole, copy=False)


def _mapped(column: pa.DictionaryArray, function: Callable[[pd.Index], Values]) -> Values:
    """Values of a column, worked out once for each text that differs."""
    texts = pd.Index(column.dictionary.to_pandas().astype(object))
    values: Values = np.asarray(function(texts))[column.indices.to_numpy(zero_copy_only=False)]
    return values


def _optional(
    block: dict[str, pa.DictionaryArray],
    name: str,
    function: Callable[[pd.Index], Values],
    absent: Values,
) -> Values:
    return _mapped(block[name], function) if name in block else absent


def _stop_numbers(ids: pd.Index, stops: pd.Index) -> Values:
    numbers = stops.get_indexer(ids)
    return np.where(ids == "", NO_STOP, numbers).astype(np.int32)


def _whole(texts: pd.Index) -> Values:
    """Numbers of an order; -1 for what is none, which stands first."""
    return pd.to_numeric(pd.Series(texts), errors="coerce").fillna(-1).to_numpy(np.int32)


def _times(texts: pd.Index) -> Values:
    stripped = pd.Series(texts, dtype=object).str.strip()
    values = gtfs_frequencies.seconds(stripped)
    values = values.fillna(UNREADABLE).mask(stripped == "", BLANK)
    return values.to_numpy(np.int32)


def _kinds(texts: pd.Index) -> Values:
    return pd.to_numeric(pd.Series(texts), errors="coerce").fillna(0).to_numpy(np.int8)


def _distances(texts: pd.Index) -> Values:
    return pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(np.float32)


def _transfers(
    feed: FeedFiles, stops: pd.Index, stations: pd.Series, trips: pd.Index, remarks: Counter[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rules of changes between stops, and trips that one may not stay seated between."""
    optional = ("from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time")
    named = ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id")
    rows = gtfs_files.table(feed, "transfers", [], required=False, optional=(*optional, *named))
    kind = pd.to_numeric(rows["transfer_type"], errors="coerce").fillna(0).astype(int)
    pairs = rows[kind == 5]
    unseated = pd.DataFrame(
        {
            f"{end}_trip": trips.get_indexer(pd.Index(pairs[f"{end}_trip_id"]))
            for end in ("from", "to")
        }
    )
    rows = rows.assign(kind=kind)[kind <= 3]
    of_some = (rows[list(named)] != "").any(axis=1)
    remarks["transfers_of_trips"] += int(of_some.sum())
    rows = rows[~of_some]
    least = pd.to_numeric(rows["min_transfer_time"], errors="coerce").fillna(0)
    rules = rows.assign(seconds=np.where(rows["kind"] == 2, least, 0).astype(int))
    # a station stands for its stops, a stop for itself
    members = pd.DataFrame(
        {
            "place": np.concatenate([stops.to_numpy(object), stations.to_numpy(object)]),
            "stop": np.tile(np.arange(len(stops)), 2),
        }
    ).drop_duplicates()
    known = rules["from_stop_id"].isin(members["place"]) & rules["to_stop_id"].isin(
        members["place"]
    )
    remarks["transfers_unknown_stop"] += int((~known).sum())
    remarks["transfers_forbidden"] += int((rules["kind"][known] == NO_CHANGE).sum())
    expanded = (
        rules[known]
        .merge(members.rename(columns={"place": "from_stop_id", "stop": "from_stop"}))
        .merge(members.rename(columns={"place": "to_stop_id", "stop": "to_stop"}))
    )
    return expanded[["from_stop", "to_stop", "kind", "seconds"]], unseated
