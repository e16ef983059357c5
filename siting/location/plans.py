"""From a search to a solution: who goes where, roles of the sites, status and bounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.location import milp
from siting.location.problem import shown
from siting.location.result import Reason, Solution, Status

if TYPE_CHECKING:
    from siting.location.assignment import Costs, Float64
    from siting.location.problem import Problem
    from siting.location.search import Search, Sites


def nearest(problem: Problem, sites: Sites) -> tuple[Sites, Float64]:
    """For each demand the nearest listed site (-1 where none is in reach) and the time to it.

    Of equally near sites the first in the order of the problem serves.
    """
    count = problem.weights.size
    site = np.full(count, -1)
    minutes = np.full(count, np.inf)
    for j in np.sort(sites):
        row = problem.minutes[j]
        closer = (row < minutes) & (row != problem.missing)
        site[closer] = j
        minutes[closer] = row[closer]
    return site, minutes


def least(problem: Problem, sites: Sites) -> Costs:
    """Time of each demand to the nearest listed site, in the problem's type; missing without."""
    if not sites.size:
        return np.full(problem.weights.size, problem.missing)
    return np.asarray(problem.minutes[sites].min(axis=0))


def unreachable(problem: Problem, counted: np.ndarray | None = None) -> Reason | None:
    """Demand that no site in question can reach, as the reason why there is no plan."""
    allowed = np.flatnonzero(~problem.closed)
    out = least(problem, allowed) == problem.missing
    if counted is not None:
        out &= counted
    if not out.any():
        return None
    ids = problem.demand_ids[out]
    closed = least(problem, np.flatnonzero(problem.closed)) != problem.missing
    freed = "opened" if (closed | ~out).all() and problem.closed.any() else "unreachable"
    return Reason(freed, {"count": ids.size, "demand": shown(ids)}, tuple(ids))


def status_of(search: Search) -> Status:
    """The word for how a search ended."""
    if math.isinf(search.lower) and search.lower > 0:
        return "infeasible"
    if search.sites is not None and search.closed:
        return "proven"
    return "stopped" if search.ended == "stopped" or search.sites is None else "feasible"


def solution(
    problem: Problem,
    model: str,
    search: Search,
    objective: float | None,
    *,
    total: float | None = None,
    allocation: pd.DataFrame | None = None,
    reason: Reason | None = None,
    figures: dict[str, Any] | None = None,
) -> Solution:
    """Turn a search into a solution.

    Parameters
    ----------
    problem, model
        What was solved.
    search
        Its plan holds every site of the problem that is open or chosen.
    objective
        Value of the plan, recomputed; None without a plan.
    total
        Where the model maximises: the search minimised `total - objective`.
    allocation
        Who goes where; to the nearest site where not given.
    reason
        Why there is no plan.
    figures
        What else the model says.
    """
    status: Status = "infeasible" if reason is not None else status_of(search)
    lower: float | None = search.lower
    upper: float | None = search.upper
    if total is not None:
        lower, upper = total - search.upper, total - search.lower
    if objective is None:
        lower = lower if total is None else None
        upper = upper if total is not None else None
    elif status == "proven":
        lower = upper = objective
    elif total is None:
        lower, upper = min(search.lower, objective), objective
    else:
        lower, upper = objective, max(total - search.lower, objective)
    if status == "infeasible":
        lower = upper = None
    plan = np.arange(0) if search.sites is None or objective is None else search.sites
    return Solution(
        model=model,
        status=status,
        objective=objective,
        lower_bound=_finite(lower),
        upper_bound=_finite(upper),
        sites=roles(problem, plan),
        allocation=to_nearest(problem, plan) if allocation is None else allocation,
        reason=reason,
        figures=figures or {},
    )


def _finite(value: float | None) -> float | None:
    """The value, or None where nothing is known."""
    return None if value is None or math.isinf(value) else float(value)


def roles(problem: Problem, plan: Sites) -> pd.DataFrame:
    """The sites of a plan: `site_id,role`."""
    role = np.where(
        problem.existing[plan], "existing", np.where(problem.required[plan], "required", "new")
    )
    return pd.DataFrame({"site_id": problem.site_ids[plan], "role": role.astype(object)})


def to_nearest(problem: Problem, plan: Sites) -> pd.DataFrame:
    """Everyone goes to the nearest site of the plan."""
    site, minutes = nearest(problem, plan)
    served = site >= 0
    return pd.DataFrame(
        {
            "demand_id": problem.demand_ids,
            "site_id": np.where(served, problem.site_ids[site], "").astype(object),
            "minutes": np.where(served, minutes, np.nan),
            "share": served.astype(float),
        }
    )


def finish_program(search: Search, outcome: milp.Outcome, constant: float = 0.0) -> None:
    """Take over what HiGHS proved, for a plan already offered; `constant` is not in the program."""
    if outcome.kind == "infeasible":
        search.raise_lower(math.inf)
        return
    bound = outcome.bound + constant
    search.raise_lower(min(bound, search.upper))
    if outcome.kind == "optimal" and search.upper - bound <= milp.slack(search.upper):
        search.close()
