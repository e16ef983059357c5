r"""The p-median of few sites as a program by levels of cost, for HiGHS (Cornuejols et al. 1980).

With the distinct costs :math:`D_{i1} < D_{i2} < \dots` of customer i, and z = 1 where no open site
costs at most :math:`D_{ik}`:

.. math:: \min \sum_i w_i \Big(D_{i1} + \sum_k (D_{i,k+1} - D_{ik}) z_{ik}\Big) \quad \text{s.t.}
          z_{ik} + \sum_{j : c_{ji} \le D_{ik}} y_j \ge 1, \; \sum_j y_j = p, \; y_j \in \{0, 1\}

Levels with the same sites are one z, whosever they are.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

from siting.location import milp

if TYPE_CHECKING:
    from siting.location.assignment import Assignment
    from siting.location.search import Search, Sites

LARGEST = 300_000  # entries of a program that HiGHS is given
LARGEST_PAIRS = 4_000_000  # of the sites and customers that are looked at


def decide(data: Assignment, fixed: Sites, free: Sites, p: int, search: Search) -> bool:
    """Look for the best plan of the fixed sites and p - len(fixed) of the free ones.

    The plan goes to the search, and the bound holds for these plans alone: the caller knows that
    no other is better than the best one.

    Returns
    -------
    Whether the search is closed: not where the program would be too large.

    Raises
    ------
    LimitReachedError
        The limits of the search ended it.
    """
    sites = np.concatenate([fixed, free])
    if sites.size * data.customers > LARGEST_PAIRS:
        return False
    cut = _levels(data, sites, fixed.size)
    if cut is None:
        return False
    constant, levels = cut
    cover = np.array([np.frombuffer(level, bool) for level in levels]).reshape(-1, sites.size)
    cost = np.concatenate([np.zeros(sites.size), np.array(list(levels.values()), dtype=float)])
    count = len(levels)
    row, site = np.nonzero(cover)
    every, open_site = np.arange(count), np.arange(sites.size)
    entries = np.concatenate([row, every, np.full(sites.size, count)])
    columns = np.concatenate([site, sites.size + every, open_site])
    shape = (count + 1, cost.size)
    outcome = milp.solve(
        milp.Program(
            cost=cost,
            lower=(np.arange(cost.size) < fixed.size).astype(float),
            upper=np.ones(cost.size),
            integer=np.arange(cost.size) < sites.size,
            rows=csr_array(coo_array((np.ones(entries.size), (entries, columns)), shape=shape)),
            row_lower=np.append(np.ones(count), float(p)),
            row_upper=np.append(np.full(count, milp.INFINITY), float(p)),
        ),
        search,
    )
    if outcome.kind == "infeasible":
        search.close()
        return True
    if outcome.x is not None:
        plan = sites[outcome.x[: sites.size] > 0.5]
        search.offer(plan, data.value(plan))
    bound = outcome.bound + constant
    search.raise_lower(min(bound - milp.slack(bound), search.upper))
    if outcome.kind == "optimal" and search.upper - bound <= milp.slack(bound):
        search.close()
    search.spend(0.0 if outcome.kind == "optimal" else np.inf)
    return search.closed


def _levels(data: Assignment, sites: Sites, fixed: int) -> tuple[float, dict[bytes, float]] | None:
    """Cost of serving everyone at best, and by the sites of a level what lies above it."""
    costs = data.costs[sites].astype(float)
    most = costs[:fixed].min(axis=0, initial=np.inf)
    constant, entries = 0.0, 0
    levels: dict[bytes, float] = {}
    for i in range(data.customers):
        column = costs[:, i]
        steps = np.unique(np.minimum(column, most[i]))
        constant += float(data.weights[i] * steps[0])
        for low, high in itertools.pairwise(steps):
            within = column <= low
            key = within.tobytes()
            if key not in levels:
                entries += int(within.sum())
                if entries > LARGEST:
                    return None
            levels[key] = levels.get(key, 0.0) + float(data.weights[i] * (high - low))
    return constant, levels
