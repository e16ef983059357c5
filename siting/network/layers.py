"""From tracks and turns to the routing graph: ends-only roads in layers, equal states merged.

*Through roads* are the largest strongly connected part of the roads open to all, with both
directions of each where open. Every other road may be used only where a trip begins or ends, so
its tracks exist twice: in the layer of departure, from which one leaves for the through roads and
never comes back, and in the layer of arrival, which is entered from the through roads and not
left. A trip that never touches a through road stays in the layer of departure.

A node of the routing graph is a state: "arrived at a junction, and what may come next at what
cost". Tracks that arrive at one junction with the same turns ahead are one state, so that a
network without turn costs has one node for each junction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse  # its csgraph is loaded where it is first used

from siting.network.routing import RoutingGraph

if TYPE_CHECKING:
    from siting.network.routing import Float64, Int32, Int64
    from siting.network.segments import Bool
    from siting.network.turns import Tracks


@dataclass(frozen=True)
class States:
    """The routing graph and how directed edges meet it.

    Attributes
    ----------
    graph
        Nodes are states, arcs lead over one directed edge, its turn before it included.
    arc_edge
        Directed edge of each arc, int32 (arcs,).
    leaving
        State at the end of each directed edge when one has started on it, -1 where closed; int32.
    entry_first, entry_arc
        Arcs over directed edge d are entry_arc[entry_first[d] : entry_first[d + 1]].
    through
        Directed edges that are through roads, bool.
    main
        Directed edges in the largest strongly connected component of all roads, bool.
    """

    graph: RoutingGraph
    arc_edge: Int32
    leaving: Int32
    entry_first: Int64
    entry_arc: Int64
    through: Bool
    main: Bool


def states(tracks: Tracks, duration: Int32, length_m: Float64, ends_only: Bool) -> States:
    """Build the routing graph.

    Parameters
    ----------
    tracks
        Tracks and turns.
    duration
        Deciseconds of directed edges, negative where closed, int32 (2 x edges,).
    length_m
        Metres of directed edges.
    ends_only
        Directed edges that are not for through traffic.
    """
    is_open = duration >= 0
    weight = np.where(is_open, length_m + 1e-3, 0.0)
    main = is_open & _largest_component(tracks, is_open, weight)
    candidates = is_open & ~ends_only
    inside = _largest_component(tracks, candidates, weight)
    # a direction that only a U-turn would lead to is as public as the other one
    through = candidates & np.repeat(inside.reshape(-1, 2).any(axis=1), 2)
    source, target, cost = _layered(tracks, through)
    edge = np.tile(tracks.edge, 2)
    alive = _alive(tracks, through, is_open, source, target)
    kept = alive[source]
    source, target, cost = source[kept], target[kept], cost[kept]
    order = np.lexsort((target, source))
    source, target, cost = source[order], target[order], cost[order]
    state, chosen = _merge(alive, source, target, cost)
    rows = chosen[source]
    arc_edge = edge[target[rows]]
    graph = RoutingGraph(
        int(chosen.sum()), state[source[rows]], state[target[rows]], cost[rows] + duration[arc_edge]
    )
    n = len(duration)
    entry_arc = np.argsort(arc_edge, kind="stable")
    entry_first = np.searchsorted(arc_edge[entry_arc], np.arange(n + 1))
    return States(graph, arc_edge, state[:n], entry_first, entry_arc, through, main)


def _largest_component(tracks: Tracks, among: Bool, weight: Float64) -> Bool:
    """Directed edges of the heaviest strongly connected component among some."""
    n = len(among)
    # one trip may end on a road that nobody may turn round on, and another begin the other way
    source = np.concatenate([tracks.edge[tracks.source], tracks.dead_ends])
    target = np.concatenate([tracks.edge[tracks.target], tracks.dead_ends ^ 1])
    inside = among[source] & among[target]
    ones = np.ones(int(inside.sum()), np.int8)
    matrix = sparse.csr_array((ones, (source[inside], target[inside])), shape=(n, n))
    _, label = sparse.csgraph.connected_components(matrix, directed=True, connection="strong")
    total = np.bincount(label, weights=np.where(among, weight, 0.0))
    return np.asarray(among & (label == int(np.argmax(total))), bool)


def _layered(tracks: Tracks, through: Bool) -> tuple[Int32, Int32, Int32]:
    """Turns between layers: track t departs as t and arrives, on ends-only roads, as T + t."""
    size = len(tracks.edge)
    from_through = through[tracks.edge][tracks.source]
    to_ends = ~through[tracks.edge][tracks.target]
    first = tracks.target + np.where(from_through & to_ends, size, 0)
    inner = ~from_through & to_ends
    source = np.concatenate([tracks.source, tracks.source[inner] + size])
    target = np.concatenate([first, tracks.target[inner] + size])
    cost = np.concatenate([tracks.cost, tracks.cost[inner]])
    return source.astype(np.int32), target.astype(np.int32), cost.astype(np.int32)


def _alive(tracks: Tracks, through: Bool, is_open: Bool, source: Int32, target: Int32) -> Bool:
    """States that exist: departing tracks that are open, and arriving ones that can be reached."""
    size = len(tracks.edge)
    roots = np.flatnonzero(through[tracks.edge])
    alive = np.concatenate([is_open[tracks.edge], np.zeros(size, bool)])
    if len(roots):
        top = 2 * size
        rows = np.concatenate([source, np.full(len(roots), top)])
        columns = np.concatenate([target, roots])
        ones = np.ones(len(rows), np.int8)
        matrix = sparse.csr_array((ones, (rows, columns)), shape=(top + 1, top + 1))
        reached = sparse.csgraph.breadth_first_order(matrix, top, return_predecessors=False)
        reached = reached[(reached >= size) & (reached < top)]
        alive[reached] = True
    return alive


def _merge(alive: Bool, source: Int32, target: Int32, cost: Int32) -> tuple[Int32, Bool]:
    """State number of every track, -1 where it does not exist, and the tracks that stand for all.

    Tracks with the same turns ahead are one state: the same targets mean the same junction.
    A track without any turn ahead is a state of its own.
    """
    first = np.searchsorted(source, np.arange(len(alive) + 1)).tolist()
    rows = np.column_stack([target, cost])
    state = np.full(len(alive), -1, np.int32)
    chosen = np.zeros(len(alive), bool)
    known: dict[bytes, int] = {}
    count = 0
    for track in np.flatnonzero(alive).tolist():
        low, high = first[track], first[track + 1]
        row = rows[low:high].tobytes()
        number = known.get(row, -1) if row else -1
        if number < 0:
            number = count
            known[row] = count
            chosen[track] = True
            count += 1
        state[track] = number
    return state, chosen
