r"""Capacities: p-median and MCLP whose sites serve only so much (formulation in `programs`).

Each demand is served whole by one site (or shared, `split`); site j serves at most q_j. Ruin and
repair gives plans for single service, and branch and bound on knapsacks proves one (see
`capacity_tree`; MCLP is a p-median with one more site, nowhere, that serves at the price of the
weight). Shared service, and questions for which no plan is met, are HiGHS's.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import ModelError
from siting.location import capacity_tree, milp, plans
from siting.location.loads import Loads, Plans
from siting.location.problem import shown
from siting.location.result import Reason
from siting.location.search import Limits, Search

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.problem import Problem
    from siting.location.result import Solution
    from siting.location.search import Sites


def p_median(
    problem: Problem,
    p: int,
    capacity: npt.ArrayLike,
    *,
    size: npt.ArrayLike | None = None,
    split: bool = False,
    limits: Limits | None = None,
) -> Solution:
    """Choose p sites and who goes where, within capacities, so that the weighted time is least.

    Parameters
    ----------
    problem
        Demand of weight 0 counts for nothing.
    p
        Sites beside the existing ones, required ones included.
    capacity
        Of each site, in the unit of `size`, shape (sites,).
    size
        What each demand takes of a capacity, shape (demands,); its weight where not given.
    split
        Whether several sites may share a demand.
    limits
        When to stop.

    Raises
    ------
    ModelError
        Capacities or sizes are not one each, or negative; or see `Problem.free_places`.
    """
    return _solve(problem, p, capacity, size, math.inf, limits, "p-median", split=split)


def mclp(
    problem: Problem,
    p: int,
    max_minutes: float,
    capacity: npt.ArrayLike,
    *,
    size: npt.ArrayLike | None = None,
    split: bool = False,
    limits: Limits | None = None,
) -> Solution:
    """Choose p sites and who goes where, within capacities, to serve most within `max_minutes`.

    Parameters and errors as for `p_median`.
    """
    return _solve(problem, p, capacity, size, max_minutes, limits, "mclp", split=split)


def _solve(
    problem: Problem,
    p: int,
    capacity: npt.ArrayLike,
    size: npt.ArrayLike | None,
    max_minutes: float,
    limits: Limits | None,
    kind: Literal["p-median", "mclp"],
    *,
    split: bool,
) -> Solution:
    """Both models: read the data, search, recompute."""
    k = problem.free_places(p)
    counted = np.flatnonzero(problem.weights > 0)
    room = _checked(capacity, problem.site_ids.size)
    taken = _checked(problem.weights if size is None else size, problem.weights.size)[counted]
    weights = problem.weights[counted]
    times = problem.minutes[:, counted]
    reach = (times != problem.missing) & (times <= max_minutes) & ~problem.closed[:, None]
    loads = Loads(
        costs=np.where(reach, times, 0).astype(float) * weights,
        reach=reach,
        size=taken,
        capacity=room,
        lower=(problem.existing | problem.required).astype(float),
        upper=(~problem.closed).astype(float),
        places=k + int(problem.open.size),
    )
    everyone = kind == "p-median"
    search = Search(limits or Limits())
    best: list[Float64] = []
    reason = _impossible(problem, p, loads, counted, split=split) if everyone else None
    gain = None if everyone else weights
    total = 0.0 if everyone else float(weights.sum())
    if reason is None:
        with search.running():
            if split or not _by_branching(loads, gain, search, best):
                _decide(loads, gain, total, search, best, split=split)
        if search.lower == math.inf:
            reason = Reason("no_plan", {"constraints": f"p = {p}, q"})
    return plans.solution(
        problem,
        f"capacitated-{kind}",
        search,
        None if search.sites is None else search.upper if everyone else total - search.upper,
        total=None if everyone else float(problem.weights.sum()),
        allocation=_allocation(problem, counted, best[-1]) if best else None,
        reason=reason,
        figures={"split": split},
    )


def _checked(values: npt.ArrayLike, count: int) -> Float64:
    """One finite value >= 0 each."""
    array = np.asarray(values, dtype=float)
    if array.shape != (count,) or not (np.isfinite(array) & (array >= 0)).all():
        raise ModelError("capacities_shape", found=array.size, expected=count)
    return array


def _impossible(
    problem: Problem, p: int, loads: Loads, counted: Sites, *, split: bool
) -> Reason | None:
    """Why there is plainly no plan: nobody reaches, a demand is too large, or p sites too small."""
    mask = np.zeros(problem.weights.size, bool)
    mask[counted] = True
    reason = plans.unreachable(problem, mask)
    if reason is not None:
        return reason
    widest = np.where(loads.reach, loads.capacity[:, None], 0.0).max(axis=0, initial=0.0)
    large = widest < loads.size
    if large.any() and not split:
        ids = problem.demand_ids[counted][large]
        return Reason("too_large", {"count": ids.size, "demand": shown(ids)}, tuple(ids))
    first = np.where(loads.lower > 0, np.inf, np.where(loads.upper > 0, loads.capacity, -1.0))
    chosen = np.argsort(-first, kind="stable")[: loads.places]
    most, need = float(loads.capacity[chosen].sum()), float(loads.size.sum())
    if most < need:
        return Reason("capacity", {"p": p, "capacity": f"{most:g}", "demand": f"{need:g}"})
    return None


def _by_branching(loads: Loads, gain: Float64 | None, search: Search, best: list[Float64]) -> bool:
    """Prove a plan by branch and bound; False where that cannot be done."""
    whole = loads
    if gain is not None:
        whole = replace(loads, costs=np.zeros_like(loads.costs)).with_nowhere(gain)
    if not whole.size.size or not whole.knapsacks_fit:
        return False
    search.unit = float((whole.costs % 1 == 0).all())
    plans = Plans(whole, search)
    try:
        plans.wander()
        if plans.best is None:
            return False
        capacity_tree.minimise(plans)
    finally:
        if plans.best is not None:
            share = np.zeros_like(whole.costs)
            share[plans.best.site_of, np.arange(whole.size.size)] = 1.0
            best.append(share[: len(loads.costs)])
            search.sites = plans.best.sites[plans.best.sites < len(loads.costs)]
    return True


def _decide(
    loads: Loads,
    gain: Float64 | None,
    total: float,
    search: Search,
    best: list[Float64],
    *,
    split: bool,
) -> None:
    """Let HiGHS choose; `best` receives who goes where."""
    service = loads.service(split=split, everyone=gain is None, gain=gain)
    sites = len(loads.costs)
    outcome = milp.solve(service.program(), search)
    if outcome.x is not None:
        share = np.zeros_like(loads.costs)
        share[service.site, service.demand] = outcome.x[sites:]
        share = np.clip(share if split else np.round(share), 0.0, 1.0)
        served = share.sum(axis=0)
        if gain is None:
            share = share / served
            value = float((loads.costs * share).sum())
        else:
            value = total - float(gain @ served)
        if search.offer(np.flatnonzero(outcome.x[:sites] > 0.5), value):
            best.append(share)
    plans.finish_program(search, outcome, total)
    search.spend(math.inf if outcome.kind == "stopped" else 0.0)


def _allocation(problem: Problem, counted: Sites, share: Float64) -> pd.DataFrame:
    """Who goes where: a row for each pair that is used, and one for each demand left out."""
    demand, site = np.nonzero(share.T > 1e-9)
    served = pd.DataFrame(
        {
            "demand_id": problem.demand_ids[counted[demand]],
            "site_id": problem.site_ids[site],
            "minutes": problem.minutes[site, counted[demand]].astype(float),
            "share": share[site, demand],
        }
    )
    left = ~np.isin(problem.demand_ids, served["demand_id"].to_numpy(object))
    rest = pd.DataFrame(
        {
            "demand_id": problem.demand_ids[left],
            "site_id": "",
            "minutes": np.nan,
            "share": 0.0,
        }
    )
    return pd.concat([served, rest], ignore_index=True)
