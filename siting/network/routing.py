"""What routing needs of a network, and nothing else: arcs with times, and where points attach.

Every kind of network (OSM roads, an edge-based graph with turn costs, a table of distances)
comes down to a `RoutingGraph`; every point comes down to its legs to and from nodes of that graph.
Times are integers in deciseconds, so that sums are exact and results do not depend on their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse  # its csgraph is loaded where it is first used

if TYPE_CHECKING:
    import pandas as pd

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

DECISECONDS_PER_MINUTE = 600
CLOSED = np.int32(2**30 - 1)  # duration that takes an arc out; twice this is still an int32
FAR = np.int32(2**30)  # farther than any way


@dataclass(frozen=True)
class RoutingGraph:
    """A directed graph: arc i goes from tail[i] to head[i] in duration[i] deciseconds (>= 0).

    Parallel arcs, self-loops and zero durations are allowed.
    """

    n_nodes: int
    tail: Int32
    head: Int32
    duration: Int32

    @cached_property
    def ways(self) -> sparse.csr_array:
        """The fastest of parallel arcs, as scipy wants them (an explicit zero is an arc)."""
        order = np.lexsort((self.duration, self.head, self.tail))
        order = order[self.duration[order] < CLOSED]
        tail, head = self.tail[order], self.head[order]
        first = np.ones(len(order), bool)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        pointer = np.searchsorted(tail[first], np.arange(self.n_nodes + 1))
        size = (self.n_nodes, self.n_nodes)
        lasting = self.duration[order][first].astype(float)
        return sparse.csr_array((lasting, head[first], pointer), shape=size)

    @cached_property
    def ways_back(self) -> sparse.csr_array:
        """The same, each arc the other way."""
        return self.ways.T.tocsr()

    @cached_property
    def between(self) -> Int32:
        """Deciseconds from each node to each other, `FAR` where there is no way: small graphs."""
        ways = sparse.csgraph.dijkstra(self.ways)
        return np.where(np.isinf(ways), FAR, ways).astype(np.int32)


@dataclass(frozen=True)
class Legs:
    """Access legs of points, ragged: point i has legs first[i] to first[i + 1].

    Attributes
    ----------
    first
        int64, shape (points + 1,).
    node
        Node of the routing graph where the leg meets it, int32, shape (legs,).
    duration
        Deciseconds of the leg, int32, shape (legs,).
    """

    first: Int64
    node: Int32
    duration: Int32


@dataclass(frozen=True)
class Attachment:
    """Points joined to a network.

    Attributes
    ----------
    ids
        Identifiers of the points, in order.
    leaving
        Legs from each point onto the network (the point as an origin).
    arriving
        Legs from the network to each point (the point as a destination).
    reason
        Empty, or why the point has no leg (`too_far_from_road`); object array of str.
    distance_m
        Straight distance from the point to the network, float64, NaN where it does not join.
    local
        What the network itself keeps for `direct`: a dataclass of arrays with a row a point.
    """

    ids: npt.NDArray[np.object_]
    leaving: Legs
    arriving: Legs
    reason: npt.NDArray[np.object_]
    distance_m: Float64
    local: Any = None


class Network(Protocol):
    """A network that points attach to and that times are computed on."""

    @property
    def graph(self) -> RoutingGraph:
        """The graph that is searched."""
        ...

    @property
    def positions(self) -> tuple[Float64, Float64]:
        """Coordinates of each node of the graph, any unit: they help to order it."""
        ...

    def attach(self, points: pd.DataFrame) -> Attachment:
        """Join points (`id,lon,lat`, see `tables.POINTS`) to the network."""
        ...

    def direct(self, origins: Attachment, destinations: Attachment) -> tuple[Int64, Int64, Int32]:
        """Pairs that need not pass a node: (origin index, destination index, deciseconds).

        Two points on the same edge, or in the same commune of a distance table. The travel time of
        a pair is the smaller of this and of the way through the graph.
        """
        ...
