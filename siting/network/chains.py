"""Joins segments into edges between junctions, times and geometry kept at every vertex.

A node where just two segments of one kind meet, and where one passes from each to the other
without a choice, is no junction: the segments become one edge. Nodes that a turn restriction
names stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from siting.network.routing import Float64, Int32, Int64
    from siting.network.segments import Bool, NodeDelays, Segments


@dataclass(frozen=True)
class Edges:
    """Edges between junctions; each is one physical road with one or two directions.

    Attributes
    ----------
    first
        Vertices of edge i are first[i] to first[i + 1], int64, shape (edges + 1,).
    node
        Node of each vertex, int32.
    segment
        Segment that leads from each vertex to the next, int32; -1 at an edge's last vertex.
    clock_forward, clock_backward
        Seconds between an edge's first vertex and each vertex: going there, and coming from there.
        Infinite where the direction is not allowed.
    wait_forward, wait_backward
        Seconds of those that are lost at a node, between each vertex and the next: on leaving the
        first of the two going forward, on leaving the second going backward.
    run_m
        Metres from an edge's first vertex.
    tail, head
        First and last node of each edge.
    kind, ends_only, roundabout
        As in `Segments`.
    way_first, way_last
        Ways of the first and of the last segment.
    """

    first: Int64
    node: Int32
    segment: Int32
    clock_forward: Float64
    clock_backward: Float64
    wait_forward: Float64
    wait_backward: Float64
    run_m: Float64
    tail: Int32
    head: Int32
    kind: npt.NDArray[np.int16]
    ends_only: Bool
    roundabout: Bool
    way_first: Int64
    way_last: Int64


def contract(segments: Segments, keep: Bool) -> Edges:
    """Join segments into edges.

    Parameters
    ----------
    segments
        Roads.
    keep
        Nodes that stay junctions whatever meets there, bool (nodes,).
    """
    partner = _partners(segments, keep)
    halves, starts = _trace(partner, len(segments.tail))
    segment = halves % len(segments.tail)
    flipped = halves >= len(segments.tail)  # entered at its head: run against the drawing
    ahead = np.where(flipped, segments.backward_s[segment], segments.forward_s[segment])
    back = np.where(flipped, segments.forward_s[segment], segments.backward_s[segment])
    source = np.where(flipped, segments.head[segment], segments.tail[segment])
    target = np.where(flipped, segments.tail[segment], segments.head[segment])
    waits = _waits(segments.delays, segments, starts, source, flipped, ahead, back)
    size = np.diff(np.append(starts, len(halves)))
    first = np.append(starts + np.arange(len(starts)), len(halves) + len(starts))
    position = np.arange(len(halves)) + np.repeat(np.arange(len(starts)), size)
    ends = first[1:] - 1
    node = np.empty(first[-1], np.int32)
    node[position] = source
    node[ends] = target[starts + size - 1]
    of_vertex = np.full(first[-1], -1, np.int32)
    of_vertex[position] = segment
    return Edges(
        first=first.astype(np.int64),
        node=node,
        segment=of_vertex,
        clock_forward=_running(ahead + waits[0], starts, size, position, ends),
        clock_backward=_running(back + waits[1], starts, size, position, ends),
        wait_forward=_at_vertices(waits[0], first[-1], position),
        wait_backward=_at_vertices(waits[1], first[-1], position),
        run_m=_running(segments.length_m[segment], starts, size, position, ends),
        tail=source[starts].astype(np.int32),
        head=target[starts + size - 1].astype(np.int32),
        kind=segments.kind[segment[starts]],
        ends_only=np.where(
            flipped[starts, None],
            segments.ends_only[segment[starts], ::-1],
            segments.ends_only[segment[starts]],
        ),
        roundabout=segments.roundabout[segment[starts]],
        way_first=segments.way[segment[starts]],
        way_last=segments.way[segment[starts + size - 1]],
    )


def _partners(segments: Segments, keep: Bool) -> Int64:
    """Other half-edge at each half-edge's node where the two are joined, else -1.

    Half-edge s is the tail end of segment s, half-edge s + n its head end.
    """
    n = len(segments.tail)
    at = np.concatenate([segments.tail, segments.head])
    order = np.argsort(at, kind="stable")
    degree = np.bincount(at, minlength=len(segments.lon))
    first = np.cumsum(degree) - degree
    two = np.flatnonzero((degree == 2) & ~keep)
    here, other = order[first[two]], order[first[two] + 1]
    a, b = here % n, other % n
    same = (
        (a != b)
        & (segments.kind[a] == segments.kind[b])
        & (segments.roundabout[a] == segments.roundabout[b])
    )
    # 0 closed, 1 at the ends of a trip, 2 open: along each segment, against it
    is_open = np.isfinite(np.column_stack([segments.forward_s, segments.backward_s]))
    passing = np.where(is_open, np.where(segments.ends_only, 1, 2), 0)
    into = np.concatenate([passing[:, 1], passing[:, 0]])  # to arrive at the half-edge's node
    out = np.concatenate([passing[:, 0], passing[:, 1]])
    same &= (into[here] == out[other]) & (into[other] == out[here])
    partner = np.full(2 * n, -1, np.int64)
    partner[here[same]] = other[same]
    partner[other[same]] = here[same]
    return partner


def _trace(partner: Int64, n: int) -> tuple[Int64, Int64]:
    """Follow joined half-edges: half-edges where each segment is entered, and where chains start.

    Chains start at the lowest half-edge first, so that they mostly run as drawn.
    """
    joined = partner.tolist()
    seen = bytearray(n)
    halves: list[int] = []
    starts: list[int] = []
    open_ends = np.flatnonzero(partner < 0).tolist()
    for begin in (*open_ends, *range(n)):  # the second part finds rings without a junction
        half = begin
        if seen[half % n]:
            continue
        starts.append(len(halves))
        while half >= 0 and not seen[half % n]:
            seen[half % n] = 1
            halves.append(half)
            half = joined[half + n if half < n else half - n]
    return np.array(halves, np.int64), np.array(starts, np.int64)


def _waits(
    delays: NodeDelays,
    segments: Segments,
    starts: Int64,
    source: Int32,
    flipped: Bool,
    ahead: Float64,
    back: Float64,
) -> tuple[Float64, Float64]:
    """Seconds lost at inner vertices, with the segment that follows in each direction."""
    wait_ahead, wait_back = np.zeros(len(source)), np.zeros(len(source))
    seconds = np.zeros(len(segments.lon))
    towards = np.zeros(len(segments.lon), np.int8)
    seconds[delays.node] = delays.seconds
    towards[delays.node] = delays.direction
    inner = np.ones(len(source), bool)
    inner[starts] = False
    at = np.flatnonzero(inner & (seconds[source] > 0))
    if not len(at):
        return wait_ahead, wait_back
    chain = np.searchsorted(starts, at, side="right") - 1
    last = np.append(starts[1:], len(source))[chain]
    run = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(ahead), ahead, back))])
    near_head = run[last] - run[at] <= run[at] - run[starts[chain]]
    drawn = towards[source[at]] * np.where(flipped[at], -1, 1)
    both, nearest = towards[source[at]] == 2, towards[source[at]] == 0
    forward = both | (nearest & near_head) | (~both & (drawn == 1))
    backward = both | (nearest & ~near_head) | (~both & (drawn == -1))
    wait_ahead[at] = np.where(forward, seconds[source[at]], 0.0)
    wait_back[at - 1] = np.where(backward, seconds[source[at]], 0.0)
    return wait_ahead, wait_back


def _at_vertices(values: Float64, size: int, position: Int64) -> Float64:
    """Values of segments at the vertices where they begin, zero at the last of each edge."""
    result = np.zeros(size)
    result[position] = values
    return result


def _running(values: Float64, starts: Int64, size: Int64, position: Int64, ends: Int64) -> Float64:
    """Running sums of each chain's values at its vertices, zero at its first vertex."""
    open_values = np.where(np.isfinite(values), values, 0.0)
    total = np.cumsum(open_values)
    before = (total - open_values)[starts]
    result = np.empty(len(values) + len(starts))
    result[position] = total - open_values - np.repeat(before, size)
    result[ends] = total[starts + size - 1] - before
    closed = ~np.isfinite(values[starts])
    result[np.repeat(closed, size + 1)] = np.inf
    return result
