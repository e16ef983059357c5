"""Loops over a matrix of costs, a row a site and a column a customer (p-median and its kin).

Each row is summed by one thread in one order: results do not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit


@njit(cache=True, nogil=True, fastmath=True)
def reduced_sums(costs, sites, weights, prices, sums):
    """For each listed site, the sum over customers of min(0, weight x (cost - price))."""
    for a in range(sites.size):
        row = costs[sites[a]]
        total = 0.0
        for i in range(row.size):
            total += weights[i] * min(row[i] - prices[i], 0.0)
        sums[a] = total


@njit(cache=True, nogil=True, fastmath=True)
def times_served(costs, sites, prices, count):
    """Count, for each customer, the listed sites that cost less than its price."""
    count[:] = 0.0
    for j in sites:
        row = costs[j]
        for i in range(row.size):
            count[i] += 1.0 if row[i] < prices[i] else 0.0


@njit(cache=True, nogil=True)
def nearest_two(costs, sites, beyond, position, first, second):
    """For each customer the nearest listed site (its position), its cost and the second cost.

    The first of equal sites is the nearest; with a single site the second cost is `beyond`.
    """
    position[:] = 0
    first[:] = beyond
    second[:] = beyond
    for t in range(sites.size):
        row = costs[sites[t]]
        for i in range(row.size):
            cost = row[i]
            if cost < first[i]:
                second[i] = first[i]
                first[i] = cost
                position[i] = t
            elif cost < second[i]:
                second[i] = cost


@njit(cache=True, nogil=True)
def best_swaps(costs, sites, weights, position, first, second, loss, change, leaving):
    """For each listed site, the open site that it best replaces and the change of the total.

    Resende and Whitaker's fast interchange: gain of the newcomer, loss of the one that leaves,
    and what the newcomer takes of that loss.
    """
    extra = np.empty(loss.size)
    for a in range(sites.size):
        row = costs[sites[a]]
        gain = 0.0
        extra[:] = 0.0
        for i in range(row.size):
            cost = row[i]
            if cost < second[i]:
                if cost < first[i]:
                    gain += weights[i] * (first[i] - cost)
                    extra[position[i]] += weights[i] * (second[i] - first[i])
                else:
                    extra[position[i]] += weights[i] * (second[i] - cost)
        best = np.inf
        for t in range(loss.size):
            delta = loss[t] - extra[t]
            if delta < best:
                best = delta
                leaving[a] = t
        change[a] = best - gain
