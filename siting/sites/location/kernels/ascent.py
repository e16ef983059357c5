"""The subgradient method on the Lagrangian bound of the p-median, many turns in one call."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.sites.location.kernels.assignment import reduced_sums, times_served

SCALE, IDLE, LOWER, BEST, DONE = range(5)  # of `state`


@njit(cache=True, nogil=True)
def choose(sums, first, k, chosen):
    """Positions of the k least of sums[first:], the first of equal ones, in increasing order."""
    theirs = sums[first:]
    if k == 0:
        return
    last = np.partition(theirs, k - 1)[k - 1]
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
def bound(costs, sites, fixed, weights, prices, slack, sums, chosen):
    """The bound at given prices; `fixed` of the sites, the first ones, are open."""
    reduced_sums(costs, sites, weights, prices, sums)
    choose(sums, fixed, chosen.size, chosen)
    gross = 0.0
    for i in range(prices.size):
        gross += weights[i] * prices[i]
    lower = gross - slack * abs(gross)
    for j in range(fixed):
        lower += sums[j]
    for j in chosen:
        lower += sums[fixed + j]
    return lower


@njit(cache=True, nogil=True)
def ascend(
    costs,
    sites,
    fixed,
    weights,
    upper,
    cut,
    turns,
    patience,
    smallest,
    recent,
    slack,
    prices,
    sums,
    chosen,
    best_prices,
    best_sums,
    best_chosen,
    share,
    state,
):
    """Do at most so many turns; True where more may help.

    `prices`, `sums` and `chosen` are those of the last turn, `best_…` those of the best bound.
    """
    count = np.empty(prices.size)
    opened = np.empty(fixed + chosen.size, np.int64)
    opened[:fixed] = sites[:fixed]
    for _ in range(turns):
        if state[BEST] > cut or state[SCALE] < smallest:
            return False
        for a in range(chosen.size):
            opened[fixed + a] = sites[fixed + chosen[a]]
        times_served(costs, opened, prices, count)
        steep = 0.0
        for i in range(prices.size):
            steep += weights[i] * (1.0 - count[i]) ** 2
        if steep == 0.0:
            return False  # each customer is served once: no prices are better
        step = state[SCALE] * (1.02 * upper - state[LOWER]) / steep
        for i in range(prices.size):
            prices[i] = max(0.0, prices[i] + step * (1.0 - count[i]))
        state[LOWER] = bound(costs, sites, fixed, weights, prices, slack, sums, chosen)
        state[DONE] += 1
        share *= 1.0 - recent
        for j in chosen:
            share[j] += recent
        gained = state[LOWER] > state[BEST] + 1e-6 * upper
        state[IDLE] = 0.0 if gained else state[IDLE] + 1.0
        if state[LOWER] > state[BEST]:
            state[BEST] = state[LOWER]
            best_prices[:] = prices
            best_sums[:] = sums
            best_chosen[:] = chosen
        if state[IDLE] >= patience:
            state[LOWER], state[IDLE] = state[BEST], 0.0
            state[SCALE] *= 0.6
            prices[:] = best_prices
            sums[:] = best_sums
            chosen[:] = best_chosen
    return True
