"""The subgradient method on the Lagrangian bound of the p-median, many turns in one call.

Prices are in single precision, and sums of at most BLOCK terms too: twice as fast. What is ruled
out leaves room for their rounding, and the bound that counts is evaluated anew by the caller.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

SCALE, IDLE, LOWER, BEST, DONE = range(5)  # of `state`
OPEN, CLOSED = 1, 2  # of `ruled`
BLOCK = 512
ROUNDING = 3e-5
"""Of the prices' total: three sums of blocks, added in at least four lanes of a processor."""
NEAR = 0.3  # of the way from the cut to the best bound: bounds beyond it are not asked to rule out

single = np.float32


@njit(cache=True, nogil=True, fastmath=True)
def reduced_sums(costs, sites, weights, prices, sums):
    """For each listed site, the sum over customers of min(0, weight x (cost - price))."""
    for a in range(sites.size):
        row = costs[sites[a]]
        total = 0.0
        for start in range(0, row.size, BLOCK):
            ours, price = row[start : start + BLOCK], prices[start : start + BLOCK]
            weight = weights[start : start + BLOCK]
            part = single(0)
            for i in range(ours.size):
                part += weight[i] * min(single(ours[i]) - price[i], single(0))
            total += part
        sums[a] = total


@njit(cache=True, nogil=True, fastmath=True)
def times_served(costs, sites, prices, count):
    """Count, for each customer, the listed sites that cost less than its price."""
    count[:] = single(0)
    for j in sites:
        row = costs[j]
        for i in range(row.size):
            count[i] += single(1) if single(row[i]) < prices[i] else single(0)


@njit(cache=True, nogil=True)
def least(values, k):
    """Find the k-th least value, k >= 1, by Hoare's selection (np.partition compiles for long)."""
    kept = values.copy()
    low, high = 0, kept.size - 1
    while low < high:
        pivot = kept[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while kept[i] < pivot:
                i += 1
            while kept[j] > pivot:
                j -= 1
            if i <= j:
                kept[i], kept[j] = kept[j], kept[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            break
    return kept[k - 1]


@njit(cache=True, nogil=True)
def choose(sums, first, k, chosen):
    """Positions of the k least of sums[first:], the first of equal ones, in increasing order."""
    theirs = sums[first:]
    if k == 0:
        return
    last = least(theirs, k)
    below = 0
    for value in theirs:
        below += 1 if value < last else 0
    equal = k - below
    at = 0
    for j in range(theirs.size):
        if theirs[j] < last:
            chosen[at] = j
            at += 1
        elif theirs[j] == last and equal > 0:
            chosen[at] = j
            at += 1
            equal -= 1


@njit(cache=True, nogil=True)
def rule_out(lower, sums, first, chosen, enough, ruled):
    """Mark free sites whose entry, or exit, would lift the bound above `enough`."""
    theirs = sums[first:]
    inside = np.zeros(theirs.size, np.bool_)
    inside[chosen] = True
    worst_in, best_out = -np.inf, np.inf
    for j in range(theirs.size):
        if inside[j]:
            worst_in = max(worst_in, theirs[j])
        else:
            best_out = min(best_out, theirs[j])
    for j in range(theirs.size):
        if inside[j]:
            if lower - theirs[j] + best_out > enough:
                ruled[j] = OPEN
        elif lower + theirs[j] - worst_in > enough:
            ruled[j] = CLOSED


@njit(cache=True, nogil=True)
def ascend(
    costs, sites, fixed, weights, upper, cut, turns, patience, smallest, recent, memory, beyond,
    prices, slope, sums, chosen, best_prices, best_sums, best_chosen, share, ruled, state,
):  # fmt: skip
    """Do at most so many turns; True where more may help.

    `prices` are those to try next, `sums` and `chosen` those of the last turn, `best_…` those of
    the best bound; `slope` is the direction, which keeps the part `memory` of the one before.
    `fixed` of the sites, the first ones, are open. `share` and `ruled` are of the free ones.
    """
    count = np.empty(prices.size, single)
    opened = np.empty(fixed + chosen.size, np.int64)
    opened[:fixed] = sites[:fixed]
    for _ in range(turns):
        reduced_sums(costs, sites, weights, prices, sums)
        choose(sums, fixed, chosen.size, chosen)
        gross = 0.0
        for i in range(prices.size):
            gross += weights[i] * prices[i]
        lower = gross
        for j in range(fixed):
            lower += sums[j]
        for j in chosen:
            lower += sums[fixed + j]
        enough = cut + ROUNDING * gross
        share *= 1.0 - (recent if state[DONE] else 1.0)
        for j in chosen:
            share[j] += recent if state[DONE] else 1.0
        state[DONE] += 1
        if lower > state[BEST] - NEAR * (cut - state[BEST]):
            rule_out(lower, sums, fixed, chosen, enough, ruled)
        gained = lower > state[BEST] + 1e-6 * upper
        state[IDLE] = 0.0 if gained else state[IDLE] + 1.0
        state[LOWER] = lower
        if lower > state[BEST]:
            state[BEST] = lower
            best_prices[:] = prices
            best_sums[:] = sums
            best_chosen[:] = chosen
        if state[BEST] > enough:
            return False
        if state[IDLE] >= patience:
            state[LOWER], state[IDLE] = state[BEST], 0.0
            state[SCALE] *= 0.6
            prices[:] = best_prices
            sums[:] = best_sums
            chosen[:] = best_chosen
            slope[:] = single(0)
            if state[SCALE] < smallest:
                return False
        for a in range(chosen.size):
            opened[fixed + a] = sites[fixed + chosen[a]]
        times_served(costs, opened, prices, count)
        steep, missed = 0.0, 0.0
        for i in range(prices.size):
            miss = single(1) - count[i]
            missed += miss * miss
            slope[i] = memory * slope[i] + miss
            steep += weights[i] * slope[i] * slope[i]
        if missed == 0.0 or steep == 0.0:
            return False  # each customer is served once: no prices are better
        step = single(state[SCALE] * (beyond * upper - state[LOWER]) / steep)
        for i in range(prices.size):
            prices[i] = max(single(0), prices[i] + step * slope[i])
    return True
