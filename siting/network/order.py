"""The order in which nodes are contracted: nested dissection by inertial flow.

METIS would do, but has no wheel for Windows. Inertial flow (Schild, Sommer 2015) cuts a road graph
along a minimum cut between two opposite ends of the map; its order is almost as good on roads.
Where nodes have no coordinates, hop distances from far-off nodes stand in.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from siting.network.kernels import dissection

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.network.routing import Int32, Int64

    Float32 = npt.NDArray[np.float32]

PARALLEL_FROM = 4000  # nodes below which one thread does all


def undirected(n: int, tail: Int32, head: Int32) -> tuple[Int64, Int32]:
    """The graph without directions, loops and repeated edges, as CSR (first, head)."""
    a = np.concatenate([tail, head]).astype(np.int64)
    b = np.concatenate([head, tail]).astype(np.int64)
    keys = np.unique((a * n + b)[a != b])
    first = np.searchsorted(keys, np.arange(n + 1, dtype=np.int64) * n)
    return first.astype(np.int64), (keys % n).astype(np.int32)


def nested_dissection(
    first: Int64, head: Int32, x: Float32 | None = None, y: Float32 | None = None
) -> Int32:
    """Order the nodes, least important first.

    Parameters
    ----------
    first, head
        Undirected graph, see `undirected`.
    x, y
        Coordinates of the nodes, any unit, shape (nodes,); hop distances unless given.

    Returns
    -------
    Nodes in the order of their contraction, int32. The same for any number of threads.
    """
    n = len(first) - 1
    nodes = np.arange(n, dtype=np.int32)
    if n <= dissection.SMALLEST:
        return nodes
    if x is None or y is None:
        x, y = _hops(first, head)
    graph = (nodes, first, head, np.asarray(x, np.float32), np.asarray(y, np.float32))
    work = (np.full(n, -1, np.int64), np.zeros(n, np.int32))
    workers = os.cpu_count() or 1
    waiting, parts, tag = [(0, n)], [], 0
    while waiting:
        lo, hi = waiting.pop()
        if hi - lo <= max(PARALLEL_FROM, n // (8 * workers)):
            parts.append((lo, hi))
            continue
        a, b = dissection.split(lo, hi, *graph, *work, tag)
        tag += 1
        waiting += [(lo, a), (a, b)]
    # each part has tags of its own; a part of m nodes is cut fewer than m times
    parts.sort()
    with ThreadPoolExecutor(workers) as pool:
        runs = [
            pool.submit(dissection.dissect, lo, hi, *graph, *work, tag + lo) for lo, hi in parts
        ]
        for run in runs:
            run.result()
    return nodes


def _hops(first: Int64, head: Int32) -> tuple[Float32, Float32]:
    """Coordinates from hop distances: how much nearer to one far-off node than to another."""
    n = len(first) - 1
    graph = csr_array((np.ones(len(head), np.int8), head, first), shape=(n, n))

    def far_from(node: int) -> tuple[int, npt.NDArray[np.float32]]:
        order, before = breadth_first_order(graph, node, directed=False)
        hops = np.zeros(n, np.float32)
        for reached in order[1:]:
            hops[reached] = hops[before[reached]] + 1
        return int(order[-1]), hops

    a, _ = far_from(0)
    b, from_a = far_from(a)
    _, from_b = far_from(b)
    middle = int(np.argmin(np.abs(from_a - from_b) - 0.001 * (from_a + from_b)))
    c, _ = far_from(middle)
    d, from_c = far_from(c)
    _, from_d = far_from(d)
    return from_a - from_b, from_c - from_d
