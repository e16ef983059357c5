"""Turns between directed edges: what they cost, and which are forbidden.

Directed edge 2e runs along edge e, 2e + 1 against it. A *track* is a directed edge together with
what of the way so far still matters: nothing (track d is directed edge d), or the beginning of a
turn restriction that spans several edges (tracks after the 2E first). The search runs on tracks.
Method: edge-based graphs after Geisberger and Vetter (2011); restrictions over several edges by
the states of an Aho-Corasick automaton.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from siting.network.chains import Edges
    from siting.network.routing import Float64, Int32, Int64
    from siting.network.segments import Bool, NodeDelays, Restriction, Segments
    from siting.network.speeds import Turns

Sequence = tuple[int, ...]

VIA_EDGES = 12  # edges that a restriction's via ways may span; longer ones are left out


@dataclass(frozen=True)
class Tracks:
    """Tracks and the turns between them.

    Attributes
    ----------
    edge
        Directed edge of each track, int32.
    source, target
        Tracks that each turn leads from and to, int32, sorted by source, then target.
    cost
        Deciseconds of each turn, int32.
    honoured, ignored
        Restrictions applied, and those that could not be (members missing or ambiguous).
    dead_ends
        Directed edges that nothing follows, since a restriction forbids turning round where the
        road ends, int32. A trip may still end there, and another begin the other way.
    """

    edge: Int32
    source: Int32
    target: Int32
    cost: Int32
    honoured: int
    ignored: int
    dead_ends: Int32


def kept_nodes(segments: Segments) -> Bool:
    """Nodes that turn restrictions name, which must stay junctions; bool (nodes,)."""
    keep = np.zeros(len(segments.lon), bool)
    if not segments.restrictions:
        return keep
    for nodes in _meeting_nodes(segments):
        keep[nodes] = True
    return keep


def _meeting_nodes(segments: Segments) -> list[list[int]]:
    """For each restriction the nodes where its members meet."""
    named = {w for r in segments.restrictions for w in (*r.from_ways, *r.via_ways, *r.to_ways)}
    of_way: dict[int, set[int]] = {}
    for s in np.flatnonzero(np.isin(segments.way, list(named))):
        ends = (int(segments.tail[s]), int(segments.head[s]))
        of_way.setdefault(int(segments.way[s]), set()).update(ends)

    def nodes_of(ways: tuple[int, ...]) -> set[int]:
        return set().union(*(of_way.get(w, set()) for w in ways))

    nodes = []
    for restriction in segments.restrictions:
        if restriction.via_ways:
            via = nodes_of(restriction.via_ways)
            meeting = via & (nodes_of(restriction.from_ways) | nodes_of(restriction.to_ways))
        else:
            at = np.searchsorted(segments.node_ids, restriction.via_nodes)
            inside = at[at < len(segments.node_ids)]
            meeting = set(
                inside[np.isin(segments.node_ids[inside], restriction.via_nodes)].tolist()
            )
        nodes.append(sorted(meeting))
    return nodes


def tracks(
    segments: Segments, edges: Edges, is_open: Bool, turns: Turns, *, free_u_turns: bool
) -> Tracks:
    """Work out every turn.

    Parameters
    ----------
    segments, edges
        Roads, and the edges made of them.
    is_open
        Whether a directed edge may be used, bool (2 x edges,).
    turns
        Seconds of turns.
    free_u_turns
        On foot or by bicycle one turns round anywhere at no cost; a car only where the road ends,
        goes on as an ends-only road, or where nothing else is allowed, unless a restriction forbids
        it.
    """
    tail = np.column_stack([edges.tail, edges.head]).ravel()
    head = np.column_stack([edges.head, edges.tail]).ravel()
    source, target = _pairs(tail, head, is_open)
    u_turn = source == (target ^ 1)
    cost = _costs(segments, edges, head, source, target, turns)
    cost += _delays(segments.delays, edges, head)[source]
    network = _Around(edges, tail, head, is_open)
    resolved, ignored = _resolve(segments, network)
    pairs = np.array([s for s in resolved if len(s) == 2], np.int32).reshape(-1, 2)
    allowed = ~np.isin(_key(source, target), _key(pairs[:, 0], pairs[:, 1]))
    dead_ends = np.empty(0, np.int32)
    if not free_u_turns:
        ends_only = edges.ends_only.ravel()
        onward = allowed & ~u_turn & (ends_only[source] | ~ends_only[target])
        elsewhere = np.bincount(source[onward], minlength=len(tail))
        stuck = u_turn & (elsewhere[source] == 0)
        dead_ends = source[stuck & ~allowed]
        allowed &= stuck | ~u_turn
        cost[stuck] = turns.u_turn
    source, target = source[allowed], target[allowed]
    price = np.rint(cost[allowed] * 10).astype(np.int32)
    directed = np.arange(len(tail), dtype=np.int32)
    long = [s for s in resolved if len(s) > 2]
    edge, source, target, price = _with_sequences(directed, source, target, price, long)
    order = np.lexsort((target, source))
    honoured = len(segments.restrictions) - ignored
    return Tracks(edge, source[order], target[order], price[order], honoured, ignored, dead_ends)


def _key(source: Int32, target: Int32) -> Int64:
    """One number for each pair of directed edges."""
    return source.astype(np.int64) * (1 << 32) + target


def _pairs(tail: Int32, head: Int32, is_open: Bool) -> tuple[Int32, Int32]:
    """All pairs of an open directed edge and one that leaves where it ends."""
    directed = np.flatnonzero(is_open)
    leaving = directed[np.argsort(tail[directed], kind="stable")]
    starts = np.searchsorted(tail[leaving], head[directed], "left")
    size = np.searchsorted(tail[leaving], head[directed], "right") - starts
    source = np.repeat(directed, size)
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    target = leaving[np.repeat(starts, size) + within]
    return source.astype(np.int32), target.astype(np.int32)


def _costs(
    segments: Segments, edges: Edges, head: Int32, source: Int32, target: Int32, turns: Turns
) -> Float64:
    """Seconds of the turns by angle, where three roads or more meet; U-turns as sharp ones."""
    roads = np.bincount(edges.tail, minlength=len(segments.lon))
    roads += np.bincount(edges.head, minlength=len(segments.lon))
    arriving, leaving = _bearings(segments, edges)
    angle = (leaving[target] - arriving[source] + 180.0) % 360.0 - 180.0
    bend = np.abs(angle)
    seconds = np.where(angle > 0, float(turns.right), float(turns.left))
    seconds[bend > turns.sharp_above] = turns.sharp
    seconds[bend < turns.slight_below] = turns.slight
    circling, entering = edges.roundabout[source >> 1], edges.roundabout[target >> 1]
    seconds[circling] = 0.0
    seconds[entering & ~circling] = turns.roundabout_enter
    seconds[roads[head[source]] < 3] = 0.0
    return seconds


def _bearings(segments: Segments, edges: Edges) -> tuple[Float64, Float64]:
    """Bearings of directed edges at their end and at their start, degrees from north."""
    lon, lat = segments.lon[edges.node], segments.lat[edges.node]
    begin, end = edges.first[:-1], edges.first[1:] - 1

    def bearing(a: Int64, b: Int64) -> Float64:
        east = (lon[b] - lon[a]) * np.cos(np.radians(lat[a]))
        return np.asarray(np.degrees(np.arctan2(east, lat[b] - lat[a])), np.float64)

    at_start, at_end = bearing(begin, begin + 1), bearing(end - 1, end)
    arriving = np.column_stack([at_end, at_start + 180.0]).ravel()
    leaving = np.column_stack([at_start, at_end + 180.0]).ravel()
    return arriving, leaving


def _delays(delays: NodeDelays, edges: Edges, head: Int32) -> Float64:
    """Seconds lost at the junction where each directed edge ends; none at the end of a road."""
    seconds = np.zeros(max(int(head.max(initial=0)), int(delays.node.max(initial=0))) + 1)
    seconds[delays.node] = delays.seconds
    meeting = np.bincount(np.concatenate([edges.tail, edges.head]), minlength=len(seconds))
    seconds[meeting < 2] = 0.0
    return np.asarray(seconds[head], np.float64)


class _Around:
    """Directed edges around nodes, for the few nodes that restrictions name."""

    def __init__(self, edges: Edges, tail: Int32, head: Int32, is_open: Bool) -> None:
        self.head = head
        self.first_way = np.column_stack([edges.way_first, edges.way_last]).ravel()
        self.last_way = np.column_stack([edges.way_last, edges.way_first]).ravel()
        directed = np.flatnonzero(is_open)
        self._leaving = directed[np.argsort(tail[directed], kind="stable")]
        self._arriving = directed[np.argsort(head[directed], kind="stable")]
        self._tails, self._heads = tail[self._leaving], head[self._arriving]

    def leaving(self, node: int, ways: tuple[int, ...] | None = None) -> list[int]:
        """Directed edges that leave a node, along one of the ways if given."""
        low, high = np.searchsorted(self._tails, [node, node + 1])
        edges = self._leaving[low:high].tolist()
        return [d for d in edges if ways is None or self.first_way[d] in ways]

    def arriving(self, node: int, ways: tuple[int, ...]) -> list[int]:
        """Directed edges that arrive at a node along one of the ways."""
        low, high = np.searchsorted(self._heads, [node, node + 1])
        return [d for d in self._arriving[low:high].tolist() if self.last_way[d] in ways]


def _resolve(segments: Segments, around: _Around) -> tuple[list[Sequence], int]:
    """Forbidden sequences of directed edges, and the number of restrictions not understood."""
    sequences: list[Sequence] = []
    ignored = 0
    if not segments.restrictions:
        return sequences, 0
    for restriction, nodes in zip(segments.restrictions, _meeting_nodes(segments), strict=True):
        ways = (
            _via_ways(restriction, nodes, around)
            if restriction.via_ways
            else _via_node(restriction, nodes, around)
        )
        if not ways:
            ignored += 1
        elif restriction.only:
            wanted = set(ways)
            for begin in {s[:-1] for s in ways}:
                out = around.leaving(int(around.head[begin[-1]]))
                sequences += [(*begin, d) for d in out if (*begin, d) not in wanted]
        else:
            sequences += ways
    return sorted(set(sequences)), ignored


def _via_node(restriction: Restriction, nodes: list[int], around: _Around) -> list[Sequence]:
    """Pairs of directed edges that a restriction over one node names."""
    sequences: list[Sequence] = []
    for node in nodes:
        into = around.arriving(node, restriction.from_ways)
        out = around.leaving(node, restriction.to_ways)
        if restriction.u_turn and restriction.from_ways == restriction.to_ways:
            sequences += [(i, j) for i, j in product(into, out) if i == j ^ 1]
        elif len(into) <= len(restriction.from_ways) and len(out) <= len(restriction.to_ways):
            sequences += [(i, j) for i, j in product(into, out) if i != j ^ 1 or restriction.u_turn]
    return sequences


def _via_ways(restriction: Restriction, nodes: list[int], around: _Around) -> list[Sequence]:
    """Sequences of directed edges that a restriction over ways names: the shortest along them."""
    ends = {node: around.leaving(node, restriction.to_ways) for node in nodes}
    sequences: list[Sequence] = []
    for node in nodes:
        into = around.arriving(node, restriction.from_ways)
        if not into or len(into) > len(restriction.from_ways):
            continue
        paths: list[Sequence] = [(d,) for d in around.leaving(node, restriction.via_ways)]
        arrived: list[Sequence] = []
        while paths and not arrived and len(paths[0]) <= VIA_EDGES:
            arrived = [p for p in paths if ends.get(int(around.head[p[-1]]))]
            paths = [
                (*p, d)
                for p in paths
                for d in around.leaving(int(around.head[p[-1]]), restriction.via_ways)
                if d >> 1 not in {e >> 1 for e in p}
            ]
        for begin, path in product(into, arrived):
            out = ends[int(around.head[path[-1]])]
            last = [d for d in out if d != path[-1] ^ 1]
            if path[0] != begin ^ 1 and len(last) <= len(restriction.to_ways):
                sequences += [(begin, *path, d) for d in last]
    return sequences


def _with_sequences(
    edge: Int32, source: Int32, target: Int32, cost: Int32, forbidden: list[Sequence]
) -> tuple[Int32, Int32, Int32, Int32]:
    """Add the tracks that forbidden sequences of three edges or more need."""
    if not forbidden:
        return edge, source, target, cost
    banned = set(forbidden)
    prefixes = sorted(
        {s[:k] for s in forbidden for k in range(2, len(s))}, key=lambda s: (len(s), s)
    )
    number = {prefix: len(edge) + i for i, prefix in enumerate(prefixes)}
    order = np.argsort(source, kind="stable")
    low = np.searchsorted(source[order], np.arange(len(edge) + 1))

    def turns_of(directed: int) -> list[tuple[int, int]]:
        rows = order[low[directed] : low[directed + 1]]
        return list(zip(target[rows].tolist(), cost[rows].tolist(), strict=True))

    def state(so_far: Sequence) -> int:
        suffixes = (so_far[k:] for k in range(len(so_far) - 1))
        return next((number[s] for s in suffixes if s in number), so_far[-1])

    starts = {prefix[:2] for prefix in prefixes if len(prefix) == 2}
    base = target.copy()
    for i, j in starts:
        base[(source == i) & (target == j)] = number[i, j]
    added = [
        (number[prefix], state((*prefix, nxt)), price)
        for prefix in prefixes
        for nxt, price in turns_of(prefix[-1])
        if not any((*prefix, nxt)[k:] in banned for k in range(len(prefix)))
    ]
    more = np.array(added, np.int32).reshape(-1, 3)
    return (
        np.concatenate([edge, np.array([p[-1] for p in prefixes], np.int32)]),
        np.concatenate([source, more[:, 0]]),
        np.concatenate([base, more[:, 1]]),
        np.concatenate([cost, more[:, 2]]),
    )
