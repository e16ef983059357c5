"""Fixed costs and budgets: which sites to open when each has a price (see `programs`)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import ModelError
from siting.location import milp, plans
from siting.location.programs import ServiceLimits
from siting.location.result import Reason
from siting.location.search import Limits, Search

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.problem import Problem
    from siting.location.result import Solution


def solve(
    problem: Problem,
    opening: Float64,
    *,
    budget: float | None = None,
    cost_per_minute: float = 1.0,
    most_new: int | None = None,
    limits: Limits | None = None,
) -> Solution:
    r"""Choose sites where each has a price: total cost, or least time within a budget.

    Without a budget the objective is
    :math:`\sum_{j \text{ chosen}} f_j + m \sum_i w_i \min_{j \text{ open}} c_{ji}`;
    with one it is the total weighted time, and :math:`\sum_{j \text{ chosen}} f_j \le B`.
    Existing sites serve and cost nothing; required ones are paid for.

    Parameters
    ----------
    problem
        Demand of weight 0 counts for nothing.
    opening
        f, price of each site of the problem, >= 0, shape (sites,).
    budget
        B; None: total cost.
    cost_per_minute
        m, what a minute of one unit of weight costs; only without a budget.
    most_new
        At most so many sites, required ones included.
    limits
        When to stop.

    Raises
    ------
    ModelError
        Prices are not one for each site, or negative; see `Problem.free_places` for `most_new`.
    """
    if most_new is not None:
        problem.free_places(most_new)
    prices = np.asarray(opening, dtype=float)
    if prices.shape != problem.site_ids.shape or not (prices >= 0).all():
        raise ModelError("costs_shape", found=prices.size, expected=problem.site_ids.size)
    counted = np.flatnonzero(problem.weights > 0)
    search = Search(limits or Limits())
    prices = np.where(problem.existing, 0.0, prices)
    service = _service(problem, prices, counted, budget, cost_per_minute, most_new)
    reason = plans.unreachable(problem, problem.weights > 0)
    if reason is None:
        with search.running():
            outcome = milp.solve(service.program(), search)
            if outcome.x is not None:
                chosen = np.flatnonzero(outcome.x[: prices.size] > 0.5)
                search.offer(chosen, _value(problem, chosen, prices, budget, cost_per_minute))
            plans.finish_program(search, outcome)
            search.spend(math.inf if outcome.kind == "stopped" else 0.0)
        if search.lower == math.inf:
            reason = Reason("no_plan", {"constraints": _named(budget, most_new)})
    objective = None if search.sites is None else search.upper
    figures = {} if search.sites is None else {"spent": float(prices[search.sites].sum())}
    return plans.solution(
        problem, "facility-location", search, objective, reason=reason, figures=figures
    )


def _service(
    problem: Problem,
    prices: Float64,
    counted: np.ndarray,
    budget: float | None,
    cost_per_minute: float,
    most_new: int | None,
) -> ServiceLimits:
    """Who may be served where."""
    times = problem.minutes[:, counted]
    site, demand = np.nonzero(times != problem.missing)
    rate = cost_per_minute if budget is None else 1.0
    most = math.inf if most_new is None else most_new + int(problem.existing.sum())
    return ServiceLimits(
        demand=demand,
        site=site,
        pair_cost=rate * times[site, demand].astype(float) * problem.weights[counted][demand],
        size=problem.weights[counted],
        opening=prices if budget is None else np.zeros(prices.size),
        lower=(problem.existing | problem.required).astype(float),
        upper=(~problem.closed).astype(float),
        places=(0.0, min(most, milp.INFINITY)),
        spending=None if budget is None else (prices, float(budget)),
    )


def _value(
    problem: Problem,
    chosen: np.ndarray,
    prices: Float64,
    budget: float | None,
    cost_per_minute: float,
) -> float:
    """Objective of a plan, from the data."""
    counted = problem.weights > 0
    _, minutes = plans.nearest(problem, chosen)
    time = float(minutes[counted] @ problem.weights[counted])
    return time if budget is not None else float(prices[chosen].sum()) + cost_per_minute * time


def _named(budget: float | None, most_new: int | None) -> str:
    """The constraints at work, for the message."""
    named = [] if budget is None else [f"budget {budget:g}"]
    return ", ".join(named if most_new is None else [*named, f"p <= {most_new}"])


def marginal(solutions: list[Solution]) -> pd.DataFrame:
    """What each further site brings: `sites,objective,change` of solutions of growing size."""
    objective = pd.Series([s.objective for s in solutions], dtype=float)
    return pd.DataFrame(
        {
            "sites": [len(s.chosen) for s in solutions],
            "objective": objective,
            "change": objective.diff(),
        }
    )
