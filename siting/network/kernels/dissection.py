"""Nested dissection of a graph: inertial flow; in large parts on a coarse graph, then in a band.

The state of a dissection is six arrays that are permuted together: `nodes` with their `x` and `y`,
and the graph by position: `head[first[i]:last[i]]` are the neighbours of position i that are still
in its part, in increasing order. A part is a range of positions; its edges stand together.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

ENDS = 0.3  # share of a part that is fixed at each end
ENDS_OF_COARSE = 0.4
LARGE = 20_000  # parts above are cut on a coarse graph first
CELLS = 10_000  # pieces of the coarse graph, about
BAND = 30  # hops on each side of the coarse cut in which a better one is looked for
TINY = 64  # parts of at most so many nodes (64 bits) are ordered by minimum degree


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _min_cut(start, head, capacity, mark, enough, side):
    """Minimum cut between the nodes marked 1 and those marked 2 (Dinic).

    Writes the side that can still be reached from the 1s into `side`, and returns the size of the
    cut; gives up once it is `enough`. Only nodes between the marked ones are walked over.
    """
    n = len(mark)
    left = capacity.copy()
    twin = np.empty(len(head), np.int32)
    level = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    pointer = np.empty(n, np.int32)
    path = np.empty(n, np.int32)
    total = 0
    sources = 0
    for u in range(n):
        pointer[u] = start[u]
    for u in range(n):
        level[u] = 0 if mark[u] == 1 else -1
        border = False
        for e in range(start[u], start[u + 1]):
            # u comes in increasing order, as do the neighbours of each: entries meet their reverses
            v = head[e]
            twin[e] = pointer[v]
            pointer[v] += 1
            border |= mark[v] != 1
        if mark[u] == 1 and border:
            queue[sources] = u
            sources += 1
    tail = sources
    while True:
        for i in range(sources, tail):
            level[queue[i]] = -1
        tail = sources
        at = 0
        sink_level = -1
        while at < tail:
            u = queue[at]
            at += 1
            if sink_level >= 0 and level[u] >= sink_level:
                break
            pointer[u] = start[u]
            for e in range(start[u], start[u + 1]):
                v = head[e]
                if level[v] < 0 and left[e] > 0:
                    level[v] = level[u] + 1
                    if mark[v] == 2:
                        sink_level = level[v]
                    queue[tail] = v
                    tail += 1
        if sink_level < 0:
            for u in range(n):
                side[u] = 1 if level[u] >= 0 else 0
            return total
        for i in range(sources):
            u = queue[i]
            depth = 0
            while True:
                if mark[u] == 2:
                    least = left[path[0]]
                    for d in range(1, depth):
                        least = min(least, left[path[d]])
                    full = depth
                    for d in range(depth - 1, -1, -1):
                        left[path[d]] -= least
                        left[twin[path[d]]] += least
                        if left[path[d]] == 0:
                            full = d
                    total += least
                    if total >= enough:
                        return total
                    depth = full  # go on from the first edge that is full
                    u = head[twin[path[depth]]]
                moved = False
                while pointer[u] < start[u + 1]:
                    e = pointer[u]
                    v = head[e]
                    ahead = level[v] == level[u] + 1 and (level[v] < sink_level or mark[v] == 2)
                    if ahead and left[e] > 0:
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
                u = head[twin[path[depth]]]
                pointer[u] += 1


@njit(cache=True, nogil=True)
def _borders(start, head, side):
    """Nodes of side 0 and of side 1 that touch the other, and the size of side 1."""
    border_zero = 0
    border_one = 0
    size = 0
    for u in range(len(side)):
        size += side[u]
        for e in range(start[u], start[u + 1]):
            if side[head[e]] != side[u]:
                if side[u] == 1:
                    border_one += 1
                else:
                    border_zero += 1
                break
    return border_zero, border_one, size


@njit(cache=True, nogil=True)
def _inertial(x, y, start, head, capacity, ends, by_capacity):
    """The best of four minimum cuts between two ends of a part: the side of each node.

    Fewest nodes on a border count, or the least capacity; of equals the more balanced. All zero
    where the part is too dense to be cut.
    """
    n = len(x)
    best = np.zeros(n, np.uint8)
    side = np.zeros(n, np.uint8)
    mark = np.empty(n, np.uint8)
    key = np.empty(n, np.float32)
    order = np.empty(n, np.int32)
    k = max(1, int(ends * n))
    least = np.int64(1) << 40 if by_capacity else np.int64(n + 1)
    balance = 0
    for direction in range(4):
        for i in range(n):
            if direction == 0:
                key[i] = x[i]
            elif direction == 1:
                key[i] = y[i]
            elif direction == 2:
                key[i] = x[i] + y[i]
            else:
                key[i] = x[i] - y[i]
            order[i] = i
            mark[i] = 0
        _select(key, order, np.int64(k), np.int64(0), np.int64(n))
        _select(key, order, np.int64(n - k), np.int64(k), np.int64(n))
        for i in range(k):
            mark[order[i]] = 1
            mark[order[n - 1 - i]] = 2
        # a border has no more nodes than the cut has edges
        cut = _min_cut(start, head, capacity, mark, least if by_capacity else least + 1, side)
        if cut > least or (by_capacity and cut == least):
            continue
        border_zero, border_one, size = _borders(start, head, side)
        value = cut if by_capacity else min(border_zero, border_one)
        even = min(size, n - size)
        if value < least or (value == least and even > balance):
            least = value
            balance = even
            best[:] = side
    return best


@njit(cache=True, nogil=True)
def _own_graph(lo, hi, first, last, head):
    """Graph of a part by its own numbers: (start, head), int32."""
    begin = first[lo]
    n = hi - lo
    start = np.empty(n + 1, np.int32)
    for i in range(n):
        start[i] = first[lo + i] - begin
    start[n] = last[hi - 1] - begin
    to = np.empty(start[n], np.int32)
    for e in range(len(to)):
        to[e] = head[begin + e] - lo
    return start, to


@njit(cache=True, nogil=True)
def _divide(lo, hi, side, start, to, nodes, x, y, first, last, head):
    """Permute a part into its two sides and, last, the smaller border, which loses its edges.

    A part that nothing could cut (`side` all alike) is halved, so that a dissection always ends.

    Returns
    -------
    Positions where the first and the second side end.
    """
    n = hi - lo
    size = 0
    for u in range(n):
        size += side[u]
    if size in (0, n):
        for u in range(n):
            side[u] = 1 if 2 * u < n else 0
    border_zero, border_one, _ = _borders(start, to, side)
    cut_from = 1 if border_one <= border_zero else 0
    part = np.empty(n, np.uint8)
    count = np.zeros(4, np.int64)
    for u in range(n):
        part[u] = 0 if side[u] == cut_from else 1
        if part[u] == 0:
            for e in range(start[u], start[u + 1]):
                if side[to[e]] != cut_from:
                    part[u] = 2
                    break
        count[part[u] + 1] += 1
    count[2] += count[1]
    count[3] += count[2]
    a = lo + count[1]
    b = lo + count[2]
    place = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    old_nodes = nodes[lo:hi].copy()
    old_x = x[lo:hi].copy()
    old_y = y[lo:hi].copy()
    for u in range(n):
        at = count[part[u]]
        count[part[u]] += 1
        place[u] = lo + at
        order[at] = u
        nodes[lo + at] = old_nodes[u]
        x[lo + at] = old_x[u]
        y[lo + at] = old_y[u]
    at = first[lo]
    for i in range(n):
        u = order[i]
        first[lo + i] = at
        if part[u] < 2:
            for e in range(start[u], start[u + 1]):
                if part[to[e]] == part[u]:
                    head[at] = place[to[e]]
                    at += 1
        last[lo + i] = at
    return a, b


@njit(cache=True, nogil=True)
def _pieces(start, to):
    """Connected pieces of runs of nodes: piece of each, and their number."""
    n = len(start) - 1
    run = n // CELLS
    piece = np.full(n, -1, np.int32)
    stack = np.empty(n, np.int32)
    count = 0
    for v in range(n):
        if piece[v] >= 0:
            continue
        piece[v] = count
        stack[0] = v
        top = 1
        while top > 0:
            top -= 1
            u = stack[top]
            for e in range(start[u], start[u + 1]):
                w = to[e]
                if piece[w] < 0 and w // run == u // run:
                    piece[w] = count
                    stack[top] = w
                    top += 1
        count += 1
    return piece, count


@njit(cache=True, nogil=True)
def _coarse(start, to, piece, count):
    """Graph of the pieces: (start, head, capacity), capacity the edges between two pieces."""
    n = len(piece)
    # nodes by piece
    by = np.zeros(count + 1, np.int32)
    for v in range(n):
        by[piece[v] + 1] += 1
    for p in range(count):
        by[p + 1] += by[p]
    member = np.empty(n, np.int32)
    fill = by[:-1].copy()
    for v in range(n):
        member[fill[piece[v]]] = v
        fill[piece[v]] += 1
    slot = np.full(count, -1, np.int32)  # where a piece stands in the row that is being made
    begin = np.zeros(count + 1, np.int32)
    near = np.empty(len(to), np.int32)
    many = np.empty(len(to), np.int32)
    at = 0
    for p in range(count):
        row = at
        for i in range(by[p], by[p + 1]):
            v = member[i]
            for e in range(start[v], start[v + 1]):
                q = piece[to[e]]
                if q == p:
                    continue
                if slot[q] < row or near[slot[q]] != q:
                    slot[q] = at
                    near[at] = q
                    many[at] = 0
                    at += 1
                many[slot[q]] += 1
        begin[p + 1] = at
    # each piece hands itself to its neighbours in turn: the rows come out sorted
    head = np.empty(at, np.int32)
    capacity = np.empty(at, np.int32)
    fill = begin[:-1].copy()
    for p in range(count):
        for e in range(begin[p], begin[p + 1]):
            q = near[e]
            head[fill[q]] = p
            capacity[fill[q]] = many[e]
            fill[q] += 1
    return begin, head, capacity


@njit(cache=True, nogil=True)
def _band(start, to, side):
    """Marks for a better cut near this one: 0 free, 1 and 2 what stays on side 1 and on side 0.

    Nodes within some hops of the cut are free, but less than half of each side.
    """
    n = len(side)
    far = np.full(n, BAND + 1, np.int32)
    queue = np.empty(n, np.int32)
    count = 0
    size = np.zeros(2, np.int64)
    for u in range(n):
        size[side[u]] += 1
        for e in range(start[u], start[u + 1]):
            if side[to[e]] != side[u]:
                far[u] = 0
                queue[count] = u
                count += 1
                break
    within = np.zeros((BAND + 2, 2), np.int64)
    at = 0
    while at < count:
        u = queue[at]
        at += 1
        within[far[u], side[u]] += 1
        if far[u] == BAND:
            continue
        for e in range(start[u], start[u + 1]):
            if far[to[e]] > far[u] + 1:
                far[to[e]] = far[u] + 1
                queue[count] = to[e]
                count += 1
    hops = 0
    zero = np.int64(0)
    on_one = np.int64(0)
    while hops <= BAND:
        zero += within[hops, 0]
        on_one += within[hops, 1]
        if 2 * zero >= size[0] or 2 * on_one >= size[1]:
            break
        hops += 1
    mark = np.empty(n, np.uint8)
    for u in range(n):
        mark[u] = 0 if far[u] < hops else 2 - side[u]
    return mark


@njit(cache=True, nogil=True)
def cut_large(lo, hi, nodes, x, y, first, last, head):
    """Cut a large part: inertial flow on a coarse graph, then the least cut in a band around that.

    Returns
    -------
    Positions where the first and the second side end; the separator follows.
    """
    start, to = _own_graph(lo, hi, first, last, head)
    n = hi - lo
    piece, count = _pieces(start, to)
    begin, near, capacity = _coarse(start, to, piece, count)
    at_x = np.zeros(count, np.float64)
    at_y = np.zeros(count, np.float64)
    size = np.zeros(count, np.int64)
    for u in range(n):
        at_x[piece[u]] += x[lo + u]
        at_y[piece[u]] += y[lo + u]
        size[piece[u]] += 1
    middle_x = np.empty(count, np.float32)
    middle_y = np.empty(count, np.float32)
    for p in range(count):
        middle_x[p] = at_x[p] / size[p]
        middle_y[p] = at_y[p] / size[p]
    by_capacity = True
    coarse = _inertial(middle_x, middle_y, begin, near, capacity, ENDS_OF_COARSE, by_capacity)
    side = np.empty(n, np.uint8)
    for u in range(n):
        side[u] = coarse[piece[u]]
    ones = np.ones(len(to), np.int32)
    _min_cut(start, to, ones, _band(start, to, side), np.int64(1) << 40, side)
    return _divide(lo, hi, side, start, to, nodes, x, y, first, last, head)


@njit(cache=True, nogil=True)
def _tiny(lo, hi, nodes, first, last, head):
    """Order a part of at most 64 nodes by minimum degree, of equals the one of least height."""
    bit = np.uint64(1)
    n = hi - lo
    near = np.zeros(n, np.uint64)
    degree = np.empty(n, np.int64)
    height = np.zeros(n, np.int64)
    old = nodes[lo:hi].copy()
    for i in range(n):
        degree[i] = last[lo + i] - first[lo + i]
        for e in range(first[lo + i], last[lo + i]):
            near[i] |= bit << np.uint64(head[e] - lo)
    for k in range(n):
        v = -1
        for u in range(n):
            if degree[u] >= 0 and (
                v < 0 or degree[u] < degree[v] or (degree[u] == degree[v] and height[u] < height[v])
            ):
                v = u
        nodes[lo + k] = old[v]
        degree[v] = -1
        for u in range(n):
            if degree[u] >= 0 and (near[v] >> np.uint64(u)) & bit:
                near[u] = (near[u] | near[v]) & ~((bit << np.uint64(u)) | (bit << np.uint64(v)))
                height[u] = max(height[u], height[v] + 1)
                bits = near[u]
                count = 0
                while bits != 0:
                    bits &= bits - bit
                    count += 1
                degree[u] = count


@njit(cache=True, nogil=True)
def dissect(lo, hi, nodes, x, y, first, last, head):
    """Cut a part again and again by inertial flow; its `nodes` are then in their order."""
    by_capacity = False  # small parts: by nodes of the border
    waiting = [(lo, hi)]
    while len(waiting) > 0:
        lo, hi = waiting.pop()
        if hi - lo <= TINY:
            _tiny(lo, hi, nodes, first, last, head)
            continue
        start, to = _own_graph(lo, hi, first, last, head)
        ones = np.ones(len(to), np.int32)
        side = _inertial(x[lo:hi], y[lo:hi], start, to, ones, ENDS, by_capacity)
        a, b = _divide(lo, hi, side, start, to, nodes, x, y, first, last, head)
        waiting.append((lo, a))
        waiting.append((a, b))
