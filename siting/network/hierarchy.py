"""A customizable contraction hierarchy: built once for the roads, customized for each set of times.

Method: Dibbelt, Strasser, Wagner, "Customizable Contraction Hierarchies", 2016. `build` depends on
which nodes are joined, not on the times; `customize` takes a fraction of a second, so a changed
speed or a closed road is answered at once. Times are whole deciseconds; `CLOSED` takes an arc out.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from siting.network import order
from siting.network.kernels import contraction
from siting.network.metric import Half, Hierarchy, Metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.network.routing import Int32, Int64, RoutingGraph


def build(
    graph: RoutingGraph,
    x: npt.NDArray[np.float64] | None = None,
    y: npt.NDArray[np.float64] | None = None,
) -> Hierarchy:
    """Build the hierarchy of a graph.

    Parameters
    ----------
    graph
        Loops and parallel arcs are allowed, and parts that are not joined.
    x, y
        Coordinates of the nodes, any unit; they make the order better and sooner found.
    """
    n = graph.n_nodes
    ordered = order.nested_dissection(n, graph.tail, graph.head, _single(x), _single(y))
    up_first, up_head, parent = contraction.fill_in(n, ordered.first, ordered.head, ordered.rank)
    number_of_rank, size = contraction.preorder(n, parent)
    up_first, up_head, parent, size = contraction.renumber(
        n, up_first, up_head, parent, number_of_rank, size
    )
    number = number_of_rank[ordered.rank[ordered.place]]
    node = np.empty(n, np.int32)
    node[number] = np.arange(n, dtype=np.int32)
    arc, downward = contraction.locate(graph.tail, graph.head, number, up_first, up_head)
    low, low_arc, low_tail = contraction.below(n, up_first, up_head)
    depth = contraction.depths(parent)
    origin = np.argsort(arc, kind="stable")
    small = max(256, n // 64)
    above = np.where(parent >= 0, size[parent], small + 1)  # a root has nothing above it
    tasks = np.flatnonzero((size <= small) & (above > small))
    return Hierarchy(
        number,
        node,
        up_first,
        up_head,
        low,
        low_arc,
        low_tail,
        parent,
        size,
        depth,
        arc,
        downward,
        np.searchsorted(arc[origin], np.arange(len(up_head) + 1)),
        origin,
        depth[up_head].astype(np.int16),
        np.column_stack([tasks, tasks + size[tasks]]).astype(np.int64),
        np.flatnonzero(size > small).astype(np.int64),
    )


def customize(hierarchy: Hierarchy, duration: Int32) -> Metric:
    """Customize a hierarchy for durations of the arcs (deciseconds; `CLOSED`: not usable)."""
    h = hierarchy
    n = len(h.node)
    up, down = (np.empty(len(h.head), np.int32) for _ in range(2))
    contraction.load(duration, h.arc, h.downward, up, down)

    def basic(start: int, stop: int, work: tuple[Int32, Int32]) -> None:
        contraction.customize(
            start, stop, h.first, h.head, h.low, h.low_arc, h.low_tail, up, down, *work
        )

    def pair() -> tuple[Int32, Int32]:
        return np.empty(n, np.int32), np.empty(n, np.int32)

    _side_by_side(h.tasks, basic, pair)
    work = pair()
    for y in h.tops[::-1]:
        basic(int(y), int(y) + 1, work)
    shortest_up, shortest_down = up.copy(), down.copy()

    def lower(start: int, stop: int, position: Int64) -> None:
        contraction.perfect(start, stop, h.first, h.head, shortest_up, shortest_down, position)

    position = np.zeros(n, np.int64)
    for v in h.tops:
        lower(int(v), int(v) + 1, position)
    _side_by_side(h.tasks, lower, lambda: np.zeros(n, np.int64))
    halves = [
        Half(*contraction.keep_shortest(n, h.first, h.head, weight, shortest, h.depth))
        for weight, shortest in ((up, shortest_up), (down, shortest_down))
    ]
    return Metric(duration, halves[0], halves[1], up, down)


def update(hierarchy: Hierarchy, metric: Metric, arcs: Int64, duration: Int32) -> Metric:
    """Change the durations of a few arcs, working out again only what lies above them.

    The result gives the same times as `customize`; its searches are a little slower, since arcs
    that are no shortest paths stay. The metric given is not changed.

    Parameters
    ----------
    arcs
        Arcs of the graph.
    duration
        Their new durations, deciseconds; `CLOSED` closes them.
    """
    h = hierarchy
    every = metric.duration.copy()
    every[arcs] = duration
    up, down = metric.up_weight.copy(), metric.down_weight.copy()
    on = h.arc[arcs]
    low = np.searchsorted(h.first, on[on >= 0], "right") - 1
    mark = np.zeros(len(h.node), np.bool_)
    contraction.ancestors(low, h.parent, mark)
    nodes = np.flatnonzero(mark)[::-1]
    work = (np.empty(len(h.node), np.int32) for _ in range(2))
    contraction.repair(
        nodes, h.first, h.head, h.low, h.low_arc, h.low_tail, h.origin_first, h.origin,
        h.downward, every, up, down, *work,
    )  # fmt: skip
    halves = [Half(h.first, h.head_depth, h.head, weight) for weight in (up, down)]
    return Metric(every, halves[0], halves[1], up, down)


def _side_by_side(tasks: Int64, run: Callable[..., None], workspace: Callable[[], Any]) -> None:
    """Run tasks (rows of start, end) on all cores, each core with a workspace of its own."""
    workers = os.cpu_count() or 1

    # every core takes each so-many-th task: what it does depends on their number alone
    def share(k: int) -> None:
        work = workspace()
        for start, stop in tasks[k::workers].tolist():
            run(start, stop, work)

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(share, k) for k in range(workers)]:
            done.result()


def _single(values: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float32] | None:
    """Coordinates as float32, taken from their middle so that little is lost."""
    return None if values is None else (values - np.mean(values)).astype(np.float32)
