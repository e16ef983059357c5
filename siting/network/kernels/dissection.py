"""Inertial flow: cut a graph in two by a minimum cut between its two ends, seen from four sides."""

from __future__ import annotations

import numba as nb
import numpy as np

ENDS = 0.3  # share of the nodes that is fixed at each end
LARGE, ENDS_OF_LARGE = 50_000, 0.45  # a long middle costs time and gains little on a large map
SMALLEST = 4  # parts of so many nodes are not cut


@nb.njit(cache=True, nogil=True)
def split(lo, hi, nodes, first, head, x, y, owner, local, tag):
    """Reorder `nodes[lo:hi]` into two sides and their separator, last.

    Parameters
    ----------
    lo, hi
        Range of `nodes` to cut.
    nodes
        Permutation of the graph's nodes, int32, changed in place.
    first, head
        Undirected graph without loops or repeated edges, each edge both ways, as CSR.
    x, y
        Coordinates, float32.
    owner, local
        Work arrays of the size of the graph (int64, int32), shared by threads that work on other
        ranges; `owner` holds tags of earlier parts.
    tag
        Number of this part, used by no other.

    Returns
    -------
    (end of the first side, end of the second side), positions in `nodes`.
    """
    n = hi - lo
    for i in range(n):
        owner[nodes[lo + i]] = tag
        local[nodes[lo + i]] = i
    start = np.zeros(n + 1, np.int64)
    for i in range(n):
        v = nodes[lo + i]
        for e in range(first[v], first[v + 1]):
            if owner[head[e]] == tag:
                start[i + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    count = start[n]
    to = np.empty(count, np.int32)
    fill = np.empty(n, np.int64)
    for i in range(n):
        fill[i] = start[i]
    for i in range(n):
        v = nodes[lo + i]
        for e in range(first[v], first[v + 1]):
            if owner[head[e]] == tag:
                j = local[head[e]]
                to[fill[j]] = i
                fill[j] += 1
    # neighbours now stand in increasing order, so entries meet their reverses in turn
    twin = np.empty(count, np.int64)
    for i in range(n):
        fill[i] = start[i]
    for u in range(n):
        for e in range(start[u], start[u + 1]):
            v = to[e]
            # u comes in increasing order, and so do the neighbours of v: its next entry leads to u
            twin[e] = fill[v]
            fill[v] += 1
    side = np.zeros(n, np.uint8)
    best = np.zeros(n, np.uint8)
    best_size = n + 1
    best_balance = 0
    key = np.empty(n, np.float32)
    order = np.empty(n, np.int32)
    k = max(1, int((ENDS_OF_LARGE if n > LARGE else ENDS) * n))
    mark = np.empty(n, np.uint8)
    for direction in range(4):
        for i in range(n):
            v = nodes[lo + i]
            if direction == 0:
                key[i] = x[v]
            elif direction == 1:
                key[i] = y[v]
            elif direction == 2:
                key[i] = x[v] + y[v]
            else:
                key[i] = x[v] - y[v]
            order[i] = i
        _select(key, order, np.int64(k), np.int64(0), np.int64(n))
        _select(key, order, np.int64(n - k), np.int64(k), np.int64(n))
        for i in range(n):
            mark[i] = 0
        for i in range(k):
            mark[order[i]] = 1
            mark[order[n - 1 - i]] = 2
        cut = _min_cut(n, start, to, twin, mark, side, best_size)
        if cut >= best_size:
            continue
        a, b, inside = _borders(n, start, to, side)
        size = min(a, b)
        balance = min(inside, n - inside)
        if size < best_size or (size == best_size and balance > best_balance):
            best_size = size
            best_balance = balance
            # if the smaller border is on the far side, let that be the first
            for i in range(n):
                best[i] = side[i] if a <= b else 1 - side[i]
    # nodes of the first side that touch the second are the separator
    part = np.empty(n, np.uint8)
    sizes = np.zeros(3, np.int64)
    for u in range(n):
        part[u] = 1
        if best[u] == 1:
            part[u] = 0
            for e in range(start[u], start[u + 1]):
                if best[to[e]] == 0:
                    part[u] = 2
                    break
        sizes[part[u]] += 1
    at = np.empty(3, np.int64)
    at[0] = 0
    at[1] = sizes[0]
    at[2] = sizes[0] + sizes[1]
    moved = np.empty(n, np.int32)
    for u in range(n):
        moved[at[part[u]]] = nodes[lo + u]
        at[part[u]] += 1
    for i in range(n):
        nodes[lo + i] = moved[i]
    return lo + sizes[0], lo + sizes[0] + sizes[1]


@nb.njit(cache=True, nogil=True)
def dissect(lo, hi, nodes, first, head, x, y, owner, local, tag):
    """Cut `nodes[lo:hi]` again and again; its order is then a nested-dissection order."""
    stack = np.empty((256, 2), np.int64)
    stack[0, 0] = lo
    stack[0, 1] = hi
    top = 1
    while top > 0:
        top -= 1
        lo = stack[top, 0]
        hi = stack[top, 1]
        if hi - lo <= SMALLEST:
            continue
        a, b = split(lo, hi, nodes, first, head, x, y, owner, local, tag)
        tag += 1
        # the larger part waits below, so that the stack stays short
        if a - lo > b - a:
            stack[top, 0] = lo
            stack[top, 1] = a
            stack[top + 1, 0] = a
            stack[top + 1, 1] = b
        else:
            stack[top, 0] = a
            stack[top, 1] = b
            stack[top + 1, 0] = lo
            stack[top + 1, 1] = a
        top += 2


@nb.njit(cache=True, nogil=True)
def _select(key, order, k, lo, hi):
    """Reorder `order[lo:hi]` so that those before k have the smallest keys (ties by id)."""
    hi -= 1
    while lo < hi:
        middle = order[(lo + hi) >> 1]
        i = lo
        j = hi
        while i <= j:
            while key[order[i]] < key[middle] or (
                key[order[i]] == key[middle] and order[i] < middle
            ):
                i += 1
            while key[order[j]] > key[middle] or (
                key[order[j]] == key[middle] and order[j] > middle
            ):
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if k <= j:
            hi = j
        elif k >= i:
            lo = i
        else:
            break


@nb.njit(cache=True, nogil=True)
def _borders(n, start, to, side):
    """Nodes of each side that touch the other, and the size of the first side."""
    a = 0
    b = 0
    inside = 0
    for u in range(n):
        inside += side[u]
        for e in range(start[u], start[u + 1]):
            if side[to[e]] != side[u]:
                if side[u] == 1:
                    a += 1
                else:
                    b += 1
                break
    return a, b, inside


@nb.njit(cache=True, nogil=True)
def _min_cut(n, start, to, twin, mark, side, enough):
    """Minimum edge cut between nodes marked 1 and 2 (Dinic, unit capacities).

    Writes the side that can still be reached from the 1s into `side`, and returns the cut's size;
    gives up once it is `enough`.
    """
    flow = np.zeros(len(to), np.int8)
    level = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    pointer = np.empty(n, np.int64)
    path = np.empty(n, np.int64)
    total = 0
    # only sources that border on others can send anything
    border = np.empty(n, np.int32)
    sources = 0
    for u in range(n):
        if mark[u] == 1:
            for e in range(start[u], start[u + 1]):
                if mark[to[e]] != 1:
                    border[sources] = u
                    sources += 1
                    break
    while True:
        for u in range(n):
            level[u] = 0 if mark[u] == 1 else -1
        tail = sources
        for i in range(sources):
            queue[i] = border[i]
        at = 0
        sink_level = -1
        while at < tail:
            u = queue[at]
            at += 1
            if sink_level >= 0 and level[u] >= sink_level:
                break
            for e in range(start[u], start[u + 1]):
                v = to[e]
                if level[v] < 0 and flow[e] < 1:
                    level[v] = level[u] + 1
                    if mark[v] == 2:
                        sink_level = level[v]
                    queue[tail] = v
                    tail += 1
        if sink_level < 0:
            for u in range(n):
                side[u] = 1 if level[u] >= 0 else 0
            return total
        for i in range(tail):
            pointer[queue[i]] = start[queue[i]]
        for i in range(sources):
            root = queue[i]
            # one root may carry several units
            while True:
                u = root
                depth = 0
                reached = False
                while True:
                    if mark[u] == 2:
                        reached = True
                        break
                    moved = False
                    while pointer[u] < start[u + 1]:
                        e = pointer[u]
                        v = to[e]
                        if flow[e] < 1 and level[v] == level[u] + 1:
                            path[depth] = e
                            depth += 1
                            u = v
                            moved = True
                            break
                        pointer[u] += 1
                    if moved:
                        continue
                    if depth == 0:
                        break
                    depth -= 1
                    u = to[twin[path[depth]]]
                    pointer[u] += 1
                if not reached:
                    break
                for d in range(depth):
                    flow[path[d]] += 1
                    flow[twin[path[d]]] -= 1
                total += 1
                if total >= enough:
                    return total
