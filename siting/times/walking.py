"""Walks to, from and between stops: sparse tables within what one walks at most in one go.

On the roads of an extract, or, without roads, straight lines drawn out by `DETOUR`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.network.timetable import FORBIDDEN
from siting.network.timetable_calls import EARTH_M, metres
from siting.times import matrix

if TYPE_CHECKING:
    from siting.network.routing import Attachment, Float64, Int32, Int64
    from siting.network.timetable import Timetable
    from siting.times.matrix import Router

DETOUR = 1.3
"""How much longer a way on foot is than the straight line: a hypothesis, told where it is used."""
KMH = 5.0
"""Speed on foot of the package's table; the times of the roads are those of that speed."""
ENTRIES = 5_000_000  # of a block of times in memory at once


@dataclass(frozen=True)
class Walks:
    """Walks from some points to others, those that are short enough.

    Attributes
    ----------
    first
        Walks of point i are first[i] to first[i + 1], int64, shape (points + 1,).
    other
        Number of the point reached, ascending for each point, int32.
    seconds
        Whole seconds, rounded up, int32.
    """

    first: Int64
    other: Int32
    seconds: Int32

    def of(self, points: Int64) -> Walks:
        """Walks of some of the points, in their order."""
        size = np.diff(self.first)[points]
        first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        walk = np.repeat(self.first[points] - first[:-1], size) + np.arange(first[-1])
        return Walks(first, self.other[walk], self.seconds[walk])

    def turned(self, size: int) -> Walks:
        """The same walks, listed by the point reached, of which there are `size`."""
        order = np.argsort(self.other, kind="stable")
        point = np.repeat(np.arange(len(self.first) - 1, dtype=np.int32), np.diff(self.first))
        return Walks(
            np.searchsorted(self.other[order], np.arange(size + 1)).astype(np.int64),
            point[order],
            self.seconds[order],
        )


@dataclass(frozen=True)
class OnRoads:
    """Walking on the roads of an extract.

    Attributes
    ----------
    router
        Roads read for `foot`.
    kmh
        Speed, in place of the table's `KMH`: all times are scaled by it.
    """

    router: Router
    kmh: float = KMH

    def walks(self, origins: pd.DataFrame, places: pd.DataFrame, cap_s: int) -> Walks:
        """Walks between points (`id,lon,lat`) that last `cap_s` seconds at most."""
        attach = self.router.network.attach
        return self._between(attach(origins), attach(places), cap_s)

    def reasons(self, points: pd.DataFrame) -> npt.NDArray[np.object_]:
        """Why nobody walks from a point: empty, or `too_far_from_road`."""
        return self.router.network.attach(points).reason

    def _between(self, origins: Attachment, places: Attachment, cap_s: int) -> Walks:
        step = max(1, ENTRIES // max(1, len(places.ids)))
        sizes, others, seconds = [], [], []
        for start in range(0, len(origins.ids), step):
            part = matrix.rows(origins, start, start + step)
            times = matrix.dense(self.router, part, places).deciseconds
            lasts = np.ceil(times * (KMH / self.kmh / 10))
            near = lasts <= cap_s
            sizes.append(near.sum(axis=1))
            others.append(np.nonzero(near)[1].astype(np.int32))
            seconds.append(lasts[near].astype(np.int32))
        return _table(sizes, others, seconds)


@dataclass(frozen=True)
class Straight:
    """Walking in straight lines drawn out by `DETOUR`, where no roads are given."""

    kmh: float = KMH

    def walks(self, origins: pd.DataFrame, places: pd.DataFrame, cap_s: int) -> Walks:
        """Walks between points (`id,lon,lat`) that last `cap_s` seconds at most."""
        from scipy.spatial import KDTree  # noqa: PLC0415 - not where roads are given

        pace = DETOUR * 3.6 / self.kmh  # seconds a metre
        start, end = KDTree(_on_sphere(origins)), KDTree(_on_sphere(places))
        reach = 2 * np.sin(min(cap_s / pace / EARTH_M / 2, np.pi / 2))
        near = start.sparse_distance_matrix(end, reach, output_type="ndarray")
        near = near[np.lexsort((near["j"], near["i"]))]
        lasts = np.ceil(2 * np.arcsin(np.minimum(near["v"] / 2, 1)) * EARTH_M * pace)
        within = lasts <= cap_s
        sizes = np.bincount(near["i"][within], minlength=len(origins))
        others, seconds = near["j"][within].astype(np.int32), lasts[within].astype(np.int32)
        return _table([sizes], [others], [seconds])

    def reasons(self, points: pd.DataFrame) -> npt.NDArray[np.object_]:
        """Empty: one walks from everywhere."""
        return np.full(len(points), "", object)


Walking = OnRoads | Straight


def _table(sizes: list[Int64], others: list[Int32], seconds: list[Int32]) -> Walks:
    whole = np.concatenate([np.zeros(0, np.int64), *sizes])
    return Walks(
        np.concatenate([[0], np.cumsum(whole)]).astype(np.int64),
        np.concatenate([np.zeros(0, np.int32), *others]),
        np.concatenate([np.zeros(0, np.int32), *seconds]),
    )


def _on_sphere(points: pd.DataFrame) -> Float64:
    """Points of the unit sphere, shape (points, 3)."""
    lon, lat = (np.radians(points[name].to_numpy(float)) for name in ("lon", "lat"))
    place: Float64 = np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], 1
    )
    return place


def to_stops(walking: Walking, points: pd.DataFrame, timetable: Timetable, cap_s: int) -> Walks:
    """Walks from points to stops."""
    placed = np.flatnonzero(timetable.stops["lon"].notna())
    walks = walking.walks(points, timetable.stops.iloc[placed], cap_s)
    return Walks(walks.first, placed[walks.other].astype(np.int32), walks.seconds)


def from_stops(walking: Walking, timetable: Timetable, points: pd.DataFrame, cap_s: int) -> Walks:
    """Walks from stops to points, listed by stop."""
    placed = timetable.stops["lon"].notna().to_numpy()
    walks = walking.walks(timetable.stops[placed], points, cap_s)
    return _spread(walks, placed)


def changes(walking: Walking, timetable: Timetable, cap_s: int) -> Walks:
    """Changes between stops: walks, and what the feeds say of them.

    A stop changes with itself in no time. A least time that a feed asks for holds where walking is
    faster; a change that it names without one takes the walk; one that it forbids is none. Where
    the walk is beyond `cap_s` or unknown, a change that a feed names takes the straight line drawn
    out, if that is within `cap_s`.
    """
    size = len(timetable.stops)
    placed = timetable.stops["lon"].notna().to_numpy()
    walks = from_stops(walking, timetable, timetable.stops[placed], cap_s)
    start = np.repeat(np.arange(size), np.diff(walks.first))
    end = np.flatnonzero(placed)[walks.other]
    stay = np.arange(size)
    frame = pd.DataFrame(
        {
            "pair": np.concatenate([start * size + end, stay * (size + 1)]),
            "seconds": np.concatenate([walks.seconds, np.zeros(size, np.int32)]),
        }
    )
    walked = frame.groupby("pair")["seconds"].min()
    rules = timetable.rules.set_index(
        timetable.rules["from_stop"] * size + timetable.rules["to_stop"]
    )
    named = rules["seconds"]
    pace = DETOUR * 3.6 / walking.kmh
    ends = (rules[name].to_numpy().astype(np.int32) for name in ("from_stop", "to_stop"))
    straight = pd.Series(metres(timetable.stops, *ends) * pace, named.index)
    straight = straight[straight <= cap_s]
    extra = straight[~straight.index.isin(walked.index)]
    pairs = np.concatenate([walked.index.to_numpy(), extra.index.to_numpy()]).astype(np.int64)
    lasts = np.concatenate([walked.to_numpy(), np.ceil(extra.to_numpy())])
    least = named.reindex(pairs).to_numpy(float)
    kept = np.flatnonzero(least != FORBIDDEN)
    kept = kept[np.argsort(pairs[kept])]
    pairs, lasts = pairs[kept], np.fmax(lasts, least)[kept]
    return Walks(
        np.searchsorted(pairs, np.arange(size + 1) * size).astype(np.int64),
        (pairs % max(size, 1)).astype(np.int32),
        lasts.astype(np.int32),
    )


def _spread(walks: Walks, placed: npt.NDArray[np.bool_]) -> Walks:
    """Walks of the stops that have a place, as those of all stops."""
    sizes = np.zeros(len(placed), np.int64)
    sizes[placed] = np.diff(walks.first)
    return Walks(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), walks.other, walks.seconds
    )
