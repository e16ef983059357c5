"""MCLP: p sites so that the most demand is within a given time (Church and ReVelle 1974)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.location import covering, maximal_cover, plans
from siting.location.search import Limits, Search

if TYPE_CHECKING:
    from siting.location.covering import Groups
    from siting.location.problem import Problem
    from siting.location.result import Solution


def solve(problem: Problem, p: int, max_minutes: float, limits: Limits | None = None) -> Solution:
    """Choose p sites, beside the existing ones, so that the most weight is within `max_minutes`.

    Covered means minutes <= max_minutes. The allocation is to the nearest site; its minutes say
    who is covered. The formulation is in `maximal_cover`.

    Raises
    ------
    ModelError
        See `Problem.free_places`.
    """
    k = problem.free_places(p)
    search = Search(limits or Limits())
    opened, candidates = problem.open, problem.candidates
    covered = plans.least(problem, opened) <= max_minutes
    left = ~covered & (problem.weights > 0)
    total = float(problem.weights.sum())
    with search.running():
        groups = covering.of_cover(
            problem.minutes[candidates][:, left] <= max_minutes, problem.weights[left]
        )
        inner = Search(search.limits, started=search.started)
        try:
            choose(groups, k, inner)
        finally:
            search.work, search.interrupted = inner.work, inner.interrupted
            sites = candidates[:k] if inner.sites is None else candidates[inner.sites]
            plan = np.concatenate([opened, sites])
            search.unit = inner.unit
            search.offer(
                plan, inner.upper if inner.sites is not None else float(groups.weight.sum())
            )
            search.raise_lower(inner.lower)
    objective = None
    if search.sites is not None:
        reached = plans.least(problem, search.sites) <= max_minutes
        objective = float(problem.weights[reached].sum())
    figures = {"max_minutes": max_minutes, "demand": total}
    return plans.solution(problem, "mclp", search, objective, total=total, figures=figures)


def choose(groups: Groups, p: int, search: Search) -> None:
    """Look for the p sites that leave least uncovered of groups, 0 <= p <= sites.

    Plans, as positions of the groups' sites, and bounds go to the search.
    """
    coverable = groups.cover.any(axis=0) & (groups.weight > 0)
    lost = float(groups.weight[~coverable].sum())
    search.unit = float((groups.weight % 1 == 0).all())
    if not p or not coverable.any():
        search.offer(np.arange(p), float(groups.weight.sum()))
        search.close()
        return
    kept = covering.Groups(groups.cover[:, coverable], groups.weight[coverable], groups.group_of)
    inner = Search(search.limits, search.unit, started=search.started)
    try:
        maximal_cover.minimise_uncovered(kept, p, inner)
    finally:
        search.work, search.interrupted = inner.work, inner.interrupted
        if inner.sites is not None:
            search.offer(inner.sites, inner.upper + lost)
        search.raise_lower(inner.lower + lost)
