r"""p-center: p sites so that the largest time (or weighted time) of any customer is least.

.. math:: \min_{S \subseteq J, |S| = p} \max_i \min_{j \in S} v_{ji}, \quad
          v_{ji} = c_{ji} \text{ or } w_i c_{ji}

The optimum is one of the values v. A radius is enough when at most p sites cover everyone within
it (set covering): greedy covers give plans, linear relaxations raise the bound by bisection, and
branch and bound and integer programs decide what is left, by bisection too (Minieka 1970; Elloumi,
Labbé and Pochet 2004).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from siting.location import plans, set_cover
from siting.location.problem import shown, whole_numbers
from siting.location.result import Reason
from siting.location.search import PAIRS_PER_UNIT, Limits, Search

if TYPE_CHECKING:
    from siting.location.assignment import Costs, Float64
    from siting.location.problem import Problem
    from siting.location.result import Solution
    from siting.location.search import Sites


def solve(
    problem: Problem, p: int, limits: Limits | None = None, *, weighted: bool = False
) -> Solution:
    """Choose p sites, beside the existing ones, so that the largest time is least.

    Parameters
    ----------
    problem
        Every demand counts, whatever its weight, unless `weighted`.
    p
        Sites to choose, required ones included.
    limits
        When to stop.
    weighted
        Minimise the largest weight x time instead.

    Raises
    ------
    ModelError
        See `Problem.free_places`.
    """
    k = problem.free_places(p)
    counted = problem.weights > 0 if weighted else np.ones(problem.weights.size, bool)
    factor = problem.weights if weighted else np.ones(problem.weights.size)
    search = Search(limits or Limits())
    reason = plans.unreachable(problem, counted)
    if reason is None:
        with search.running():
            _choose(problem, k, counted, factor, search)
        if math.isinf(search.lower) and search.lower > 0:
            served = plans.least(problem, problem.open) != problem.missing
            ids = problem.demand_ids[counted & ~served]
            reason = Reason("too_far_apart", {"p": p, "demand": shown(ids)}, tuple(ids))
    objective = None
    if search.sites is not None:
        _, minutes = plans.nearest(problem, search.sites)
        objective = float((minutes[counted] * factor[counted]).max(initial=0.0))
    model = "weighted-p-center" if weighted else "p-center"
    return plans.solution(problem, model, search, objective, reason=reason)


def _choose(problem: Problem, k: int, counted: np.ndarray, factor: Float64, search: Search) -> None:
    """Search for k candidates."""
    values = _values(problem, problem.candidates, counted, factor)
    base = _values(problem, problem.open, counted, factor).min(axis=0, initial=np.inf)
    if not k or not counted.any():
        plan = np.concatenate([problem.open, problem.candidates[:k]])
        search.offer(plan, float(base.max(initial=0.0)))
        search.close()
        return
    values = np.minimum(values, base)
    if whole_numbers(values) and np.isfinite(values).all():
        values = values.astype(np.uint16)
    inner = Search(search.limits, started=search.started)
    try:
        minimise(values, k, inner)
    finally:
        search.work = inner.work
        search.interrupted = inner.interrupted
        if inner.sites is not None:
            plan = np.concatenate([problem.open, problem.candidates[inner.sites]])
            search.offer(plan, inner.upper)
        search.raise_lower(inner.lower)


def _values(problem: Problem, sites: Sites, counted: np.ndarray, factor: Float64) -> Float64:
    """Time x factor for demand that counts, infinite where out of reach."""
    times = problem.minutes[sites][:, counted]
    return np.where(times == problem.missing, np.inf, times * factor[counted])


def minimise(values: Costs, p: int, search: Search) -> None:
    """Look for the best p sites, 1 <= p <= sites; plans and bounds go to the search.

    Parameters
    ----------
    values
        Shape (sites, customers), infinite where out of reach; some site reaches each customer.
    p
        Sites to open.
    search
        What may be spent, and where plans and bounds go.
    """
    _offer(values, _farthest_first(values, p), p, search)
    radii = np.unique(values)
    radii = radii[(radii >= values.min(axis=0).max()) & (radii < np.inf)]
    search.raise_lower(float(radii[0]))
    low = _bisect(values, radii, p, search)
    high = int(np.searchsorted(radii, search.upper))
    while low < high:
        middle = (low + high) // 2
        plan = set_cover.within(values <= radii[middle], p, search)
        if plan is not None:
            _offer(values, plan, p, search)
            high = middle
        else:
            low = middle + 1
            search.raise_lower(float(radii[low]) if low < radii.size else search.upper)
    search.close()


def _bisect(values: Costs, radii: Costs, p: int, search: Search) -> int:
    """Position of the smallest radius that no relaxation excludes; greedy plans are offered."""
    low, high = 0, int(np.searchsorted(radii, search.upper))
    while low < high:
        middle = (low + high) // 2
        cover = values <= radii[middle]
        plan = set_cover.greedy(cover)
        search.spend(values.size / PAIRS_PER_UNIT)
        if plan.size <= p:
            _offer(values, plan, p, search)
            high = middle
        elif set_cover.needs_more(cover, p, search):
            low = middle + 1
            search.raise_lower(float(radii[low]) if low < radii.size else search.upper)
        else:
            high = middle
    return low


def _offer(values: Costs, plan: Sites, p: int, search: Search) -> None:
    """Offer a plan, filled up to p sites with the first ones that it lacks."""
    others = np.setdiff1d(np.arange(values.shape[0]), plan)[: p - plan.size]
    full = np.concatenate([plan, others])
    search.offer(full, float(values[full].min(axis=0).max()))


def _farthest_first(values: Costs, p: int) -> Sites:
    """Serve the worst served customer by its nearest site, p times (after Gonzalez 1985)."""
    chosen = [int(values.max(axis=1).argmin())]
    nearest = values[chosen[0]].astype(float)
    while len(chosen) < p and nearest.max() > 0:
        site = int(values[:, int(nearest.argmax())].argmin())
        if site in chosen:
            break
        chosen.append(site)
        np.minimum(nearest, values[site], out=nearest)
    return np.array(chosen, np.int64)
