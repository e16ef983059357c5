"""Graphs made ready for dissection: simple, along a curve, without nodes of few neighbours.

Graphs are undirected, as CSR (first, head), each edge both ways, neighbours in increasing order.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

LONG = 256  # rows beyond are not searched for a place: a hub's neighbours stay in the core


@njit(cache=True, nogil=True)
def simple_graph(n, tail, head, place):
    """Graph of the arcs without directions, loops and repeated edges, numbered by `place`."""
    first = np.zeros(n + 1, np.int64)
    for e in range(len(tail)):
        a = place[tail[e]]
        b = place[head[e]]
        if a != b:
            first[a + 1] += 1
            first[b + 1] += 1
    for v in range(n):
        first[v + 1] += first[v]
    to = np.empty(first[n], np.int32)
    fill = first[:-1].copy()
    for e in range(len(tail)):
        a = place[tail[e]]
        b = place[head[e]]
        if a != b:
            to[fill[a]] = b
            fill[a] += 1
            to[fill[b]] = a
            fill[b] += 1
    return sorted_rows(first, to)


@njit(cache=True, nogil=True)
def sorted_rows(first, to):
    """The same symmetric graph, its rows in increasing order and each neighbour once."""
    n = len(first) - 1
    # each node hands itself to its neighbours in turn: their rows come out sorted
    row = np.empty(len(to), np.int32)
    fill = first[:-1].copy()
    for a in range(n):
        for e in range(first[a], first[a + 1]):
            b = to[e]
            if fill[b] == first[b] or row[fill[b] - 1] != a:
                row[fill[b]] = a
                fill[b] += 1
    start = np.zeros(n + 1, np.int64)
    at = 0
    for v in range(n):
        for e in range(first[v], fill[v]):
            row[at] = row[e]
            at += 1
        start[v + 1] = at
    return start, row[:at].copy()


@njit(cache=True, nogil=True)
def hilbert(x, y, scale):
    """Place of each point along a Hilbert curve of 2^16 x 2^16 cells, uint32; x and y from 0."""
    key = np.empty(len(x), np.uint32)
    for i in range(len(x)):
        a = np.int64(x[i] * scale)
        b = np.int64(y[i] * scale)
        d = np.int64(0)
        s = np.int64(1 << 15)
        while s > 0:
            right = 1 if a & s else 0
            upper = 1 if b & s else 0
            d += s * s * ((3 * right) ^ upper)
            if upper == 0:
                if right == 1:
                    a = 65535 - a
                    b = 65535 - b
                a, b = b, a
            s >>= 1
        key[i] = d
    return key


@njit(cache=True, nogil=True)
def _spread(first, head, start, far, queue):
    """Edges from a node to each other of its component, which stands in `queue`; its size."""
    queue[0] = start
    far[start] = 0
    count = 1
    at = 0
    while at < count:
        u = queue[at]
        at += 1
        for e in range(first[u], first[u + 1]):
            if far[head[e]] < 0:
                far[head[e]] = far[u] + 1
                queue[count] = head[e]
                count += 1
    return count


@njit(cache=True, nogil=True)
def hop_coordinates(first, head):
    """Coordinates by hop distances, float32: how much nearer to one far-off node than to another.

    The second axis is between nodes far off from the middle of the first. Components stand side by
    side.
    """
    n = len(first) - 1
    x = np.zeros(n, np.float32)
    y = np.zeros(n, np.float32)
    far = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    placed = np.zeros(n, np.bool_)
    near_end = np.empty(n, np.int32)
    offset = np.float32(0)
    for begin in range(n):
        if placed[begin]:
            continue
        start = begin
        widest = np.int32(0)
        for axis in range(2):
            count = _spread(first, head, start, far, queue)
            start = queue[count - 1]
            for i in range(count):
                far[queue[i]] = -1
            _spread(first, head, start, far, queue)
            start = queue[count - 1]
            for i in range(count):
                near_end[queue[i]] = far[queue[i]]
                far[queue[i]] = -1
            _spread(first, head, start, far, queue)
            best = np.int32(2**30)
            for i in range(count):
                u = queue[i]
                ahead = near_end[u] - far[u]
                if axis == 0:
                    x[u] = ahead
                    placed[u] = True
                    widest = max(widest, abs(ahead))
                else:
                    y[u] = ahead
                # in the middle of the two ends, and far from both
                if 1000 * abs(ahead) - near_end[u] - far[u] < best:
                    best = 1000 * abs(ahead) - near_end[u] - far[u]
                    start = u
            for i in range(count):
                far[queue[i]] = -1
        for i in range(count):
            x[queue[i]] += offset + widest
        offset += 2 * widest + 2
    return x, y


@njit(cache=True, nogil=True)
def _compact(v, first, last, head, gone):
    """Take nodes that are gone out of a row."""
    at = first[v]
    for e in range(first[v], last[v]):
        if not gone[head[e]]:
            head[at] = head[e]
            at += 1
    last[v] = at


@njit(cache=True, nogil=True)
def _place_of(v, u, first, last, head):
    """Where v stands in the row of u, -1 if nowhere."""
    for e in range(first[u], last[u]):
        if head[e] == v:
            return e
    return np.int64(-1)


@njit(cache=True, nogil=True)
def eliminate(first, head):
    """Eliminate nodes of degree 0 to 2, no two neighbours in one round: chains stay shallow.

    Rows that hold nodes gone are cleaned when their turn comes; a node beside two hubs stays.

    Parameters
    ----------
    first, head
        The graph; `head` is changed.

    Returns
    -------
    (order, gone, last): nodes in the order of their elimination; whether each node is gone; what
    is left of row v stands from first[v] to last[v], nodes gone among it.
    """
    n = len(first) - 1
    last = first[1:].copy()
    degree = np.empty(n, np.int64)
    gone = np.zeros(n, np.bool_)
    waits = np.zeros(n, np.bool_)
    blocked = np.full(n, -1, np.int32)
    order = np.empty(n, np.int32)
    now = np.empty(n, np.int32)
    later = np.empty(n, np.int32)
    many = 0
    for v in range(n):
        degree[v] = last[v] - first[v]
        if degree[v] <= 2:
            waits[v] = True
            now[many] = v
            many += 1
    count = 0
    turn = 0
    while many > 0:
        more = 0
        for i in range(many):
            v = now[i]
            if blocked[v] == turn:
                later[more] = v
                more += 1
                continue
            _compact(v, first, last, head, gone)
            if degree[v] == 2:
                u = head[first[v]]
                w = head[first[v] + 1]
                if max(last[u] - first[u], last[w] - first[w]) > LONG:
                    continue
                if _place_of(w, u, first, last, head) >= 0:
                    degree[u] -= 1
                    degree[w] -= 1
                else:
                    head[_place_of(v, u, first, last, head)] = w
                    head[_place_of(v, w, first, last, head)] = u
            elif degree[v] == 1:
                degree[head[first[v]]] -= 1
            gone[v] = True
            order[count] = v
            count += 1
            for e in range(first[v], last[v]):
                u = head[e]
                blocked[u] = turn
                if degree[u] <= 2 and not waits[u]:
                    waits[u] = True
                    later[more] = u
                    more += 1
        now, later = later, now
        many = more
        turn += 1
    return order[:count].copy(), gone, last


@njit(cache=True, nogil=True)
def core(first, last, head, gone):
    """The nodes that are left, and their graph, numbered in turn."""
    n = len(gone)
    number = np.full(n, -1, np.int32)
    count = 0
    edges = 0
    for v in range(n):
        if not gone[v]:
            number[v] = count
            count += 1
            edges += last[v] - first[v]
    nodes = np.empty(count, np.int32)
    start = np.zeros(count + 1, np.int64)
    to = np.empty(edges, np.int32)
    at = 0
    for v in range(n):
        if gone[v]:
            continue
        nodes[number[v]] = v
        for e in range(first[v], last[v]):
            if not gone[head[e]]:
                to[at] = number[head[e]]
                at += 1
        start[number[v] + 1] = at
    start, to = sorted_rows(start, to[:at])
    return nodes, start, to
