"""Shortest times between legs by scipy's Dijkstra: right for the small graphs of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse  # its csgraph is loaded where it is first used

from siting.network.routing import CLOSED, FAR

if TYPE_CHECKING:
    from siting.network.routing import Int32, Int64, Legs, RoutingGraph

UNREACHED = np.iinfo(np.int32).max


def many_to_many(graph: RoutingGraph, sources: Legs, targets: Legs) -> Int32:
    """Deciseconds from every source to every target; `UNREACHED` where there is no way.

    Legs and ways are shorter than `FAR` / 2 each, so that sums stay whole 32-bit numbers.
    """
    starts, start_of_leg = np.unique(sources.node, return_inverse=True)
    if not len(starts):
        return np.full((len(sources.first) - 1, len(targets.first) - 1), UNREACHED, np.int32)
    if 2 * len(starts) >= graph.n_nodes:
        between = graph.between[starts]
    else:
        ways = sparse.csgraph.dijkstra(graph.ways, indices=starts)
        between = np.where(np.isinf(ways), FAR, ways).astype(np.int32)
    arriving = _least(between[:, targets.node] + targets.duration, targets.first, axis=1)
    total = _least(arriving[start_of_leg] + sources.duration[:, None], sources.first, axis=0)
    total[total >= FAR] = UNREACHED
    return total


def to_places(graph: RoutingGraph, places: Legs) -> Int32:
    """Deciseconds from every node to each place, shape (nodes, places); `FAR` or more: no way."""
    ends, end_of_leg = np.unique(places.node, return_inverse=True)
    if not len(ends):
        return np.full((graph.n_nodes, len(places.first) - 1), FAR, np.int32)
    ways = sparse.csgraph.dijkstra(graph.ways_back, indices=ends)
    back = np.where(np.isinf(ways), FAR, ways).astype(np.int32)
    return _least(back[end_of_leg] + places.duration[:, None], places.first, axis=0).T


def from_nodes(times: Int32, sources: Legs) -> Int32:
    """Deciseconds from every source, given those from the nodes of its legs to each place.

    Parameters
    ----------
    times
        Shape (legs, places); `CLOSED` or more where there is no way.

    Returns
    -------
    Shape (sources, places).
    """
    total = _least(np.minimum(times, CLOSED) + sources.duration[:, None], sources.first, axis=0)
    total[total >= CLOSED] = UNREACHED
    return total


def _least(values: Int32, first: Int64, axis: int) -> Int32:
    """Minimum over each point's legs; `FAR` for a point without legs."""
    size = np.diff(first)
    if (size == 1).all():
        return values
    moved = np.moveaxis(values, axis, 0)
    result = np.full((len(size), moved.shape[1]), FAR, np.int32)
    some = np.flatnonzero(size)
    if len(some) and moved.shape[1] == 1:  # by rows of one it would be slow
        result[some, 0] = np.minimum.reduceat(moved[:, 0], first[some])
    elif len(some):
        result[some] = np.minimum.reduceat(moved, first[some], axis=0)
    return np.moveaxis(result, 0, axis)
