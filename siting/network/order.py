"""The order in which nodes are contracted: nested dissection in nearly linear time.

Nodes of at most two neighbours go first: on roads less than half stay. What is left is cut in two
again and again, the separator last. Inertial flow (Schild, Sommer 2015) takes the least cut between
two opposite ends of the map; a large part is cut on a coarse graph of runs along a Hilbert curve,
then at best within a band around that cut, as in multilevel partitioning (Karypis, Kumar 1998).
Parts of 64 nodes are ordered by minimum degree. METIS would do, but has no wheel for Windows, and
its order has more arcs. Where nodes have no coordinates, hop distances from far-off nodes stand in.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.network.kernels import dissection, reduction

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.network.routing import Int32, Int64

    Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ordered:
    """A graph numbered along a curve, for the cache's sake, and the order of its nodes.

    Attributes
    ----------
    place
        Number along the curve of each node, int32.
    first, head
        Undirected graph by these numbers, without loops and repeated edges, as CSR.
    rank
        When each node is contracted, by these numbers, int32.
    """

    place: Int32
    first: Int64
    head: Int32
    rank: Int32


def nested_dissection(
    n: int, tail: Int32, head: Int32, x: Float32 | None = None, y: Float32 | None = None
) -> Ordered:
    """Order the nodes, least important first; any graph ends.

    Parameters
    ----------
    n
        Number of nodes.
    tail, head
        Arcs; loops, parallel arcs and parts that are not joined are allowed.
    x, y
        Coordinates of the nodes, any unit, shape (nodes,); hop distances unless given.

    Returns
    -------
    The same for any number of threads.
    """
    if x is None or y is None:
        plain = reduction.simple_graph(n, tail, head, np.arange(n, dtype=np.int32))
        x, y = reduction.hop_coordinates(*plain)
    along = _along_curve(x, y)
    place = np.empty(n, np.int32)
    place[along] = np.arange(n, dtype=np.int32)
    first, near = reduction.simple_graph(n, tail, head, place)
    left = near.copy()
    eliminated, gone, last = reduction.eliminate(first, left)
    nodes, start, to = reduction.core(first, last, left, gone)
    of_core = along[nodes]
    _dissect(nodes, x[of_core], y[of_core], start[:-1].copy(), start[1:].copy(), to)
    rank = np.empty(n, np.int32)
    rank[np.concatenate([eliminated, nodes])] = np.arange(n, dtype=np.int32)
    return Ordered(place, first, near, rank)


def _dissect(nodes: Int32, x: Float32, y: Float32, first: Int64, last: Int64, head: Int32) -> None:
    """Put the nodes of a graph in their order: large parts level by level, then all others."""
    state = (nodes, x, y, first, last, head)
    small: list[tuple[int, int]] = []
    large = [(0, len(nodes))]

    def cut(part: tuple[int, int]) -> tuple[int, int]:
        a, b = dissection.cut_large(*part, *state)
        return int(a), int(b)

    def dissect(part: tuple[int, int]) -> None:
        dissection.dissect(*part, *state)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        while large:
            small += [(lo, hi) for lo, hi in large if 0 < hi - lo <= dissection.LARGE]
            large = [(lo, hi) for lo, hi in large if hi - lo > dissection.LARGE]
            ends = pool.map(cut, large)
            halves = [((lo, a), (a, b)) for (lo, _), (a, b) in zip(large, ends, strict=True)]
            large = [part for pair in halves for part in pair]
        for done in [pool.submit(dissect, part) for part in small]:
            done.result()


def _along_curve(x: Float32, y: Float32) -> Int32:
    """Nodes in their order along a Hilbert curve, ties by number."""
    if not len(x):
        return np.empty(0, np.int32)
    east, north = (v.astype(np.float64) - float(v.min()) for v in (x, y))
    scale = 65535 / max(float(east.max()), float(north.max()), 1e-9)
    key = reduction.hilbert(east, north, scale)
    return np.argsort(key, kind="stable").astype(np.int32)
