"""The calls of a feed's trips, in order and with every time; trips that cannot be used left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.network.timetable_feed import Runs

if TYPE_CHECKING:
    from collections import Counter

    import pandas as pd

    from siting.network.routing import Float64, Int32, Int64
    from siting.network.timetable_feed import Bool, Feed

EARTH_M = 6_371_009.0
BLANK, UNREADABLE, NO_STOP = -1, -2, -2  # as the reader writes them
NOT_HERE = 1  # pickup and drop-off type: nobody may get on, or off
BY_REQUEST = 2, 3  # types: by telephone, or by asking the driver


def sound(feed: Feed, remarks: Counter[str]) -> Runs:
    """Trips of a feed that can be used: their times never go back, and none is blank.

    Blank times are interpolated by the distance along the way, as the feed gives it or else
    straight from stop to stop. A call at a stop without a place stands, but nobody gets on or off.
    """
    calls = _in_order(feed, remarks)
    trip = calls["trip"].to_numpy()
    first = _starts(trip)
    arrival, departure = calls["arrival"].to_numpy(), calls["departure"].to_numpy()
    unreadable = _any((arrival == UNREADABLE) | (departure == UNREADABLE), first)
    arrival = np.where(arrival == BLANK, departure, arrival)
    departure = np.where(departure == BLANK, arrival, departure)
    size = np.diff(first)
    ends = np.zeros(len(size), bool)
    if len(size):
        ends = (arrival[first[:-1]] == BLANK) | (arrival[first[1:] - 1] == BLANK)
    backward = _any(_goes_back(arrival, departure, first), first)
    left: Bool = np.zeros(len(size), bool)
    for reason, wrong in (
        ("unreadable_time", unreadable),
        ("single_call", size < 2),
        ("untimed_end", ends),
        ("times_backward", backward),
    ):
        remarks[reason] += int((wrong & ~left).sum())
        left |= wrong
    on_the_day = int((feed.trips["days"] & 2 > 0).sum())
    met = np.unique(feed.calls["trip"].to_numpy())
    remarks["no_calls"] += on_the_day - int((feed.trips["days"].to_numpy()[met] & 2 > 0).sum())
    if left.any():
        kept = np.repeat(~left, size)
        calls, arrival, departure = calls[kept], arrival[kept], departure[kept]
    first = np.concatenate([[0], np.cumsum(size[~left])]).astype(np.int64)
    _interpolate(feed, calls, first, arrival, departure, remarks)
    return _runs(feed, calls, first, arrival, departure, remarks)


def _in_order(feed: Feed, remarks: Counter[str]) -> pd.DataFrame:
    """Calls at known stops, trip by trip, each once."""
    calls = feed.calls
    trip, sequence = calls["trip"].to_numpy(), calls["sequence"].to_numpy()
    step = np.diff(trip)
    if not ((step > 0) | ((step == 0) & (np.diff(sequence) > 0))).all():
        calls = calls.iloc[np.lexsort((sequence, trip))]
        trip, sequence = calls["trip"].to_numpy(), calls["sequence"].to_numpy()
        again = np.zeros(len(trip), bool)
        again[1:] = (trip[1:] == trip[:-1]) & (sequence[1:] == sequence[:-1])
        remarks["repeated_call"] += int(again.sum())
        calls = calls[~again]
    stop = calls["stop"].to_numpy()
    remarks["flex_calls"] += int((stop == NO_STOP).sum())
    remarks["unknown_stop"] += int((stop == NO_STOP + 1).sum())
    return calls[stop >= 0] if (stop < 0).any() else calls


def _starts(trip: Int32) -> Int64:
    """First call of each trip, and the end."""
    new = np.flatnonzero(np.diff(trip)) + 1
    return np.concatenate([[0], new, [len(trip)]]).astype(np.int64)[min(len(trip), 1) - 1 :]


def _any(wrong: Bool, first: Int64) -> Bool:
    """Whether a trip has any call that is wrong."""
    if len(first) < 2:
        return np.zeros(0, bool)
    return np.logical_or.reduceat(wrong, first[:-1])


def _goes_back(arrival: Int32, departure: Int32, first: Int64) -> Bool:
    """Calls that leave before they come, or come before the last timed call of the trip left."""
    wrong = departure < arrival
    timed = np.flatnonzero(arrival != BLANK)
    trip = np.repeat(np.arange(len(first) - 1), np.diff(first))[timed]
    sooner = arrival[timed[1:]] < departure[timed[:-1]]
    wrong[timed[1:][sooner & (trip[1:] == trip[:-1])]] = True
    return wrong


def metres(stops: pd.DataFrame, start: Int32, end: Int32) -> Float64:
    """Straight metres between stops, by number; NaN where a stop has no place."""
    lon, lat = np.radians(stops["lon"].to_numpy()), np.radians(stops["lat"].to_numpy())
    half = np.sin((lat[end] - lat[start]) / 2) ** 2
    across = np.cos(lat[start]) * np.cos(lat[end]) * np.sin((lon[end] - lon[start]) / 2) ** 2
    straight: Float64 = 2 * EARTH_M * np.arcsin(np.sqrt(half + across))
    return straight


def _interpolate(
    feed: Feed,
    calls: pd.DataFrame,
    first: Int64,
    arrival: Int32,
    departure: Int32,
    remarks: Counter[str],
) -> None:
    """Fill blank times, in place: between two timed calls in proportion to the distance."""
    blank = np.flatnonzero(arrival == BLANK)
    remarks["interpolated"] += len(blank)
    if not len(blank):
        return
    number = np.arange(len(arrival))
    timed = arrival != BLANK
    before = np.maximum.accumulate(np.where(timed, number, -1))[blank]
    after = np.minimum.accumulate(np.where(timed, number, len(number))[::-1])[::-1][blank]
    share = _share(_along(feed, calls, first), before, blank, after)
    begin, span = (
        departure[before].astype(float),
        (arrival[after] - departure[before]).astype(float),
    )
    arrival[blank] = np.rint(begin + share * span).astype(np.int32)
    departure[blank] = arrival[blank]


def _along(feed: Feed, calls: pd.DataFrame, first: Int64) -> Float64:
    """Distance from the first call on: the feed's where it has one that grows, else straight."""
    stop = calls["stop"].to_numpy()
    straight = np.zeros(len(stop))
    straight[1:] = np.nan_to_num(metres(feed.stops, stop[:-1], stop[1:]))
    given = calls["distance"].to_numpy().astype(float)
    step = np.diff(given, prepend=0.0)
    starts = first[:-1]
    step[starts], straight[starts] = 0.0, 0.0
    unknown = _any(~(step >= 0) | np.isnan(given), first)
    chosen = np.where(np.repeat(unknown, np.diff(first)), straight, np.nan_to_num(step))
    return np.cumsum(chosen)


def _share(along: Float64, before: Int64, at: Int64, after: Int64) -> Float64:
    """How far each call is between its timed neighbours; by their number where they are no way."""
    whole = along[after] - along[before]
    by_number = (at - before) / (after - before)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, (along[at] - along[before]) / whole, by_number)


def _runs(
    feed: Feed,
    calls: pd.DataFrame,
    first: Int64,
    arrival: Int32,
    departure: Int32,
    remarks: Counter[str],
) -> Runs:
    """Calls as runs: nobody gets on at the last or off at the first."""
    stop = calls["stop"].to_numpy().astype(np.int32, copy=False)
    pickup, drop_off = calls["pickup"].to_numpy(), calls["drop_off"].to_numpy()
    placed = feed.stops["lon"].notna().to_numpy()[stop]
    board, alight = placed & (pickup != NOT_HERE), placed & (drop_off != NOT_HERE)
    board[first[1:] - 1] = False
    alight[first[:-1]] = False
    # what a vehicle does before its first departure or after its last arrival is nobody's journey,
    # and trips of a block that follow one another may overlap in it
    arrival[first[:-1]] = departure[first[:-1]]
    departure[first[1:] - 1] = arrival[first[1:] - 1]
    remarks["by_request"] += int((np.isin(pickup, BY_REQUEST) & board).sum())
    return Runs(
        first,
        stop,
        arrival.astype(np.int32, copy=False),
        departure.astype(np.int32, copy=False),
        board,
        alight,
        calls["trip"].to_numpy().astype(np.int32, copy=False),
    )
