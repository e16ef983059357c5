r"""p-dispersion: p sites as far apart as possible.

.. math:: \max_{S \subseteq J, |S| = p} \min_{j \ne k \in S} d_{jk}

The optimum is one of the distances. A distance is too large when no p sites are pairwise at least
so far apart: bisection, with greedy plans and programs with one conflict row for each pair too
near (Kuby 1987; Erkut 1990).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

from siting.errors import InputError
from siting.location import milp, plans
from siting.location.problem import Problem, from_arrays
from siting.location.search import PAIRS_PER_UNIT, LimitReachedError, Limits, Search

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.result import Solution
    from siting.location.search import Sites


def solve(problem: Problem, p: int, limits: Limits | None = None) -> Solution:
    """Choose p sites so that the smallest time between two open sites is largest.

    Parameters
    ----------
    problem
        Times between the sites themselves: demand and sites are the same, in any order. Of the two
        directions the shorter counts; out of reach is as far as can be. Existing sites count as
        open.
    p
        Sites to choose, required ones included.
    limits
        When to stop.

    Raises
    ------
    InputError
        Demand and sites are not the same.
    ModelError
        See `Problem.free_places`.
    """
    k = problem.free_places(p)
    if set(problem.demand_ids) != set(problem.site_ids):
        raise InputError(
            "ids_do_not_fit", found=problem.demand_ids.size, expected=problem.site_ids.size
        )
    between = _between(problem)
    search = Search(limits or Limits())
    with search.running():
        _choose(between, problem, k, search)
    objective = None if search.sites is None else smallest(between, search.sites)
    same = from_arrays(between, site_ids=problem.site_ids, demand_ids=problem.site_ids)
    empty = plans.to_nearest(same, np.arange(0)).iloc[:0]
    return plans.solution(problem, "p-dispersion", search, objective, total=0.0, allocation=empty)


def smallest(between: Float64, sites: Sites) -> float:
    """Smallest distance between two of the sites; infinite for one."""
    part = between[np.ix_(sites, sites)]
    return float(part[~np.eye(sites.size, dtype=bool)].min(initial=np.inf))


def _between(problem: Problem) -> Float64:
    """Symmetric distances in the order of the sites; a finite stand-in where out of reach."""
    order = np.argsort(problem.demand_ids.astype(str), kind="stable")
    sites = np.argsort(problem.site_ids.astype(str), kind="stable")
    rows = np.empty(order.size, np.int64)
    rows[sites] = order
    far = np.where(problem.minutes == problem.missing, np.inf, problem.minutes)[:, rows]
    between = np.minimum(far, far.T)
    np.fill_diagonal(between, np.inf)
    return np.asarray(between, dtype=float)


def _choose(between: Float64, problem: Problem, k: int, search: Search) -> None:
    """Bisection over the distances; the search minimises minus the distance."""
    opened, candidates = problem.open, problem.candidates
    ceiling = smallest(between, opened)
    values = np.unique(between[np.isfinite(between)])
    values = np.append(values[values < ceiling], ceiling)
    low, high = 0, values.size - 1  # values[low] can be reached
    _offer(between, _greedy(between, opened, candidates, k), search)
    search.raise_lower(-ceiling)
    while low <= high:
        middle = (low + high + 1) // 2
        if values[middle] <= -search.upper:
            if low == high:
                break
            low = middle
            continue
        plan = _apart(between, opened, candidates, k, float(values[middle]), search)
        if plan is None:
            high = middle - 1
            search.raise_lower(-float(values[high]) if high >= 0 else search.upper)
        else:
            _offer(between, plan, search)
            low = middle
    search.close()


def _offer(between: Float64, plan: Sites, search: Search) -> None:
    """Offer a plan."""
    search.offer(plan, -smallest(between, plan))


def _greedy(between: Float64, opened: Sites, candidates: Sites, k: int) -> Sites:
    """The candidate farthest from what is open, k times."""
    plan, left = list(opened), list(candidates)
    for _ in range(k):
        distance = between[np.ix_(left, plan)].min(axis=1, initial=np.inf)
        plan.append(left.pop(int(distance.argmax())))
    return np.array(plan, np.int64)


def _apart(
    between: Float64, opened: Sites, candidates: Sites, k: int, distance: float, search: Search
) -> Sites | None:
    """Find k candidates at least `distance` apart, open sites included; None: there are none."""
    near_open = (between[np.ix_(candidates, opened)] < distance).any(axis=1)
    sites = candidates[~near_open]
    if sites.size < k:
        return None
    search.spend(between.size / PAIRS_PER_UNIT)
    near = np.triu(between[np.ix_(sites, sites)] < distance, 1)
    first, second = np.nonzero(near)
    row = np.arange(first.size)
    every = np.arange(sites.size)
    rows = csr_array(
        coo_array(
            (
                np.ones(2 * row.size + sites.size),
                (
                    np.concatenate([row, row, np.full(sites.size, row.size)]),
                    np.concatenate([first, second, every]),
                ),
            ),
            shape=(row.size + 1, sites.size),
        )
    )
    program = milp.Program(
        cost=np.zeros(sites.size),
        lower=np.zeros(sites.size),
        upper=np.ones(sites.size),
        integer=np.ones(sites.size, bool),
        rows=rows,
        row_lower=np.append(np.full(row.size, -milp.INFINITY), float(k)),
        row_upper=np.append(np.ones(row.size), float(k)),
    )
    outcome = milp.solve(program, search)
    search.spend(0.0)
    if outcome.x is not None:
        return np.concatenate([opened, sites[outcome.x > 0.5]])
    if outcome.kind == "infeasible":
        return None
    raise LimitReachedError
