"""Sixty-four trees at once: one vector instruction relaxes an arc for several sources.

The sweep goes down the elimination tree in preorder. All that a node needs are the times of its
ancestors, which stand on a stack as deep as the tree; a row of the stack holds one time for each
of the 64 sources. Numba's own loops do not keep such a row in registers, so the innermost step is
given to LLVM as vector operations; LLVM maps them to what the machine has (AVX, NEON, plain).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from siting.compiled import njit

LANES = 64
ROW_BYTES = 4 * LANES
INFINITE = np.int32(2**30 - 1)
UNREACHED = np.int32(2**31 - 1)

_WORD = ir.IntType(64)
_ROW = ir.VectorType(ir.IntType(32), LANES)


def _row_at(builder: Any, address: Any) -> Any:
    return builder.inttoptr(address, _ROW.as_pointer())


@intrinsic  # type: ignore[misc]
def _relax(typing, stack, deep, weight, start, stop, initial, to):  # noqa: ARG001  # fmt: skip
    """Least of the initial row and of (stack row of each arc's head + weight), put in row `to`.

    All arguments are addresses or arc numbers (intp); rows are 64-byte aligned.
    """
    signature = types.void(*[types.intp] * 7)

    def generate(_context: Any, b: Any, _signature: Any, args: Any) -> Any:
        stack_, deep_, weight_, start_, stop_, initial_, to_ = args
        smaller = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(_ROW, [_ROW, _ROW]), f"llvm.smin.v{LANES}i32"
        )
        first = b.load(_row_at(b, initial_))
        first.align = 64
        entry = b.basic_block
        arc = b.append_basic_block("arc")
        done = b.append_basic_block("done")
        b.cbranch(b.icmp_signed("<", start_, stop_), arc, done)
        b.position_at_end(arc)
        number = b.phi(_WORD)
        least = b.phi(_ROW)
        number.add_incoming(start_, entry)
        least.add_incoming(first, entry)
        at = b.add(deep_, b.shl(number, ir.Constant(_WORD, 1)))
        depth = b.zext(b.load(b.inttoptr(at, ir.IntType(16).as_pointer())), _WORD)
        at = b.add(weight_, b.shl(number, ir.Constant(_WORD, 2)))
        time = b.load(b.inttoptr(at, ir.IntType(32).as_pointer()))
        row = b.load(_row_at(b, b.add(stack_, b.mul(depth, ir.Constant(_WORD, ROW_BYTES)))))
        row.align = 64
        blank = ir.Constant(_ROW, ir.Undefined)
        first_lane = b.insert_element(blank, time, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        way = b.add(row, b.shuffle_vector(first_lane, blank, zeros))
        lower = b.call(smaller, [way, least])
        following = b.add(number, ir.Constant(_WORD, 1))
        number.add_incoming(following, arc)
        least.add_incoming(lower, arc)
        b.cbranch(b.icmp_signed("<", following, stop_), arc, done)
        b.position_at_end(done)
        result = b.phi(_ROW)
        result.add_incoming(first, entry)
        result.add_incoming(lower, arc)
        stored = b.store(result, _row_at(b, to_))
        stored.align = 64
        return _context.get_dummy_value()

    return signature, generate


@intrinsic  # type: ignore[misc]
def _stream(typing: Any, row: Any, to: Any) -> Any:  # noqa: ARG001
    """Copy a row to memory past the caches (it is not read again soon)."""
    signature = types.void(types.intp, types.intp)

    def generate(context: Any, b: Any, _signature: Any, args: Any) -> Any:
        loaded = b.load(_row_at(b, args[0]))
        loaded.align = 64
        stored = b.store(loaded, _row_at(b, args[1]))
        stored.align = 64
        hint = b.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        stored.set_metadata("nontemporal", hint)
        return context.get_dummy_value()

    return signature, generate


@intrinsic  # type: ignore[misc]
def _push(typing: Any, source: Any, time: Any, target: Any) -> Any:  # noqa: ARG001
    """Lower a row to another row + a time; rows by address."""
    signature = types.void(types.intp, types.int32, types.intp)

    def generate(context: Any, b: Any, _signature: Any, args: Any) -> Any:
        smaller = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(_ROW, [_ROW, _ROW]), f"llvm.smin.v{LANES}i32"
        )
        blank = ir.Constant(_ROW, ir.Undefined)
        first_lane = b.insert_element(blank, args[1], ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        loaded = [b.load(_row_at(b, address)) for address in (args[0], args[2])]
        for row in loaded:
            row.align = 64
        way = b.add(loaded[0], b.shuffle_vector(first_lane, blank, zeros))
        stored = b.store(b.call(smaller, [way, loaded[1]]), _row_at(b, args[2]))
        stored.align = 64
        return context.get_dummy_value()

    return signature, generate


@njit(cache=True, nogil=True)
def climb(
    begin, end, leg_first, leg_node, leg_time,
    parent, depth, first, head, weight, slot, touched, order, rows,
):  # fmt: skip
    """Times from up to 64 sources to all their ancestors.

    Parameters
    ----------
    begin, end
        Sources, at most 64; source s has legs leg_first[s] to leg_first[s + 1].
    slot
        Row of each node in `rows`, -1 where it has none yet; int32, shape (nodes,).
    touched, order
        Written: nodes that have a row, in the order of their rows, and from the deepest up.
    rows
        Written: int32, shape (more than the ancestors, 64), 64-byte aligned.

    Returns
    -------
    Number of rows used; row 0 stays infinite.
    """
    for k in range(LANES):
        rows[0, k] = INFINITE
    used = 1
    deepest = 0
    for s in range(begin, end):
        for leg in range(leg_first[s], leg_first[s + 1]):
            v = leg_node[leg]
            deepest = max(deepest, depth[v])
            while v >= 0 and slot[v] < 0:
                slot[v] = used
                touched[used] = v
                for k in range(LANES):
                    rows[used, k] = INFINITE
                used += 1
                v = parent[v]
            row = slot[leg_node[leg]]
            rows[row, s - begin] = min(rows[row, s - begin], leg_time[leg])
    # from the deepest up: heads are ancestors, so they lie less deep
    start = np.zeros(deepest + 2, np.int64)
    for i in range(1, used):
        start[deepest - depth[touched[i]] + 1] += 1
    for d in range(deepest + 1):
        start[d + 1] += start[d]
    for i in range(1, used):
        d = deepest - depth[touched[i]]
        order[start[d]] = touched[i]
        start[d] += 1
    rows_at = rows.ctypes.data
    for i in range(used - 1):
        v = order[i]
        here = rows_at + np.intp(slot[v]) * ROW_BYTES
        for a in range(first[v], first[v + 1]):
            _push(here, weight[a], rows_at + np.intp(slot[head[a]]) * ROW_BYTES)
    return used


@njit(cache=True, nogil=True)
def forget(used, slot, touched):
    """Give `slot` back as `climb` wants it."""
    for i in range(1, used):
        slot[touched[i]] = -1


@njit(cache=True, nogil=True)
def restrict(nodes, first, deep, weight):
    """The arcs of some nodes only, as CSR over these nodes."""
    start = np.zeros(len(nodes) + 1, np.int64)
    for i in range(len(nodes)):
        start[i + 1] = start[i] + first[nodes[i] + 1] - first[nodes[i]]
    deeps = np.empty(start[-1], np.int16)
    weights = np.empty(start[-1], np.int32)
    for i in range(len(nodes)):
        at = start[i]
        for a in range(first[nodes[i]], first[nodes[i] + 1]):
            deeps[at] = deep[a]
            weights[at] = weight[a]
            at += 1
    return start, deeps, weights


@njit(cache=True, nogil=True)
def to_targets(nodes, depth, start, deep, weight, slot, rows, stack, wanted, wanted_rows):
    """Sweep down to some nodes, and keep the rows of those that are wanted.

    Parameters
    ----------
    nodes, start, deep, weight
        Nodes in preorder, closed under parents, and their arcs (`restrict`).
    stack
        Work array, int32, shape (depth of the tree, 64), 64-byte aligned like `rows`.
    wanted
        Row of `wanted_rows` of each node, -1 where it is not wanted, shape (nodes,).
    wanted_rows
        Written: int32, shape (wanted nodes, 64).
    """
    stack_at = stack.ctypes.data
    rows_at = rows.ctypes.data
    deep_at = deep.ctypes.data
    weight_at = weight.ctypes.data
    for i in range(len(nodes)):
        v = nodes[i]
        row = max(slot[v], 0)
        to = stack_at + np.intp(depth[v]) * ROW_BYTES
        _relax(stack_at, deep_at, weight_at, start[i], start[i + 1], rows_at + row * ROW_BYTES, to)
        if wanted[i] >= 0:
            for k in range(LANES):
                wanted_rows[wanted[i], k] = stack[depth[v], k]


@njit(cache=True, nogil=True)
def to_all(depth, start, deep, weight, slot, rows, stack, out, column):
    """Sweep down to all nodes, and write each node's row to `out[node, column:column + 64]`.

    `out` is int32, 64-byte aligned with rows of a multiple of 64 columns.
    """
    stack_at = stack.ctypes.data
    rows_at = rows.ctypes.data
    deep_at = deep.ctypes.data
    weight_at = weight.ctypes.data
    out_at = out.ctypes.data + np.intp(column) * 4
    line = np.intp(out.shape[1]) * 4
    for v in range(len(depth)):
        row = max(slot[v], 0)
        to = stack_at + np.intp(depth[v]) * ROW_BYTES
        _relax(stack_at, deep_at, weight_at, start[v], start[v + 1], rows_at + row * ROW_BYTES, to)
        _stream(to, out_at + v * line)


@njit(cache=True, nogil=True)
def tree(depth, start, deep, weight, slot, rows, stack, out):
    """Sweep down to all nodes from the first source alone; `stack` and `out` are one wide."""
    for v in range(len(depth)):
        best = rows[max(slot[v], 0), 0]
        for a in range(start[v], start[v + 1]):
            best = min(best, stack[deep[a]] + weight[a])
        stack[depth[v]] = best
        out[v] = best


@njit(cache=True, nogil=True)
def soonest(times, number, first, node, duration, out):
    """Least time over each point's legs, given a tree's `times` by place in the sweep."""
    for i in range(len(out)):
        best = INFINITE
        for leg in range(first[i], first[i + 1]):
            best = min(best, min(times[number[node[leg]]], INFINITE) + duration[leg])
        out[i] = UNREACHED if best >= INFINITE else best


@njit(cache=True, nogil=True)
def _out_of_reach(v, farthest, all_first, all_deep, lowest):
    """Whether no source comes to the subtree of v in time: it is entered from v's heads only."""
    for a in range(all_first[v], all_first[v + 1]):
        if lowest[all_deep[a]] <= farthest:
            return False
    return True


@njit(cache=True, nogil=True)
def weight_within(
    depth, start, deep, weight, slot, rows, stack,
    size, all_first, all_deep, lowest, mass, limits, total,
):  # fmt: skip
    """Sum the masses of the nodes within each limit of each source: `total[limit, source]`.

    Parameters
    ----------
    size, all_first, all_deep
        Subtree sizes, and all upward arcs of the hierarchy (their heads' depths): subtrees that
        nobody reaches in time are skipped.
    lowest
        Work array: least time on each row of the stack, int32.
    mass
        By node, float64.
    limits
        int32, increasing.
    """
    stack_at = stack.ctypes.data
    rows_at = rows.ctypes.data
    deep_at = deep.ctypes.data
    weight_at = weight.ctypes.data
    farthest = limits[len(limits) - 1]
    v = 0
    while v < len(depth):
        if slot[v] < 0 and _out_of_reach(v, farthest, all_first, all_deep, lowest):
            v += size[v]
            continue
        row = max(slot[v], 0)
        d = depth[v]
        to = stack_at + np.intp(d) * ROW_BYTES
        _relax(stack_at, deep_at, weight_at, start[v], start[v + 1], rows_at + row * ROW_BYTES, to)
        soonest = INFINITE
        for k in range(LANES):
            soonest = min(soonest, stack[d, k])
        lowest[d] = soonest
        here = mass[v]
        if here != 0 and soonest <= farthest:
            for t in range(len(limits)):
                limit = limits[t]
                for k in range(LANES):
                    total[t, k] += here if stack[d, k] <= limit else 0.0
        v += 1


@njit(cache=True, nogil=True)
def weight_falling(
    depth, start, deep, weight, slot, rows, stack,
    size, all_first, all_deep, lowest, mass, falling, total,
):  # fmt: skip
    """Sum the masses of all nodes, each times `falling[seconds]`: `total[source]`.

    `falling` is float64 by whole second; times beyond its end count nothing. The rest as in
    `weight_within`.
    """
    stack_at = stack.ctypes.data
    rows_at = rows.ctypes.data
    deep_at = deep.ctypes.data
    weight_at = weight.ctypes.data
    farthest = 10 * len(falling) - 1
    v = 0
    while v < len(depth):
        if slot[v] < 0 and _out_of_reach(v, farthest, all_first, all_deep, lowest):
            v += size[v]
            continue
        row = max(slot[v], 0)
        d = depth[v]
        to = stack_at + np.intp(d) * ROW_BYTES
        _relax(stack_at, deep_at, weight_at, start[v], start[v + 1], rows_at + row * ROW_BYTES, to)
        soonest = INFINITE
        for k in range(LANES):
            soonest = min(soonest, stack[d, k])
        lowest[d] = soonest
        here = mass[v]
        if here != 0 and soonest <= farthest:
            for k in range(LANES):
                second = stack[d, k] // 10
                if second < len(falling):
                    total[k] += here * falling[second]
        v += 1


@njit(cache=True, nogil=True)
def nearest(
    leg_first, leg_node, leg_time,
    up_first, up_head, up_weight, down_first, down_head, down_weight, time, place,
):  # fmt: skip
    """Time of every node to its nearest place, and that place: up once, down once.

    A place that is nearest to a node is nearest to every node on its way there: places are handed
    on along the ways that give the least time, of equal times the smallest number.
    """
    for p in range(len(leg_first) - 1):
        for leg in range(leg_first[p], leg_first[p + 1]):
            v = leg_node[leg]
            if leg_time[leg] < time[v]:  # of equal times the first place stays
                time[v] = leg_time[leg]
                place[v] = p
    for v in range(len(time) - 1, -1, -1):
        if place[v] < 0:
            continue
        for arc in range(up_first[v], up_first[v + 1]):
            _hand_on(time, place, v, up_head[arc], up_weight[arc])
    for v in range(len(time)):
        for arc in range(down_first[v], down_first[v + 1]):
            if place[down_head[arc]] >= 0:
                _hand_on(time, place, down_head[arc], v, down_weight[arc])


@njit(cache=True, nogil=True)
def _hand_on(time, place, source, target, weight):
    """Give a node the time and the place of another, where that is sooner."""
    total = time[source] + weight
    if total < time[target] or (total == time[target] and place[source] < place[target]):
        time[target] = total
        place[target] = place[source]


@njit(cache=True, nogil=True)
def finish(wanted_rows, leg_first, leg_row, leg_time, out, columns):
    """Least over each target's legs: `out[target, columns[lane]]`."""
    least_row = np.empty(LANES, np.int32)
    for j in range(len(leg_first) - 1):
        for k in range(LANES):
            least_row[k] = INFINITE
        for leg in range(leg_first[j], leg_first[j + 1]):
            row = leg_row[leg]
            time = leg_time[leg]
            for k in range(LANES):
                least_row[k] = min(least_row[k], wanted_rows[row, k] + time)
        for k in range(len(columns)):
            out[j, columns[k]] = least_row[k] if least_row[k] < INFINITE else UNREACHED


@njit(cache=True, nogil=True)
def within(
    limit,
    v0,
    time0,
    parent,
    size,
    up_first,
    up_head,
    up_weight,
    all_first,
    all_head,
    down_first,
    down_head,
    down_weight,
    time,
    reached,
):
    """Times from a few nodes to all that lie within a limit, leaving out subtrees beyond it.

    Parameters
    ----------
    v0, time0
        Nodes and times to begin with.
    all_first, all_head
        All upward arcs of the hierarchy: a subtree is entered from the heads of its root only.
    time
        Work array, int32, shape (nodes,), all `INFINITE`; left with times.
    reached
        Written: pairs (node, time), int32, shape (nodes, 2).

    Returns
    -------
    Number of pairs.
    """
    n = len(parent)
    inside = np.zeros(n, np.bool_)
    for i in range(len(v0)):
        v = np.int64(v0[i])
        if time0[i] >= time[v]:
            continue
        time[v] = time0[i]
        while v >= 0:
            inside[v] = True
            if time[v] <= limit:
                for a in range(up_first[v], up_first[v + 1]):
                    h = up_head[a]
                    time[h] = min(time[h], time[v] + up_weight[a])
            v = parent[v]
    count = 0
    v = 0
    while v < n:
        if not inside[v]:
            open_ = False
            for a in range(all_first[v], all_first[v + 1]):
                if time[all_head[a]] <= limit:
                    open_ = True
                    break
            if not open_:
                v += size[v]
                continue
        least_time = time[v]
        for a in range(down_first[v], down_first[v + 1]):
            least_time = min(least_time, time[down_head[a]] + down_weight[a])
        time[v] = least_time
        if least_time <= limit:
            reached[count, 0] = v
            reached[count, 1] = least_time
            count += 1
        v += 1
    return count
