"""Knapsacks of the capacitated models: what a site had best serve within its capacity."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def best_loads(gains, size, capacity, sites, values, taken):
    """For each listed site, the customers of greatest total gain that fit (dynamic programming).

    gains: (sites, customers), only gains > 0 are taken; size: int64 of customers; capacity: int64
    of sites. Writes the total to `values` and the choice to `taken`, a row a listed site.
    """
    customers = size.size
    for a in range(sites.size):
        j = sites[a]
        room = capacity[j]
        best = np.zeros(room + 1)
        kept = np.zeros((customers, room + 1), np.bool_)
        for i in range(customers):
            gain = gains[j, i]
            need = size[i]
            if gain <= 0.0 or need > room:
                continue
            for c in range(room, need - 1, -1):
                with_it = best[c - need] + gain
                if with_it > best[c]:
                    best[c] = with_it
                    kept[i, c] = True
        values[a] = best[room]
        c = room
        for i in range(customers - 1, -1, -1):
            taken[a, i] = kept[i, c]
            if kept[i, c]:
                c -= size[i]


@njit(cache=True, nogil=True)
def forced_loads(gains, size, capacity, sites, values):
    """For each listed site and each customer, the greatest total gain of a load that has it.

    Writes to values, shape (listed sites, customers); -inf where the customer does not fit.
    Loads of the customers before and of those after are combined.
    """
    customers = size.size
    for a in range(sites.size):
        j = sites[a]
        room = capacity[j]
        before = np.zeros((customers + 1, room + 1))
        for i in range(customers):
            gain = gains[j, i]
            need = size[i]
            for c in range(room + 1):
                best = before[i, c]
                if gain > 0.0 and need <= c and before[i, c - need] + gain > best:
                    best = before[i, c - need] + gain
                before[i + 1, c] = best
        after = np.zeros(room + 1)
        for i in range(customers - 1, -1, -1):
            gain = gains[j, i]
            need = size[i]
            if need > room:
                values[a, i] = -np.inf
                continue
            left = room - need
            best = -np.inf
            for c in range(left + 1):
                best = max(best, before[i, c] + after[left - c])
            values[a, i] = best + gain
            if gain > 0.0:
                for c in range(room, need - 1, -1):
                    after[c] = max(after[c], after[c - need] + gain)
