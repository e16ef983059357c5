"""GTFS-Flex: transport on demand within zones (transport à la demande), its hours and its notice.

A trip on demand calls at areas (shapes of `locations.geojson`, groups of stops, or single stops)
within windows of time: one is picked up in one and set down in a later call of the same trip.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting.errors import InputError
from siting.sources import gtfs_files, gtfs_frequencies

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    import numpy.typing as npt

    from siting.sources.gtfs_files import FeedFiles

NOT_HERE = "1"  # pickup and drop-off type
WINDOW = ("start_pickup_drop_off_window", "end_pickup_drop_off_window")
OPTIONS = (
    *WINDOW,
    "stop_id",
    "location_id",
    "location_group_id",
    "pickup_type",
    "drop_off_type",
    "pickup_booking_rule_id",
)
DEMAND = ["trip", "from_area", "to_area", "start", "end", "until", "notice", "phone"]
AREAS = ["name", "shape", "stops"]
SAME_DAY, DAYS_BEFORE = "1", "2"  # booking types; 0: at once


@dataclass(frozen=True)
class OnDemand:
    """Transport on demand of a feed.

    Attributes
    ----------
    demand
        A row for each way that a trip offers: `trip`, its number; `from_area`, `to_area`, rows of
        `areas`; `start,end`, seconds of the service day between which one is picked up; `until`,
        by which one is set down; `notice`, how long before one books, and by when, as
        `minutes:120` or `day:1 17:00` (empty: at once or not said); `phone`.
    areas
        `name`; `shape`, a polygon in degrees or None; `stops`, numbers of stops.
    """

    demand: pd.DataFrame
    areas: pd.DataFrame


def read(
    feed: FeedFiles,
    trips: pd.Index,
    running: npt.NDArray[np.bool_],
    stops: pd.Index,
    remarks: Counter[str],
) -> OnDemand:
    """Read what runs on demand.

    Parameters
    ----------
    trips, stops
        Identifiers of trips and of stops, by number.
    running
        Whether each trip runs on the day.
    remarks
        Calls that cannot be used are counted in it.

    Raises
    ------
    InputError
        `locations.geojson` cannot be read.
    """
    nothing = OnDemand(pd.DataFrame(columns=DEMAND), pd.DataFrame(columns=AREAS))
    if not {"booking_rules", "location_groups", gtfs_files.LOCATIONS} & set(feed.members):
        return nothing
    calls = pd.concat([pd.DataFrame(), *_calls(feed, trips, running)], ignore_index=True)
    if calls.empty:
        return nothing
    areas = _areas(feed, stops)
    numbers = {key: k for k, key in enumerate(areas)}
    keys = _keys(calls)
    start, end = (gtfs_frequencies.seconds(calls[name].str.strip()) for name in WINDOW)
    sound = keys.isin(numbers) & (start < end)
    remarks["flex_calls"] += int((~sound).sum())
    calls = calls.assign(area=keys.map(numbers), start=start, end=end)[sound]
    calls = calls.astype({"area": int, "start": int, "end": int})
    notices = _notices(feed)
    rows = []
    for trip, own in calls.sort_values("sequence", kind="stable").groupby("trip"):
        rows_of_trip: Any = own.itertuples(index=False)
        for first, second in combinations(rows_of_trip, 2):
            if NOT_HERE in {first.pickup_type, second.drop_off_type}:
                continue
            notice, phone = notices.get(first.pickup_booking_rule_id, ("", ""))
            rows.append(
                (trip, first.area, second.area, first.start, first.end,
                 second.end, notice, phone)
            )  # fmt: skip
    demand = pd.DataFrame(rows, columns=DEMAND)
    used = np.unique(demand[["from_area", "to_area"]].to_numpy(int))
    for name in ("from_area", "to_area"):
        demand[name] = np.searchsorted(used, demand[name].to_numpy(int))
    return OnDemand(demand, pd.DataFrame(list(areas.values()), columns=AREAS).iloc[used])


def _calls(
    feed: FeedFiles, trips: pd.Index, running: npt.NDArray[np.bool_]
) -> Iterator[pd.DataFrame]:
    """Calls with a window, of trips that run, all text."""
    for block in gtfs_files.stop_time_blocks(feed, ["trip_id", "stop_sequence"], OPTIONS):
        if WINDOW[0] not in block or WINDOW[1] not in block:
            return
        starts = np.asarray(block[WINDOW[0]].dictionary.to_pandas().str.strip() != "")
        timed = starts[block[WINDOW[0]].indices.to_numpy(zero_copy_only=False)]
        frame = pd.DataFrame(
            {
                name: column.filter(timed).to_pandas().astype(object)
                for name, column in block.items()
            }
        )
        for name in OPTIONS:
            if name not in frame:
                frame[name] = ""
        number = trips.get_indexer(pd.Index(frame["trip_id"]))
        order = pd.to_numeric(frame["stop_sequence"], errors="coerce").fillna(-1)
        yield frame.assign(trip=number, sequence=order)[(number >= 0) & running[number]]


def _keys(calls: pd.DataFrame) -> pd.Series:
    """What each call names: a shape, a group of stops, or a stop."""
    shape = "shape " + calls["location_id"]
    group = "group " + calls["location_group_id"]
    stop = "stop " + calls["stop_id"]
    other = group.where(calls["location_group_id"] != "", stop)
    return shape.where(calls["location_id"] != "", other)


def _areas(feed: FeedFiles, stops: pd.Index) -> dict[str, tuple[str, Any, tuple[int, ...]]]:
    """Name, shape and stops of what calls may name, by its key."""
    areas: dict[str, tuple[str, Any, tuple[int, ...]]] = {
        f"stop {stop}": (str(stop), None, (k,)) for k, stop in enumerate(stops)
    }
    for identifier, name, shape in _shapes(feed):
        areas[f"shape {identifier}"] = (name or identifier, shape, ())
    names = gtfs_files.table(
        feed,
        "location_groups",
        [],
        required=False,
        optional=("location_group_id", "location_group_name"),
    ).set_index("location_group_id")["location_group_name"]
    listed = gtfs_files.table(
        feed, "location_group_stops", [], required=False, optional=("location_group_id", "stop_id")
    )
    number = pd.Series(stops.get_indexer(pd.Index(listed["stop_id"])), listed.index)
    for group, members in number[number >= 0].groupby(listed["location_group_id"]):
        name = str(names.get(group, "")) or str(group)
        areas[f"group {group}"] = (name, None, tuple(members.tolist()))
    return areas


def _shapes(feed: FeedFiles) -> Iterator[tuple[str, str, shapely.Geometry]]:
    """Shapes of `locations.geojson`: identifier, name, polygon."""
    if gtfs_files.LOCATIONS not in feed.members:
        return
    file = f"{feed.path}/{gtfs_files.LOCATIONS}"
    try:
        content = json.loads(gtfs_files.text(feed, gtfs_files.LOCATIONS))
        features = [
            (str(f["id"]), (f.get("properties") or {}), json.dumps(f["geometry"]))
            for f in content["features"]
        ]
        shapes = shapely.make_valid(shapely.from_geojson([shape for *_, shape in features]))
    except (ValueError, TypeError, KeyError, shapely.GEOSException) as error:
        raise InputError("bad_rows", file=file, detail=error) from error
    for (identifier, properties, _), shape in zip(features, shapes, strict=True):
        yield identifier, str(properties.get("stop_name") or ""), shape


def _notices(feed: FeedFiles) -> dict[str, tuple[str, str]]:
    """How long before one books, and the telephone, by booking rule."""
    optional = (
        "booking_rule_id",
        "booking_type",
        "prior_notice_duration_min",
        "prior_notice_last_day",
        "prior_notice_last_time",
        "phone_number",
    )
    rows = gtfs_files.table(feed, "booking_rules", [], required=False, optional=optional)
    notices = {}
    rules: Any = rows.itertuples(index=False)
    for row in rules:
        notice = ""
        if row.booking_type == SAME_DAY:
            notice = f"minutes:{row.prior_notice_duration_min}"
        elif row.booking_type == DAYS_BEFORE:
            notice = f"day:{row.prior_notice_last_day} {row.prior_notice_last_time[:5]}"
        notices[str(row.booking_rule_id)] = (notice, str(row.phone_number))
    return notices
