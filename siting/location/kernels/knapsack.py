"""Knapsacks of the capacitated models: what a site had best serve within its room, and the bound.

Costs and reach have shape (sites, customers); sizes and rooms are whole numbers (int64). Sites have
a set each: -1, or a number below `sets`; at least one site of each set is open.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

LARGEST_STEP = 2.0
GROWTH = 1.1
LARGEST_SHARE = 0.1  # of the newest choice in the average of the choices
SMALL = 1e-6  # relative gain of a bound that counts as one
BEYOND = 1.0005  # the target of the steps, relative to what is enough


@njit(cache=True, nogil=True)
def best_load(gain, size, count, room, table, taken):
    """Give the greatest gain of the first `count` items that fit, marked in `taken`.

    table: scratch of shape (items + 1, largest room + 1).
    """
    whole = 0
    total = 0.0
    for a in range(count):
        whole += size[a]
        total += gain[a]
        taken[a] = True
    if whole <= room:
        return total
    table[0, : room + 1] = 0.0
    for a in range(count):
        need = min(size[a], room + 1)
        worth = gain[a]
        before, after = table[a], table[a + 1]
        for c in range(need):
            after[c] = before[c]
        for c in range(need, room + 1):
            after[c] = max(before[c], before[c - need] + worth)
    c = room
    for a in range(count - 1, -1, -1):
        taken[a] = table[a + 1, c] != table[a, c]
        if taken[a]:
            c -= size[a]
    return table[count, room]


@njit(cache=True, nogil=True)
def best_sites(values, free, group, sets, places, barred, forced, chosen):
    """Mark the free sites of greatest total value, one of each set at least; give the total.

    `barred` is left out and `forced` is in (-1: none). Minus infinity where there is no choice.
    """
    chosen[:] = False
    served = np.zeros(sets, np.bool_)
    total = 0.0
    count = 0
    if forced >= 0:
        chosen[forced] = True
        total += values[forced]
        count = 1
        if group[forced] >= 0:
            served[group[forced]] = True
    first = np.full(sets, -1, np.int64)
    for j in range(values.size):
        k = group[j]
        if free[j] and j != barred and k >= 0 and not served[k]:
            if first[k] < 0 or values[j] > values[first[k]]:
                first[k] = j
    for k in range(sets):
        if not served[k]:
            if first[k] < 0:
                return -np.inf
            chosen[first[k]] = True
            total += values[first[k]]
            count += 1
    if count > places:
        return -np.inf
    while count < places:
        best = -1
        for j in range(values.size):
            if free[j] and j != barred and not chosen[j] and (best < 0 or values[j] > values[best]):
                best = j
        if best < 0:
            return -np.inf
        chosen[best] = True
        total += values[best]
        count += 1
    return total


@njit(cache=True, nogil=True)
def raise_bound(
    costs, reach, size, room, free, group, sets, places, enough, turns, patience, shrink, last,
    prices, trial, slope, served, share, state, values, opened, closed, load_of,
):  # fmt: skip
    """Raise the bound by the volume algorithm; work done is added to state[4].

    With a price for serving each customer once, the bound is the sum of the prices minus the values
    of the best sites, each the best load of its site at gains price - cost. Does at most `turns`
    turns, fewer once the bound is above `enough`. Sites that any bound on the way proves open or
    closed in all plans of at most `enough` are marked in `opened` and `closed`.

    `prices`, with `values`, are those of the best bound so far; `trial` are those to try next;
    `slope`, `served` and `share` average the choices (who is served too little, pairs, sites).
    `state` holds the step (not made smaller than `last`), the turns without gain, the best bound,
    whether there was a turn, work.
    `load_of` is the last choice, customer to site, where it serves each customer once and is worth
    the bound; else it begins with -1. Returns whether more turns may help.
    """
    sites, customers = costs.shape
    now = np.full(sites, -np.inf)
    table = np.zeros((customers + 1, room.max() + 1))
    taken = np.zeros((sites, customers), np.bool_)
    item = np.empty(customers, np.int64)
    gain = np.empty(customers)
    need = np.empty(customers, np.int64)
    kept = np.zeros(customers, np.bool_)
    chosen = np.zeros(sites, np.bool_)
    other = np.zeros(sites, np.bool_)
    times = np.empty(customers)
    load_of[0] = -1
    for _ in range(turns):
        for j in range(sites):
            if not free[j]:
                continue
            count = 0
            for i in range(customers):
                taken[j, i] = False
                if reach[j, i] and trial[i] > costs[j, i] and size[i] <= room[j]:
                    item[count] = i
                    gain[count] = trial[i] - costs[j, i]
                    need[count] = size[i]
                    count += 1
            now[j] = best_load(gain, need, count, room[j], table, kept)
            state[4] += customers + count * room[j]
            for a in range(count):
                taken[j, item[a]] = kept[a]
        top = best_sites(now, free, group, sets, places, -1, -1, chosen)
        if top == -np.inf:
            state[2] = np.inf
            return False
        whole = trial.sum()
        bound = whole - top
        if bound > state[2] - 0.02 * abs(state[2]):
            for j in range(sites):
                if not free[j]:
                    continue
                if chosen[j]:
                    rest = best_sites(now, free, group, sets, places, j, -1, other)
                    opened[j] |= whole - rest > enough
                else:
                    rest = best_sites(now, free, group, sets, places, -1, j, other)
                    closed[j] |= whole - rest > enough
        times[:] = 0.0
        for j in range(sites):
            if chosen[j]:
                for i in range(customers):
                    times[i] += taken[j, i]
        once = True
        for i in range(customers):
            once &= times[i] == 1.0
        if state[3] == 0.0:
            state[3] = 1.0
            if share.sum() == 0.0:
                share[:] = chosen
                for j in range(sites):
                    if chosen[j]:
                        served[j] = taken[j]
            slope[:] = 1.0 - served.sum(axis=0)
        old = mixed = new = 0.0
        for i in range(customers):
            miss = 1.0 - times[i]
            old += slope[i] * slope[i]
            mixed += slope[i] * miss
            new += miss * miss
        better = bound > state[2] + SMALL * abs(bound)
        if bound > state[2]:
            state[2] = bound
            prices[:] = trial
            values[:] = now
            if better and mixed >= 0.0:
                state[0] = min(LARGEST_STEP, GROWTH * state[0])
            if once:
                for j in range(sites):
                    if chosen[j]:
                        for i in range(customers):
                            if taken[j, i]:
                                load_of[i] = j
                return False
        if state[2] > enough:
            return False
        state[1] = 0.0 if better else state[1] + 1.0
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
        served *= 1.0 - part
        for j in range(sites):
            if chosen[j]:
                share[j] += part
                for i in range(customers):
                    if taken[j, i]:
                        served[j, i] += part
        steep = 0.0
        for i in range(customers):
            slope[i] += part * (1.0 - times[i] - slope[i])
            steep += slope[i] * slope[i]
        if steep < 1e-12:
            return False
        step = state[0] * max(BEYOND * enough - state[2], SMALL * abs(state[2])) / steep
        for i in range(customers):
            trial[i] = prices[i] + step * slope[i]
    return True


@njit(cache=True, nogil=True)
def keep_pairs(costs, reach, size, room, free, group, sets, places, enough, bound, prices, values):
    """Leave out pairs whose use lifts the bound above `enough`; changes `reach`.

    A customer whom a site must serve, because the bound without the pair is too high and the site
    is the only one of its set, is left to it alone. `bound` is that of `prices`, whose best loads
    have `values`. Returns the work done.
    """
    sites, customers = costs.shape
    chosen = np.zeros(sites, np.bool_)
    other = np.zeros(sites, np.bool_)
    top = best_sites(values, free, group, sets, places, -1, -1, chosen)
    members = np.zeros(sets, np.int64)
    for j in range(sites):
        if free[j] and group[j] >= 0:
            members[group[j]] += 1
    work = 0.0
    largest = room.max()
    before = np.zeros((customers + 1, largest + 1))
    after = np.zeros(largest + 1)
    item = np.empty(customers, np.int64)
    for j in range(sites):
        if not free[j]:
            reach[j] = False
            continue
        entry = 0.0
        if not chosen[j]:
            entry = top - best_sites(values, free, group, sets, places, -1, j, other)
        only = group[j] >= 0 and members[group[j]] == 1
        most = room[j]
        count = 0
        for i in range(customers):
            if reach[j, i]:
                item[count] = i
                count += 1
        work += 3.0 * count * most
        before[0, : most + 1] = 0.0
        for a in range(count):
            i = item[a]
            worth = prices[i] - costs[j, i]
            need = min(size[i], most + 1) if worth > 0.0 else most + 1
            row, nxt = before[a], before[a + 1]
            for c in range(need):
                nxt[c] = row[c]
            for c in range(need, most + 1):
                nxt[c] = max(row[c], row[c - need] + worth)
        after[: most + 1] = 0.0  # after[c]: best of the later items in a room of most - c
        for a in range(count - 1, -1, -1):
            i = item[a]
            worth = prices[i] - costs[j, i]
            need = size[i]
            row = before[a]
            using = -np.inf
            for c in range(most - need + 1):
                using = max(using, row[c] + after[c + need])
            lacking = -np.inf
            if only:
                for c in range(most + 1):
                    lacking = max(lacking, row[c] + after[c])
            if bound + entry + values[j] - (using + worth) > enough:
                reach[j, i] = False
            elif only and bound + values[j] - lacking > enough:
                reach[:, i] = False
                reach[j, i] = True
            if worth > 0.0 and need <= most:
                for c in range(most - need + 1):
                    after[c] = max(after[c], after[c + need] + worth)
    return work


@njit(cache=True, nogil=True)
def half_open(share, free, group, members, near):
    """Give the sites, alike by `near`, that the average of the choices opens nearest to one half.

    All are free and of one set (or of none) that has others. near: for each site, all sites from
    the most alike. Returns a mask, and how far from one half it is.
    """
    sites = share.size
    best, centre, last = np.inf, -1, -1
    for j in range(sites):
        k = group[j]
        if not free[j] or share[j] < 0.02 or (k >= 0 and members[k] < 2):
            continue
        total = 0.0
        count = 0
        for a in range(sites):
            i = near[j, a]
            if not free[i] or group[i] != k:
                continue
            total += share[i]
            count += 1
            if k >= 0 and count == members[k]:
                break
            if abs(total - 0.5) < best:
                best, centre, last = abs(total - 0.5), j, a
            if total > 1.0:
                break
    mask = np.zeros(sites, np.bool_)
    if centre >= 0:
        for a in range(last + 1):
            i = near[centre, a]
            mask[i] = free[i] and group[i] == group[centre]
    return mask, best
