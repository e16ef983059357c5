"""From the calls of a feed to runs: sound ones, every time known, each departure of each day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.network import timetable_calls
from siting.network.timetable_feed import Runs

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from siting.network.routing import Int64
    from siting.network.timetable_feed import Feed

STAY_SEATED_M = 200.0
"""Straight metres between the end of a trip and the beginning of the next of its block, within
which one may stay seated; feeds give other quays of a terminus as other stops."""
RUNS = 20_000  # compared at once
LATEST_S = 40 * 3600  # a search lasts 16 hours at most, and begins on the day


def of_feed(feed: Feed, shifts: tuple[int, int, int], remarks: Counter[str]) -> Runs:
    """Runs of a feed on a day, with those of the days beside it that reach into it.

    Parameters
    ----------
    shifts
        See `service_time.shifts`.
    remarks
        What is left out is counted in it.
    """
    trips = timetable_calls.sound(feed, remarks)
    which, moved = _departures(feed, trips, shifts)
    whole = _taken(trips, which, moved)
    return _seated(whole, feed, moved, remarks)


def _departures(feed: Feed, trips: Runs, shifts: tuple[int, int, int]) -> tuple[Int64, Int64]:
    """Which trip each run is, and the seconds to add to its times; in the order of trips."""
    starts = trips.departure[trips.first[:-1]].astype(np.int64)
    ends = trips.arrival[trips.first[1:] - 1].astype(np.int64)
    number = trips.trip[trips.first[:-1]]  # the feed's number of each sound trip
    often = feed.frequencies.groupby("trip").agg(list)
    by_interval = np.isin(number, often.index)
    plain = np.flatnonzero(~by_interval)
    which, moved = [plain], [np.zeros(len(plain), np.int64)]
    for k in np.flatnonzero(by_interval):
        rows = often.loc[number[k]]
        for first, interval, runs in zip(
            rows["first"], rows["interval"], rows["runs"], strict=True
        ):
            moved.append(first + interval * np.arange(runs, dtype=np.int64) - starts[k])
            which.append(np.full(runs, k, np.int64))
    trip, later = np.concatenate(which), np.concatenate(moved)
    days = feed.trips["days"].to_numpy()[number[trip]]
    taken = []
    for bit, shift in enumerate(shifts):
        running = days & (1 << bit) > 0
        # what ended before the day began, or begins when no search of the day lasts, is of no use
        running &= (ends[trip] + later + shift >= 0) & (starts[trip] + later + shift <= LATEST_S)
        taken.append((trip[running], later[running] + shift))
    return np.concatenate([t for t, _ in taken]), np.concatenate([m for _, m in taken])


def _taken(trips: Runs, which: Int64, moved: Int64) -> Runs:
    """Some trips, again or not, their times moved."""
    size = np.diff(trips.first)[which]
    first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    call = np.repeat(trips.first[which] - first[:-1], size) + np.arange(first[-1])
    later = np.repeat(moved, size).astype(np.int32)
    return Runs(
        first,
        trips.stop[call],
        trips.arrival[call] + later,
        trips.departure[call] + later,
        trips.board[call],
        trips.alight[call],
        trips.trip[call],
    )


def _seated(runs: Runs, feed: Feed, moved: Int64, remarks: Counter[str]) -> Runs:
    """Join trips of a block that one may stay seated through into one run."""
    begin, end = runs.first[:-1], runs.first[1:] - 1
    trip = runs.trip[begin]
    frame = pd.DataFrame(
        {
            "block": feed.trips["block_id"].to_numpy()[trip],
            "moved": moved,
            "departs": runs.departure[begin],
            "arrives": runs.arrival[end],
            "trip": trip,
        }
    )
    frame = frame[(frame["block"] != "") & ~np.isin(trip, feed.frequencies["trip"])]
    if len(frame) < 2:
        return runs
    frame = frame.sort_values(["block", "moved", "departs", "arrives"], kind="stable")
    before, after = frame.iloc[:-1], frame.iloc[1:]
    same = (before["block"].to_numpy() == after["block"].to_numpy()) & (
        before["moved"].to_numpy() == after["moved"].to_numpy()
    )
    overlaps = same & (before["arrives"].to_numpy() > after["departs"].to_numpy())
    remarks["block_overlaps"] += int(overlaps.sum())
    apart = pd.MultiIndex.from_frame(feed.unseated)
    pairs = pd.MultiIndex.from_arrays([before["trip"], after["trip"]])
    ending, starting = end[before.index], begin[after.index]
    near = (
        timetable_calls.metres(feed.stops, runs.stop[ending], runs.stop[starting]) <= STAY_SEATED_M
    )
    linked = same & ~overlaps & ~pairs.isin(apart) & near
    remarks["block_seated"] += int(linked.sum())
    remarks["block_apart"] += int((same & ~overlaps & ~near).sum())
    following = np.full(len(begin), -1, np.int64)
    following[before.index[linked]] = after.index[linked]
    return _chained(runs, following)


def _chained(runs: Runs, following: Int64) -> Runs:
    """Runs, each with that which follows it as its end."""
    later = np.zeros(len(following), bool)
    later[following[following >= 0]] = True
    order, sizes = [], []
    for start in np.flatnonzero(~later):
        size, run = 0, int(start)
        while run >= 0:
            order.append(run)
            size += int(runs.first[run + 1] - runs.first[run])
            run = int(following[run])
        sizes.append(size)
    ordered = _taken(runs, np.array(order, np.int64), np.zeros(len(order), np.int64))
    return replace(ordered, first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


def joined(parts: Sequence[Runs]) -> Runs:
    """Runs of several feeds, their stops and trips numbered throughout."""
    sizes = np.concatenate([np.diff(part.first) for part in parts])
    rest = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("stop", "arrival", "departure", "board", "alight", "trip")
    }
    return Runs(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), **rest)


def without_copies(runs: Runs) -> tuple[Runs, int]:
    """Runs but those that another equals, call by call; and how many these were."""
    size = np.diff(runs.first)
    if not len(size):
        return runs, 0
    # sums of 64 bits: two runs that differ are not taken for one another
    total = np.empty(len(size), np.uint64)
    for start in range(0, len(size), RUNS):
        end = min(start + RUNS, len(size))
        total[start:end] = _sums(runs, start, end)
    again = pd.DataFrame({"total": total, "size": size}).duplicated().to_numpy()
    if not again.any():
        return runs, 0
    kept = np.flatnonzero(~again)
    return _taken(runs, kept, np.zeros(len(kept), np.int64)), int(again.sum())


def _sums(runs: Runs, start: int, end: int) -> npt.NDArray[np.uint64]:
    """One number of 64 bits for each of some runs, of all that its calls are."""
    calls = slice(runs.first[start], runs.first[end])
    first = runs.first[start:end] - runs.first[start]
    size = np.diff(runs.first[start : end + 1])
    mixed = pd.util.hash_pandas_object(
        pd.DataFrame(
            {
                "place": np.arange(size.sum()) - np.repeat(first, size),
                "stop": runs.stop[calls],
                "arrival": runs.arrival[calls],
                "departure": runs.departure[calls],
                "board": runs.board[calls],
                "alight": runs.alight[calls],
            }
        ),
        index=False,
    )
    sums: npt.NDArray[np.uint64] = np.add.reduceat(mixed.to_numpy(), first)
    return sums
