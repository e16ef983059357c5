"""Demands that the same sites cover, merged: what the covering models work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.location.kernels import cover as cover_kernels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from siting.location.search import Sites

Float64 = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

CHUNK = 1 << 18


@dataclass(frozen=True)
class Groups:
    """Groups of demands with the same covering sites.

    Attributes
    ----------
    cover
        Whether a site covers a group, shape (sites, groups).
    weight
        Total weight of each group, shape (groups,).
    group_of
        Group of each demand, int32, shape (demands,).
    """

    cover: Bools
    weight: Float64
    group_of: npt.NDArray[np.int32]

    def covered(self, sites: Sites) -> Bools:
        """Whether the listed sites cover each group."""
        return np.asarray(self.cover[sites].any(axis=0))

    def value(self, sites: Sites) -> float:
        """Weight that the listed sites cover."""
        return float(self.weight[self.covered(sites)].sum())


def of_points(xy: Float64, weights: Float64, sites_xy: Float64, radius: float) -> Groups:
    """Groups of points, covered by the sites within `radius` (straight distance <= radius).

    Parameters
    ----------
    xy, sites_xy
        Metric coordinates, shapes (demands, 2) and (sites, 2).
    weights
        Shape (demands,).
    radius
        In the unit of the coordinates.
    """
    site_x, site_y = (np.ascontiguousarray(sites_xy[:, k], dtype=float) for k in (0, 1))

    def blocks() -> Iterator[Words]:
        for start in range(0, len(xy), CHUNK):
            x, y = (np.ascontiguousarray(xy[start : start + CHUNK, k], dtype=float) for k in (0, 1))
            words = np.zeros((_words(len(sites_xy)), x.size), np.uint64)
            cover_kernels.pack_points(x, y, site_x, site_y, float(radius) ** 2, words)
            yield words

    return _merged(blocks(), len(sites_xy), weights)


def of_cover(cover: Bools, weights: Float64) -> Groups:
    """Groups of a cover of shape (sites, demands)."""

    def blocks() -> Iterator[Words]:
        for start in range(0, cover.shape[1], CHUNK):
            part = np.ascontiguousarray(cover[:, start : start + CHUNK])
            words = np.zeros((_words(cover.shape[0]), part.shape[1]), np.uint64)
            cover_kernels.pack_rows(part, words)
            yield words

    return _merged(blocks(), cover.shape[0], weights)


def _words(sites: int) -> int:
    """64-bit words that hold a bit for each site."""
    return max(1, -(-sites // 64))


def _merged(blocks: Iterator[Words], sites: int, weights: Float64) -> Groups:
    """Merge equal columns of bits."""
    size = 1 << 12
    groups = np.zeros((_words(sites), size), np.uint64)
    slots = np.zeros(4 * size, np.int64)
    group_of = np.empty(len(weights), np.int32)
    count = done = 0
    for words in blocks:
        part = group_of[done : done + words.shape[1]]
        at = 0
        while at < words.shape[1]:
            at, count = cover_kernels.merge(words, at, slots, groups, count, part)
            if at < words.shape[1]:
                groups, slots = _grown(groups, count)
        done += words.shape[1]
    groups = groups[:, :count]
    bits = np.arange(sites)
    cover = (groups[bits >> 6] >> (bits & 63).astype(np.uint64)[:, None]) & np.uint64(1)
    weight = np.bincount(group_of, weights, minlength=count).astype(float)
    return Groups(cover.astype(bool), weight, group_of)


def _grown(groups: Words, count: int) -> tuple[Words, npt.NDArray[np.int64]]:
    """Twice the room, and the hash table made again."""
    wider = np.zeros((groups.shape[0], 2 * groups.shape[1]), np.uint64)
    wider[:, :count] = groups
    slots = np.zeros(4 * wider.shape[1], np.int64)
    cover_kernels.merge(wider[:, :count], 0, slots, wider.copy(), 0, np.empty(count, np.int32))
    return wider, slots
