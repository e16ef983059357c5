"""Building and customizing a contraction hierarchy: loops over plain arrays.

Nodes are numbered in depth-first preorder of the elimination tree, so that the upward neighbours of
a node are among its ancestors, which have smaller numbers. The upward arcs of node v stand at
`first[v]` to `first[v + 1]`, by increasing head. Each has two weights: `up`, from v to its head,
and `down`, from the head to v; deciseconds, `INFINITE` where there is no way.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

INFINITE = np.int32(2**30 - 1)  # twice this is still an int32


@njit(cache=True, nogil=True)
def fill_in(n, xadj, adjacent, rank):
    """Upward neighbours of each node when nodes are contracted in the order of their rank.

    Returns
    -------
    (first, head, parent): upward neighbours by rank as CSR, and the elimination tree (-1: a root).
    """
    node = np.empty(n, np.int32)
    for v in range(n):
        node[rank[v]] = v
    head = np.empty(6 * n + len(adjacent), np.int32)
    first = np.zeros(n + 1, np.int64)
    parent = np.full(n, -1, np.int32)
    child = np.full(n, -1, np.int32)
    sibling = np.full(n, -1, np.int32)
    mark = np.full(n, -1, np.int32)
    at = 0
    for r in range(n):
        if at + n - r > len(head):
            grown = np.empty(len(head) * 3 // 2 + n, np.int32)
            for i in range(at):
                grown[i] = head[i]
            head = grown
        start = at
        mark[r] = r
        v = node[r]
        for e in range(xadj[v], xadj[v + 1]):
            q = rank[adjacent[e]]
            if q > r and mark[q] != r:
                mark[q] = r
                head[at] = q
                at += 1
        c = child[r]
        while c >= 0:
            for i in range(first[c], first[c + 1]):
                q = head[i]
                if mark[q] != r:
                    mark[q] = r
                    head[at] = q
                    at += 1
            c = sibling[c]
        first[r + 1] = at
        if at > start:
            lowest = head[start]
            for i in range(start + 1, at):
                lowest = min(lowest, head[i])
            parent[r] = lowest
            sibling[r] = child[lowest]
            child[lowest] = r
    return first, head[:at], parent


@njit(cache=True, nogil=True)
def preorder(n, parent):
    """Number the nodes of a forest (parents have larger numbers) depth first, parents before.

    Returns
    -------
    (number, size): new number of each node; size of its subtree, by the old number.
    """
    size = np.ones(n, np.int32)
    for v in range(n):
        if parent[v] >= 0:
            size[parent[v]] += size[v]
    number = np.empty(n, np.int32)
    # next free number below each node, taken by its children from the last to the first
    free = np.empty(n, np.int64)
    roots = 0
    for v in range(n - 1, -1, -1):
        if parent[v] < 0:
            number[v] = roots
            roots += size[v]
        else:
            number[v] = free[parent[v]]
            free[parent[v]] += size[v]
        free[v] = number[v] + 1
    return number, size


@njit(cache=True, nogil=True)
def renumber(n, first, head, parent, number, size):
    """Upward arcs, tree and sizes under the new numbers; heads in increasing order."""
    start = np.zeros(n + 1, np.int64)
    tree = np.full(n, -1, np.int32)
    count = np.empty(n, np.int32)
    for v in range(n):
        start[number[v] + 1] = first[v + 1] - first[v]
        count[number[v]] = size[v]
        if parent[v] >= 0:
            tree[number[v]] = number[parent[v]]
    for v in range(n):
        start[v + 1] += start[v]
    # each node hands itself to those below it, in increasing order: their lists come out sorted
    low = np.zeros(n + 1, np.int64)
    for a in range(len(head)):
        low[number[head[a]] + 1] += 1
    for v in range(n):
        low[v + 1] += low[v]
    tails = np.empty(len(head), np.int32)
    fill = low.copy()
    for v in range(n):
        for a in range(first[v], first[v + 1]):
            y = number[head[a]]
            tails[fill[y]] = number[v]
            fill[y] += 1
    heads = np.empty(len(head), np.int32)
    at = start.copy()
    for y in range(n):
        for i in range(low[y], low[y + 1]):
            v = tails[i]
            heads[at[v]] = y
            at[v] += 1
    return start, heads, tree, count


@njit(cache=True, nogil=True)
def depths(parent):
    """Depth of each node of a forest in which parents come before their children."""
    depth = np.zeros(len(parent), np.int32)
    for v in range(len(parent)):
        if parent[v] >= 0:
            depth[v] = depth[parent[v]] + 1
    return depth


@njit(cache=True, nogil=True)
def ancestors(targets, parent, mark):
    """Mark nodes and all their ancestors."""
    for t in targets:
        v = t
        while v >= 0 and not mark[v]:
            mark[v] = True
            v = parent[v]


@njit(cache=True, nogil=True)
def below(n, first, head):
    """The arcs that come up to each node: (start, arc, tail) as CSR over heads."""
    start = np.zeros(n + 1, np.int64)
    for a in range(len(head)):
        start[head[a] + 1] += 1
    for v in range(n):
        start[v + 1] += start[v]
    arc = np.empty(len(head), np.int32)
    tail = np.empty(len(head), np.int32)
    fill = start.copy()
    for v in range(n):
        for a in range(first[v], first[v + 1]):
            y = head[a]
            arc[fill[y]] = a
            tail[fill[y]] = v
            fill[y] += 1
    return start, arc, tail


@njit(cache=True, nogil=True)
def locate(tail, head, number, first, heads):
    """Upward arc that each arc of the graph lies on (-1: a loop), and whether it goes down it."""
    at = np.empty(len(tail), np.int32)
    downward = np.empty(len(tail), np.bool_)
    for i in range(len(tail)):
        u = number[tail[i]]
        v = number[head[i]]
        downward[i] = u < v
        at[i] = -1
        if u == v:
            continue
        low = max(u, v)
        high = min(u, v)
        a = first[low]
        b = first[low + 1] - 1
        while a < b:
            middle = (a + b) >> 1
            if heads[middle] < high:
                a = middle + 1
            else:
                b = middle
        at[i] = a
    return at, downward


@njit(cache=True, nogil=True)
def load(duration, at, downward, up, down):
    """Weights of the upward arcs from the durations of arcs, the least of parallel ones."""
    for a in range(len(up)):
        up[a] = INFINITE
        down[a] = INFINITE
    for i in range(len(duration)):
        a = at[i]
        if a < 0:
            continue
        w = min(duration[i], INFINITE)
        if downward[i]:
            down[a] = min(down[a], w)
        else:
            up[a] = min(up[a], w)


@njit(cache=True, nogil=True)
def customize(lo, hi, first, head, low, low_arc, low_tail, up, down, to_up, to_down):
    """Relax all lower triangles of the arcs of nodes lo to hi - 1, from the lowest node upwards.

    `to_up` and `to_down` are work arrays of the size of the graph. Dibbelt, Strasser, Wagner 2016.
    """
    for y in range(hi - 1, lo - 1, -1):
        if low[y] == low[y + 1]:
            continue
        start = first[y]
        stop = first[y + 1]
        for a in range(start, stop):
            to_up[head[a]] = up[a]
            to_down[head[a]] = down[a]
        for i in range(low[y], low[y + 1]):
            a = low_arc[i]
            v = low_tail[i]
            from_y = down[a]
            to_y = up[a]
            if from_y >= INFINITE and to_y >= INFINITE:
                continue
            for b in range(first[v], a):
                x = head[b]
                to_up[x] = min(to_up[x], from_y + up[b])
                to_down[x] = min(to_down[x], down[b] + to_y)
        for a in range(start, stop):
            up[a] = min(to_up[head[a]], INFINITE)
            down[a] = min(to_down[head[a]], INFINITE)


@njit(cache=True, nogil=True)
def repair(
    nodes, first, head, low, low_arc, low_tail, origin_first, origin, downward, duration,
    up, down, to_up, to_down,
):  # fmt: skip
    """Work out again the arcs of some nodes, deepest first; all others below them are right.

    `origin` lists, for each upward arc, the arcs of the graph that lie on it.
    """
    for y in nodes:
        for a in range(first[y], first[y + 1]):
            up[a] = INFINITE
            down[a] = INFINITE
            for i in range(origin_first[a], origin_first[a + 1]):
                w = min(duration[origin[i]], INFINITE)
                if downward[origin[i]]:
                    down[a] = min(down[a], w)
                else:
                    up[a] = min(up[a], w)
        customize(y, y + 1, first, head, low, low_arc, low_tail, up, down, to_up, to_down)


@njit(cache=True, nogil=True)
def perfect(lo, hi, first, head, up, down, position):
    """Lower the arcs of nodes lo to hi - 1 to shortest times, from the highest node downwards.

    `position` is a work array of the size of the graph (int64).
    """
    for v in range(lo, hi):
        start = first[v]
        stop = first[v + 1]
        for b in range(start, stop):
            position[head[b]] = b
        for a in range(stop - 1, start - 1, -1):
            y = head[a]
            for c in range(first[y], first[y + 1]):
                b = position[head[c]]
                # a head of y is an ancestor of v's too, but perhaps not a head of v
                if b < start or b >= a or head[b] != head[c]:
                    continue
                up[b] = min(up[b], up[a] + up[c])
                down[b] = min(down[b], down[c] + down[a])
                up[a] = min(up[a], up[b] + down[c])
                down[a] = min(down[a], up[c] + down[b])


@njit(cache=True, nogil=True)
def keep_shortest(n, first, head, weight, shortest, depth):
    """The arcs that are shortest paths themselves: (start, head's depth, head, weight) as CSR."""
    start = np.zeros(n + 1, np.int64)
    count = 0
    for v in range(n):
        for a in range(first[v], first[v + 1]):
            if weight[a] < INFINITE and weight[a] == shortest[a]:
                count += 1
        start[v + 1] = count
    deep = np.empty(count, np.int16)
    heads = np.empty(count, np.int32)
    kept = np.empty(count, np.int32)
    count = 0
    for v in range(n):
        for a in range(first[v], first[v + 1]):
            if weight[a] < INFINITE and weight[a] == shortest[a]:
                deep[count] = depth[head[a]]
                heads[count] = head[a]
                kept[count] = weight[a]
                count += 1
    return start, deep, heads, kept
