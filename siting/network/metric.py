"""What a hierarchy of roads is made of: arrays alone, so that it is read without its kernels.

`hierarchy` makes them; a hierarchy that is kept on disk is ready before numba is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from siting.network.routing import Int32, Int64

    Int16 = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Hierarchy:
    """What does not depend on times. Nodes are numbered in preorder of the elimination tree.

    Attributes
    ----------
    number, node
        New number of each node of the graph, and the reverse, int32, shape (nodes,).
    first, head
        Upward arcs as CSR, heads increasing.
    low, low_arc, low_tail
        Arcs that come up to each node, as CSR.
    parent, size, depth
        Elimination tree: parent (-1: a root), size of the subtree, depth.
    arc, downward
        Upward arc of each arc of the graph (-1: a loop), and whether it goes down it.
    origin_first, origin
        Arcs of the graph that lie on each upward arc, as CSR.
    head_depth
        Depth of each upward arc's head, int16.
    tasks
        Subtrees that can be customized side by side: rows of (first node, end).
    tops
        The nodes above them, increasing.
    """

    number: Int32
    node: Int32
    first: Int64
    head: Int32
    low: Int64
    low_arc: Int32
    low_tail: Int32
    parent: Int32
    size: Int32
    depth: Int32
    arc: Int32
    downward: npt.NDArray[np.bool_]
    origin_first: Int64
    origin: Int64
    head_depth: Int16
    tasks: Int64
    tops: Int64


@dataclass(frozen=True)
class Half:
    """The upward arcs of one direction that are shortest paths themselves, as CSR.

    Attributes
    ----------
    first
        int64, shape (nodes + 1,).
    depth, head
        Depth and number of each arc's head.
    weight
        Deciseconds.
    """

    first: Int64
    depth: Int16
    head: Int32
    weight: Int32


@dataclass(frozen=True)
class Metric:
    """A hierarchy customized for one set of times.

    Attributes
    ----------
    duration
        Durations of the graph's arcs that it was made for.
    up, down
        Arcs from a node to its ancestors, and from its ancestors to it.
    up_weight, down_weight
        Deciseconds of all upward arcs of the hierarchy, whether shortest paths or not.
    """

    duration: Int32
    up: Half
    down: Half
    up_weight: Int32
    down_weight: Int32
