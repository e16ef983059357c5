"""Good plans for the p-median: seeded starts, then Resende and Whitaker's fast interchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.location.kernels import assignment as assignment_kernels

if TYPE_CHECKING:
    from siting.location.assignment import Assignment
    from siting.location.search import Search, Sites

PROMISING = 1.005  # of the best plan: starts of no worse value are worth improving
SHORTLIST = 48  # swaps of a full pass that are tried again before the next full pass


def seeded(data: Assignment, p: int, rng: np.random.Generator) -> Sites:
    """Pick customers far from what is picked, as k-means++ does, and the best site of each."""
    chosen = np.zeros(data.sites, bool)
    nearest = np.full(data.customers, data.highest + 1.0)
    for _ in range(p):
        share = np.cumsum(data.weights * nearest)
        site = int(chosen.argmin())  # the first that is not chosen, when nothing is left to gain
        if share.size and share[-1] > 0:
            at = int(np.searchsorted(share, rng.random() * share[-1], side="right"))
            column = data.costs[:, min(at, share.size - 1)].astype(float)
            column[chosen] = np.inf
            site = int(column.argmin())
        chosen[site] = True
        np.minimum(nearest, data.costs[site], out=nearest)
    return np.flatnonzero(chosen)


def improve(data: Assignment, start: Sites, candidates: Sites, search: Search) -> Sites:
    """Swap an open site for a closed one as long as the total falls; offer each plan to the search.

    Parameters
    ----------
    data
        Costs and weights.
    start
        Open sites.
    candidates
        Sites that may enter.
    search
        What may be spent, and where plans are offered.

    Returns
    -------
    Open sites of a plan that no swap with one of the candidates improves. Of equal swaps the one
    with the first newcomer is made.
    """
    plan = start.copy()
    position = np.empty(data.customers, np.int64)
    first, second = np.empty(data.customers), np.empty(data.customers)
    total = np.inf
    short = candidates[:0]
    while True:
        assignment_kernels.nearest_two(data.costs, plan, data.highest, position, first, second)
        total = float(first @ data.weights)
        search.offer(plan, total)
        loss = np.bincount(position, data.weights * (second - first), minlength=plan.size)
        least = 1e-12 * total  # a smaller gain may be rounding, and swaps would never end

        def swaps(sites: Sites, loss: np.ndarray = loss) -> tuple[np.ndarray, Sites]:
            change, leaving = np.empty(sites.size), np.zeros(sites.size, np.int64)
            data.over(
                sites,
                search,
                lambda block, part: assignment_kernels.best_swaps(
                    data.costs,
                    block,
                    data.weights,
                    position,
                    first,
                    second,
                    loss,
                    change[part],
                    leaving[part],
                ),
            )
            return change, leaving

        tried = short[~np.isin(short, plan)]
        change, leaving = swaps(tried)
        if not (change < -least).any():
            tried = candidates[~np.isin(candidates, plan)]
            change, leaving = swaps(tried)
            better = np.flatnonzero(change < -least)
            if not better.size:
                return plan
            short = np.sort(tried[better[np.argsort(change[better], kind="stable")[:SHORTLIST]]])
        best = int(change.argmin())
        plan[leaving[best]] = tried[best]
