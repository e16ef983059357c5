r"""Equity: the worst off first, lexicographically.

Among all plans of p sites, those whose largest time is least; among these, those that leave the
least weight at that time; then the least weight beyond each smaller time in turn (leximin on the
distribution of times, after Ogryczak 1997). Levels are the distinct times, or those given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from siting.location import covering, milp, p_center, plans
from siting.location.builder import Builder, add_cover, site_columns
from siting.location.search import Limits, Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.location.problem import Problem
    from siting.location.result import Solution


def solve(
    problem: Problem,
    p: int,
    levels: Sequence[float] | None = None,
    limits: Limits | None = None,
) -> Solution:
    """Choose p sites so that the worst off are best off, then the next ones.

    Parameters
    ----------
    problem
        Every demand counts for the largest time; weights count for who is beyond each level.
    p
        Sites beside the existing ones, required ones included.
    levels
        Times, in minutes, at which weight beyond is counted; all distinct times below the largest
        one where not given (exact, and long on large problems).
    limits
        When to stop; they hold for the whole.

    Returns
    -------
    The objective and its bounds are the largest time; `figures["beyond"]` lists each level with the
    weight beyond it. `proven` only if every level is.

    Raises
    ------
    ModelError
        See `Problem.free_places`.
    """
    clock = Search(limits or Limits())
    answer = p_center.solve(problem, p, limits)
    if answer.status != "proven" or answer.objective is None:
        return replace(answer, model="lexicographic-equity")
    k = problem.free_places(p)
    radius = answer.objective
    times = np.unique(problem.minutes[problem.minutes <= radius]).astype(float)[::-1]
    steps = times[times < radius] if levels is None else np.sort(levels)[::-1]
    model = Builder()
    y = site_columns(model, problem, k)
    within = covering.of_cover(problem.minutes <= radius, np.ones(problem.weights.size))
    size = within.weight.size
    duty = model.add_columns(np.zeros(size), np.ones(size), np.ones(size))
    add_cover(model, duty, y, within)
    plan = np.flatnonzero(np.isin(problem.site_ids, answer.sites["site_id"].to_numpy(object)))
    beyond: list[tuple[float, float]] = []
    ended = True
    with clock.running():
        for level in steps:
            groups = covering.of_cover(problem.minutes <= level, problem.weights)
            size = groups.weight.size
            z = model.add_columns(-groups.weight, np.zeros(size), np.ones(size))
            add_cover(model, z, y, groups)
            outcome = milp.solve(model.program(), clock)
            if outcome.kind != "optimal" or outcome.x is None:
                ended = False
                break
            plan = np.flatnonzero(outcome.x[: problem.site_ids.size] > 0.5)
            reached = (problem.minutes[plan] <= level).any(axis=0)
            least = float(problem.weights[reached].sum())
            beyond.append((float(level), float(problem.weights.sum()) - least))
            model.cost[-1] = np.zeros(size)
            model.add_rows(
                [(z, csr_array(groups.weight[None, :]))],
                np.array([least - 1e-9 * max(1.0, least)]),
                np.array([milp.INFINITY]),
            )
            clock.spend(0.0)
    proven = ended and clock.ended == "complete"
    return replace(
        answer,
        model="lexicographic-equity",
        status="proven" if proven else "stopped",
        sites=plans.roles(problem, plan),
        allocation=plans.to_nearest(problem, plan),
        figures={"beyond": beyond},
    )
