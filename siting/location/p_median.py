r"""p-median: p sites so that the total weighted time to the nearest one is least.

.. math:: \min_{S \subseteq J, |S| = p} \sum_i w_i \min_{j \in S} c_{ji}

The search is in `median_tree`; here out of reach, existing and required sites are dealt with.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from siting.location import plans, set_cover
from siting.location.median_tree import minimise
from siting.location.problem import assignment, shown, whole_numbers
from siting.location.result import Reason
from siting.location.search import Limits, Search

if TYPE_CHECKING:
    from siting.location.assignment import Costs, Float64
    from siting.location.problem import Problem
    from siting.location.result import Solution
    from siting.location.search import Sites


def solve(problem: Problem, p: int, limits: Limits | None = None) -> Solution:
    """Choose p sites, beside the existing ones, so that the total weighted time is least.

    Required sites count among the p. Demand of weight 0 counts for nothing.

    Raises
    ------
    ModelError
        See `Problem.free_places`.
    """
    k = problem.free_places(p)
    counted = problem.weights > 0
    search = Search(limits or Limits())
    reason = plans.unreachable(problem, counted)
    if reason is None:
        reason = _choose(problem, k, counted, search)
    objective = None
    if search.sites is not None:
        _, minutes = plans.nearest(problem, search.sites)
        objective = float(minutes[counted] @ problem.weights[counted])
    return plans.solution(problem, "p-median", search, objective, reason=reason)


def _choose(problem: Problem, k: int, counted: np.ndarray, search: Search) -> Reason | None:
    """Search for k candidates; the reason where there is no plan."""
    weights = problem.weights[counted]
    candidates = problem.candidates
    if not k or not counted.any():
        plan = np.concatenate([problem.open, candidates[:k]])
        served = plans.least(problem, plan)[counted]
        if (served == problem.missing).any():
            return _too_few(problem, counted, search)
        search.offer(plan, float(served @ weights))
        search.close()
        return None
    costs = _costs(problem, candidates, counted)
    search.unit = float(whole_numbers(costs) and (weights % 1 == 0).all())
    absent = costs == problem.missing
    if not absent.any():
        inner = _inner(search)
        with inner.running():
            minimise(assignment(costs, weights), k, inner)
        _take_over(search, inner, candidates, problem.open)
        return None
    with search.running():
        first = set_cover.within(~absent, k, search)
        if first is None:
            return _too_few(problem, counted, search)
        _with_penalties(problem, costs, absent, weights, first, k, search)
    return None


def _costs(problem: Problem, candidates: Sites, counted: np.ndarray) -> Costs:
    """Times from demand that counts to the nearer of a candidate and of the open sites."""
    costs = problem.minutes
    if candidates.size < costs.shape[0]:
        costs = costs[candidates]
    if not counted.all():
        costs = costs[:, counted]
    if problem.open.size:
        costs = np.minimum(costs, plans.least(problem, problem.open)[counted])
    return costs


def _inner(search: Search) -> Search:
    """A search with the same limits, for a relaxed or renumbered question."""
    return Search(search.limits, search.unit, work=search.work, started=search.started)


def _take_over(search: Search, inner: Search, candidates: Sites, opened: Sites) -> None:
    """Take over plan, bound and end of an inner search whose every plan is a plan."""
    search.work, search.ended = inner.work, inner.ended
    if inner.sites is not None:
        search.offer(np.concatenate([opened, candidates[inner.sites]]), inner.upper)
    search.raise_lower(inner.lower)


def _with_penalties(
    problem: Problem,
    costs: Costs,
    absent: np.ndarray,
    weights: Float64,
    first: Sites,
    k: int,
    search: Search,
) -> None:
    """Solve with a price for being out of reach: low at first, then one that no plan can gain by.

    A finite price relaxes the question, so its bounds hold; its optimum is the answer when nobody
    is out of reach in it. The second price exceeds the whole cost of a plan that reaches everyone.
    """
    candidates = problem.candidates
    others = np.setdiff1d(np.arange(candidates.size), first)[: k - first.size]
    known = np.concatenate([first, others])
    costs = np.where(absent, np.nan, costs).astype(float)
    highest = float(np.nanmax(costs))
    total = float(np.nanmin(costs[known], axis=0) @ weights)
    search.offer(np.concatenate([problem.open, candidates[known]]), total)
    for penalty in (np.full(weights.size, 2 * highest + 1), np.ceil(total / weights) + highest):
        inner = _inner(search)
        with inner.running():
            minimise(assignment(np.where(absent, penalty, costs), weights), k, inner)
        reached = inner.sites is not None and not absent[inner.sites].all(axis=0).any()
        if reached:
            _take_over(search, inner, candidates, problem.open)
            return
        search.work, search.ended = inner.work, inner.ended
        search.raise_lower(min(inner.lower, search.upper))
        search.spend(math.inf if inner.ended == "stopped" else 0.0)


def _too_few(problem: Problem, counted: np.ndarray, search: Search) -> Reason:
    """Say that p sites cannot reach everyone, and how many could."""
    search.raise_lower(math.inf)
    served = plans.least(problem, problem.open)[counted] != problem.missing
    reach = problem.minutes[problem.candidates][:, counted][:, ~served] != problem.missing
    enough = int(problem.required.sum()) + set_cover.greedy(reach).size
    ids = problem.demand_ids[counted][~served]
    return Reason("too_few", {"enough": enough, "demand": shown(ids)}, tuple(ids))
