"""The bound of maximal covering at a node of its tree, and what is left of a node in a child.

Sites cover groups: site j covers item[start[j]:start[j + 1]], groups have weights. Arrays are
those of `siting.location.maximal_cover.Node`.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

LARGEST_STEP = 2.0
GROWTH = 1.1
LARGEST_SHARE = 0.1  # of the newest choice in the average of the choices
SMALL = 1e-6  # relative gain of a bound that counts as one
BELOW = 0.9995  # the target of the steps, relative to what is needed


@njit(cache=True, nogil=True)
def lower_bound(
    start, item, weight, k, need, turns, patience, shrink, last, prices, trial, slope, share, state,
    sums, opened, closed,
):  # fmt: skip
    """Lower the bound on the weight that k sites cover, by the volume algorithm.

    For rewards 0 <= r_g <= w_g (`prices`) the bound is sum(w - r) + the k largest sums of the
    rewards that a site covers. Does at most `turns` turns, fewer once the bound is below `need`.
    Sites that any bound on the way proves open or closed in all plans of at least `need` are marked
    in `opened` and `closed`.

    `prices`, with their `sums`, are those of the best bound so far; `trial` are those to try next;
    `slope` and `share` average the choices. `state` holds the step, the turns without gain, the
    best bound, and whether there was a turn; the step is not made smaller than `last`. Returns
    whether more turns may help.
    """
    sites, groups = start.size - 1, weight.size
    now = np.empty(sites)
    excess = np.empty(groups)
    whole = weight.sum()
    for _ in range(turns):
        for j in range(sites):
            total = 0.0
            for a in range(start[j], start[j + 1]):
                total += trial[item[a]]
            now[j] = total
        order = np.argsort(-now, kind="mergesort")
        bound = whole - trial.sum()
        for a in range(k):
            bound += now[order[a]]
        _mark(now, order, k, bound, need, opened, closed)
        excess[:] = -1.0
        for a in range(k):
            for b in range(start[order[a]], start[order[a] + 1]):
                excess[item[b]] += 1.0
        if state[3] == 0.0:
            state[3] = 1.0
            if share.sum() == 0.0:
                share[order[:k]] = 1.0
            slope[:] = -1.0
            for j in range(sites):
                if share[j] > 0.0:
                    for a in range(start[j], start[j + 1]):
                        slope[item[a]] += share[j]
        old = mixed = new = 0.0
        for g in range(groups):
            old += weight[g] * slope[g] * slope[g]
            mixed += weight[g] * slope[g] * excess[g]
            new += weight[g] * excess[g] * excess[g]
        gain = bound < state[2] - SMALL * whole
        if bound < state[2]:
            state[2] = bound
            prices[:] = trial
            sums[:] = now
            if gain and mixed >= 0.0:
                state[0] = min(LARGEST_STEP, GROWTH * state[0])
        if state[2] < need:
            return False
        state[1] = 0.0 if gain else state[1] + 1.0
        if state[1] >= patience:
            state[0] *= shrink
            state[1] = 0.0
            if state[0] < last:
                return False
        curve = old - 2.0 * mixed + new
        part = LARGEST_SHARE
        if curve > 0.0:
            part = min(LARGEST_SHARE, max(LARGEST_SHARE / 10.0, (old - mixed) / curve))
        share *= 1.0 - part
        for a in range(k):
            share[order[a]] += part
        steep = 0.0
        for g in range(groups):
            slope[g] += part * (excess[g] - slope[g])
            up = slope[g] < 0.0 and prices[g] < weight[g]
            down = slope[g] > 0.0 and prices[g] > 0.0
            if up or down:
                steep += weight[g] * slope[g] * slope[g]
        if steep <= 1e-12 * whole:
            return False
        step = state[0] * (state[2] - BELOW * need) / steep
        for g in range(groups):
            moved = prices[g] - step * slope[g] * weight[g]
            trial[g] = min(max(moved, 0.0), weight[g])
    return True


@njit(cache=True, nogil=True)
def _mark(sums, order, k, bound, need, opened, closed):
    """Mark the sites whose exit or entry brings the bound below what is needed."""
    weakest = sums[order[k - 1]]
    next_best = sums[order[k]] if k < sums.size else -np.inf
    for a in range(sums.size):
        j = order[a]
        if a < k:
            if bound - sums[j] + next_best < need:
                opened[j] = True
        elif bound - weakest + sums[j] < need:
            closed[j] = True


@njit(cache=True, nogil=True)
def remainder(start, item, weight, prices, kept, opened):
    """What is left when some sites open and only the kept ones stay free.

    Groups of opened sites go, those that no kept site covers go too, and groups that the same kept
    sites cover are merged. Returns start, item, weight and prices of what is left, and the weight
    that the opened sites cover.
    """
    groups = weight.size
    covered = np.zeros(groups, np.bool_)
    for j in range(kept.size):
        if opened[j]:
            for a in range(start[j], start[j + 1]):
                covered[item[a]] = True
    gain = 0.0
    for g in range(groups):
        if covered[g]:
            gain += weight[g]
    sites = np.flatnonzero(kept)
    words = (sites.size + 63) // 64
    bits = np.zeros((groups, words), np.uint64)
    for m in range(sites.size):
        bit = np.uint64(1) << np.uint64(m & 63)
        for a in range(start[sites[m]], start[sites[m] + 1]):
            bits[item[a], m >> 6] |= bit
    number, count = _number(bits, covered)
    less = np.zeros(count)
    paid = np.zeros(count)
    for g in range(groups):
        if number[g] >= 0:
            less[number[g]] += weight[g]
            paid[number[g]] += prices[g]
    first = np.zeros(sites.size + 1, np.int64)
    room = 0
    for j in sites:
        room += start[j + 1] - start[j]
    left = np.empty(room, np.int32)
    seen = np.full(count, -1, np.int64)
    size = 0
    for m in range(sites.size):
        for a in range(start[sites[m]], start[sites[m] + 1]):
            g = number[item[a]]
            if g >= 0 and seen[g] != m:
                seen[g] = m
                left[size] = g
                size += 1
        first[m + 1] = size
    return first, left[:size].copy(), less, paid, gain


@njit(cache=True, nogil=True)
def _number(bits, covered):
    """Number the groups by their bits, in order of first sight; -1: covered, or without a bit."""
    groups, words = bits.shape
    size = 1
    while size < 2 * groups + 2:
        size *= 2
    slots = np.full(size, -1, np.int64)
    mask = np.uint64(size - 1)
    number = np.full(groups, -1, np.int64)
    count = 0
    for g in range(groups):
        if covered[g]:
            continue
        key = np.uint64(0)
        some = np.uint64(0)
        for k in range(words):
            key = (key ^ bits[g, k]) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(32)
            some |= bits[g, k]
        if some == 0:
            continue
        at = key & mask
        while slots[at] >= 0:
            same = True
            for k in range(words):
                same &= bits[slots[at], k] == bits[g, k]
            if same:
                number[g] = number[slots[at]]
                break
            at = (at + np.uint64(1)) & mask
        if number[g] < 0:
            slots[at] = g
            number[g] = count
            count += 1
    return number, count
