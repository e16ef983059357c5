"""LSCP: the fewest sites so that everyone is within a given time (Toregas et al. 1971)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.location import milp, plans, set_cover
from siting.location.problem import shown
from siting.location.result import Reason
from siting.location.search import PAIRS_PER_UNIT, Limits, Search

if TYPE_CHECKING:
    from siting.location.problem import Problem
    from siting.location.result import Solution


def solve(problem: Problem, max_minutes: float, limits: Limits | None = None) -> Solution:
    """Choose the fewest sites, beside the existing ones, so that all are within `max_minutes`.

    Every demand counts, whatever its weight; covered means minutes <= max_minutes. Required sites
    count in the objective. The formulation is in `set_cover`.
    """
    search = Search(limits or Limits(), unit=1.0)
    reason = beyond(problem, max_minutes)
    if reason is None:
        with search.running():
            _choose(problem, max_minutes, search)
    objective = None
    if search.sites is not None:
        objective = float((~problem.existing[search.sites]).sum())
    figures = {"max_minutes": max_minutes}
    return plans.solution(problem, "lscp", search, objective, reason=reason, figures=figures)


def beyond(problem: Problem, max_minutes: float) -> Reason | None:
    """Demand beyond the limit of every site, and the time that would reach it."""
    nearest = plans.least(problem, np.flatnonzero(~problem.closed))
    out = (nearest > max_minutes) | (nearest == problem.missing)
    if not out.any():
        return None
    ids = problem.demand_ids[out]
    values: dict[str, object] = {
        "count": ids.size,
        "demand": shown(ids),
        "limit": f"{max_minutes:g}",
    }
    if (nearest[out] == problem.missing).any():
        return Reason("beyond_all", values, tuple(ids))
    values["needed"] = f"{float(nearest[out].max()):g}"
    return Reason("beyond", values, tuple(ids))


def _choose(problem: Problem, max_minutes: float, search: Search) -> None:
    """Search for the fewest candidates."""
    opened, candidates = problem.open, problem.candidates
    required = float(problem.required.sum())
    left = ~(plans.least(problem, opened) <= max_minutes)
    search.raise_lower(required)
    if not left.any():
        search.offer(opened, required)
        return
    cover = problem.minutes[candidates][:, left] <= max_minutes
    greedy = set_cover.greedy(cover)
    search.offer(np.concatenate([opened, candidates[greedy]]), required + greedy.size)
    search.raise_lower(required + 1)
    search.spend(cover.size / PAIRS_PER_UNIT)
    sites, customers = set_cover.reduce(cover)
    kept = cover[np.ix_(sites, customers)]
    while not search.closed:  # a cheaper plan by swaps, as long as there is one
        fewer = set_cover.heuristic(kept, int(search.upper - required) - 1, search)
        if fewer is None:
            break
        plan = np.concatenate([opened, candidates[sites[fewer]]])
        search.offer(plan, required + fewer.size)
    if search.closed:
        return
    assert search.sites is not None  # noqa: S101 - offered above
    start = np.isin(candidates[sites], search.sites).astype(float)
    covers = bool(kept[start > 0].any(axis=0).all())
    outcome = milp.solve(set_cover.program(kept), search, start if covers else None)
    if outcome.x is not None:
        plan = np.concatenate([opened, candidates[sites[outcome.x > 0.5]]])
        search.offer(plan, required + float((outcome.x > 0.5).sum()))
    plans.finish_program(search, outcome, required)
    search.spend(0.0 if outcome.kind == "optimal" else np.inf)
