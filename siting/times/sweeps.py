"""Times from many places at once, on a customized hierarchy.

A search climbs from its source to the source's ancestors in the elimination tree, then sweeps down;
64 sources share each sweep (Delling, Goldberg, Nowatzyk, Werneck, "PHAST", 2011). Times are whole
deciseconds; `UNREACHED` where there is no way. Results do not depend on the number of threads.

With `backward=True` every function takes the same roads the other way round: from all nodes to the
given places.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.network.kernels import contraction
from siting.network.routing import Legs
from siting.times.kernels import lanes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.network.metric import Half, Hierarchy, Metric
    from siting.network.routing import Float64, Int32, Int64

LANES = lanes.LANES
UNREACHED = lanes.UNREACHED
CACHE_LINE = 64  # bytes


def many_to_many(hierarchy: Hierarchy, metric: Metric, sources: Legs, targets: Legs) -> Int32:
    """Deciseconds from every source to every target.

    Parameters
    ----------
    hierarchy, metric
        The roads and their times.
    sources, targets
        Legs onto the graph and off it, by node of the graph.

    Returns
    -------
    int32, shape (sources, targets).
    """
    if len(targets.first) < len(sources.first):
        # fewer trees the other way round
        return _restricted(hierarchy, metric.down, metric.up, targets, sources)
    return _restricted(hierarchy, metric.up, metric.down, sources, targets).T


def to_all(
    hierarchy: Hierarchy,
    metric: Metric,
    sources: Legs,
    *,
    backward: bool = False,
    out: Int32 | None = None,
) -> Int32:
    """Deciseconds from every source to every node.

    Parameters
    ----------
    out
        The table of an earlier call for as many sources, to be written again: memory that is new to
        the program costs more than the sweep.

    Returns
    -------
    int32, shape (nodes, sources rounded up to a multiple of 64), nodes in the hierarchy's numbering
    (`hierarchy.node` gives the graph's); `CLOSED` (2**30 - 1) says that there is no way.

    Raises
    ------
    ValueError
        `out` is not such a table: the kernel writes whole cache lines, and beyond another's end.
    """
    up, down = _halves(metric, backward=backward)
    n, count = len(hierarchy.node), len(sources.first) - 1
    columns = -(-count // LANES) * LANES
    table = _aligned((n, columns)) if out is None else out
    fits = table.shape == (n, columns) and table.dtype == np.int32 and table.flags.c_contiguous
    if not fits or table.ctypes.data % CACHE_LINE:
        message = f"out: needs int32, shape {(n, columns)}, as an earlier call gave it"
        raise ValueError(message)

    def block(begin: int, _end: int, work: _Work) -> None:
        lanes.to_all(
            hierarchy.depth, down.first, down.depth, down.weight,
            work.slot, work.rows, work.stack, table, begin,
        )  # fmt: skip

    _in_blocks(hierarchy, up, sources, block)
    return table


def tree(hierarchy: Hierarchy, metric: Metric, source: Legs, *, backward: bool = False) -> Int32:
    """Deciseconds from one source to every node, as `to_all`; shape (nodes,)."""
    up, down = _halves(metric, backward=backward)
    table = np.empty(len(hierarchy.node), np.int32)

    def block(_begin: int, _end: int, work: _Work) -> None:
        stack = np.empty(len(work.stack), np.int32)
        lanes.tree(
            hierarchy.depth, down.first, down.depth, down.weight,
            work.slot, work.rows, stack, table,
        )  # fmt: skip

    _in_blocks(hierarchy, up, source, block)
    return table


def from_tree(hierarchy: Hierarchy, times: Int32, sources: Legs) -> Int32:
    """Deciseconds from every source, given a tree to one place; `UNREACHED` where there is no way.

    Parameters
    ----------
    times
        As `tree` gives them backward.

    Returns
    -------
    Shape (sources,).
    """
    soonest = np.empty(len(sources.first) - 1, np.int32)
    lanes.soonest(times, hierarchy.number, sources.first, sources.node, sources.duration, soonest)
    return soonest


def nearest(
    hierarchy: Hierarchy, metric: Metric, places: Legs, *, backward: bool = True
) -> tuple[Int32, Int32]:
    """Nearest place of every node.

    Parameters
    ----------
    backward
        True for the times from the nodes to the places, False for the others.

    Returns
    -------
    Deciseconds (`UNREACHED` where there is no way) and the place's number (-1), int32, by node of
    the graph. Of equal times the smallest number.
    """
    up, down = _halves(metric, backward=backward)
    n = len(hierarchy.node)
    time = np.full(n, lanes.INFINITE, np.int32)
    place = np.full(n, -1, np.int32)
    lanes.nearest(
        places.first, hierarchy.number[places.node], places.duration,
        up.first, up.head, up.weight, down.first, down.head, down.weight, time, place,
    )  # fmt: skip
    time[place < 0] = UNREACHED
    return time[hierarchy.number], place[hierarchy.number]


def mass_within(
    hierarchy: Hierarchy,
    metric: Metric,
    sources: Legs,
    mass: Float64,
    limits: Sequence[int],
    *,
    backward: bool = False,
) -> Float64:
    """Mass within each limit of every source, without storing a matrix.

    Parameters
    ----------
    mass
        What counts at each node of the graph (people, jobs), float64, shape (nodes,).
    limits
        Deciseconds.

    Returns
    -------
    float64, shape (sources, limits).
    """
    up, down = _halves(metric, backward=backward)
    count = len(sources.first) - 1
    result = np.zeros((count, len(limits)))
    here = np.ascontiguousarray(mass[hierarchy.node], np.float64)
    bounds = np.asarray(limits, np.int32)
    h, order = hierarchy, np.argsort(_first_node(hierarchy, sources), kind="stable")

    def block(begin: int, end: int, work: _Work) -> None:
        total = np.zeros((len(bounds), LANES))
        lanes.weight_within(
            hierarchy.depth, down.first, down.depth, down.weight,
            work.slot, work.rows, work.stack,
            h.size, h.first, h.head_depth, work.lowest, here, bounds, total,
        )  # fmt: skip
        result[order[begin:end]] = total[:, : end - begin].T

    _in_blocks(hierarchy, up, _taken(sources, order), block)
    return result


def mass_falling(
    hierarchy: Hierarchy,
    metric: Metric,
    sources: Legs,
    mass: Float64,
    falling: Float64,
    *,
    backward: bool = False,
) -> Float64:
    """Mass around every source, falling with time (gravity), without storing a matrix.

    Parameters
    ----------
    mass
        What counts at each node of the graph, float64, shape (nodes,).
    falling
        Weight of each whole second of travel time, from 0 on; what is farther counts nothing.

    Returns
    -------
    float64, shape (sources,).
    """
    up, down = _halves(metric, backward=backward)
    result = np.zeros(len(sources.first) - 1)
    here = np.ascontiguousarray(mass[hierarchy.node], np.float64)
    weights = np.ascontiguousarray(falling, np.float64)
    h, order = hierarchy, np.argsort(_first_node(hierarchy, sources), kind="stable")

    def block(begin: int, end: int, work: _Work) -> None:
        total = np.zeros(LANES)
        lanes.weight_falling(
            hierarchy.depth, down.first, down.depth, down.weight,
            work.slot, work.rows, work.stack,
            h.size, h.first, h.head_depth, work.lowest, here, weights, total,
        )  # fmt: skip
        result[order[begin:end]] = total[: end - begin]

    _in_blocks(hierarchy, up, _taken(sources, order), block)
    return result


def within(
    hierarchy: Hierarchy, metric: Metric, place: Legs, limit: int, *, backward: bool = False
) -> tuple[Int32, Int32]:
    """Nodes within a limit of one place, and their times; parts of the map beyond it are skipped.

    Returns
    -------
    Nodes of the graph and deciseconds, int32.
    """
    up, down = _halves(metric, backward=backward)
    h = hierarchy
    time = np.full(len(h.node), lanes.INFINITE, np.int32)
    reached = np.empty((len(h.node), 2), np.int32)
    count = lanes.within(
        limit, h.number[place.node], place.duration, h.parent, h.size,
        up.first, up.head, up.weight, h.first, h.head,
        down.first, down.head, down.weight, time, reached,
    )  # fmt: skip
    return h.node[reached[:count, 0]], reached[:count, 1].copy()


@dataclass(frozen=True)
class _Work:
    """What one thread works with."""

    slot: Int32
    touched: Int32
    order: Int32
    rows: Int32
    stack: Int32
    lowest: Int32


def _halves(metric: Metric, *, backward: bool) -> tuple[Half, Half]:
    return (metric.down, metric.up) if backward else (metric.up, metric.down)


def _restricted(hierarchy: Hierarchy, up: Half, down: Half, sources: Legs, targets: Legs) -> Int32:
    """Deciseconds, shape (targets, sources): only nodes above the targets are swept."""
    h = hierarchy
    mark = np.zeros(len(h.node), np.bool_)
    wanted_node, leg_row = np.unique(h.number[targets.node], return_inverse=True)
    contraction.ancestors(wanted_node, h.parent, mark)
    nodes = np.flatnonzero(mark).astype(np.int32)
    first, depth, weight = lanes.restrict(nodes, down.first, down.depth, down.weight)
    wanted = np.full(len(nodes), -1, np.int32)
    wanted[np.searchsorted(nodes, wanted_node)] = np.arange(len(wanted_node), dtype=np.int32)
    leg_row = leg_row.astype(np.int32)
    # neighbours share a sweep, and most of their ancestors
    order = np.argsort(_first_node(h, sources), kind="stable")
    out = np.empty((len(targets.first) - 1, len(order)), np.int32)

    def block(begin: int, end: int, work: _Work) -> None:
        block_times = np.empty((len(wanted_node), LANES), np.int32)
        lanes.to_targets(
            nodes,
            h.depth,
            first,
            depth,
            weight,
            work.slot,
            work.rows,
            work.stack,
            wanted,
            block_times,
        )
        columns = order[begin:end]
        lanes.finish(block_times, targets.first, leg_row, targets.duration, out, columns)

    _in_blocks(h, up, _taken(sources, order), block)
    return out


def _first_node(hierarchy: Hierarchy, legs: Legs) -> Int32:
    """Node of each point's first leg, -1 where it has none."""
    node = np.append(hierarchy.number[legs.node], np.int32(-1))
    some = legs.first[:-1] < legs.first[1:]
    return np.where(some, node[np.where(some, legs.first[:-1], -1)], -1)


def _taken(legs: Legs, order: Int64) -> Legs:
    """The legs of some points, in an order."""
    size = np.diff(legs.first)[order]
    first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    at = np.arange(first[-1]) - np.repeat(first[:-1], size) + np.repeat(legs.first[order], size)
    return Legs(first, legs.node[at], legs.duration[at])


def _in_blocks(
    hierarchy: Hierarchy,
    up: Half,
    sources: Legs,
    block: Callable[[int, int, _Work], Any],
) -> None:
    """Climb from 64 sources at a time and hand over to `block(begin, end, work)`."""
    h = hierarchy
    count = len(sources.first) - 1
    node = h.number[sources.node]
    starts = range(0, count, LANES)
    workers = min(os.cpu_count() or 1, max(1, len(starts)))
    deepest = int(h.depth.max(initial=0)) + 1
    # at most: all the ancestors of every leg of 64 sources
    legs = max(
        (int(sources.first[min(s + LANES, count)] - sources.first[s]) for s in starts), default=0
    )
    most = min(len(h.node), legs * deepest) + 1

    def share(k: int) -> None:
        work = _Work(
            np.full(len(h.node), -1, np.int32),
            np.empty(most, np.int32),
            np.empty(most, np.int32),
            _aligned((most, LANES)),
            _aligned((deepest, LANES)),
            np.empty(deepest, np.int32),
        )
        for begin in starts[k::workers]:
            end = min(begin + LANES, count)
            used = lanes.climb(
                begin, end, sources.first, node, sources.duration, h.parent, h.depth,
                up.first, up.head, up.weight, work.slot, work.touched, work.order, work.rows,
            )  # fmt: skip
            block(begin, end, work)
            lanes.forget(used, work.slot, work.touched)

    if workers == 1:
        share(0)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(share, k) for k in range(workers)]:
            done.result()


def _aligned(shape: tuple[int, int]) -> Int32:
    """An int32 array whose rows begin at multiples of 64 bytes."""
    size, line = shape[0] * shape[1], CACHE_LINE // 4
    raw = np.empty(size + line, np.int32)
    skip = -(raw.ctypes.data // 4) % line
    return raw[skip : skip + size].reshape(shape)
