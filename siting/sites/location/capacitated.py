r"""Capacities: p-median and MCLP whose sites serve only so much (formulation in `programs`).

Each demand served whole by one site (or shared, `split`); site j serves at most q_j. For single
service a Lagrangian bound on "each demand is served once" leaves a knapsack for each site,

.. math:: L(u) = \sum_i u_i + \min_{|S| = p} \sum_{j \in S} \; \min_{\sum_i s_i x_i \le q_j}
          \sum_i (c_{ij} - u_i) x_i

(Lorena and Senne 2004; Ceselli and Righini 2005): stronger than the linear relaxation. Plans come
from its sites, demand put by programs of assignment and sites moved to the middle of whom they
serve. Sites and pairs whose use would lift the bound above the best plan are left out, and HiGHS
decides what is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import ModelError
from siting.sites.location import milp, plans
from siting.sites.location.kernels import knapsack as kernels
from siting.sites.location.problem import shown
from siting.sites.location.programs import Service
from siting.sites.location.result import Reason
from siting.sites.location.search import PAIRS_PER_UNIT, Limits, Search

if TYPE_CHECKING:
    from siting.sites.location.assignment import Float64
    from siting.sites.location.problem import Problem
    from siting.sites.location.result import Solution
    from siting.sites.location.search import Sites

LARGEST_KNAPSACK = 20_000  # capacity beyond which the knapsacks are not solved
ITERATIONS = 1500
FIRST_SHARE = 0.0125  # how far above the bound plans are sought first
FORBIDDEN = 1e15  # stands for the cost of a pair out of reach in the knapsacks

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Loads:
    """The question as arrays of the demand that counts: costs (sites, demands), sizes, rooms."""

    costs: Float64
    reach: Bools
    size: Float64
    capacity: Float64
    lower: Float64
    upper: Float64
    places: int  # open sites, existing ones included

    def service(
        self, *, split: bool, everyone: bool = True, gain: Float64 | None = None
    ) -> Service:
        """As a program's data; `gain` of serving a demand instead of the cost."""
        site, demand = np.nonzero(self.reach)
        cost = self.costs[site, demand] if gain is None else -gain[demand]
        return Service(
            demand=demand,
            site=site,
            pair_cost=cost,
            size=self.size,
            opening=np.zeros(len(self.costs)),
            lower=self.lower,
            upper=self.upper,
            places=(float(self.places), float(self.places)),
            capacity=self.capacity,
            everyone=everyone,
            split=split,
        )


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
    loads = _Loads(
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
            if everyone and not split and _knapsacks_fit(loads):
                _by_widening(loads, search, best)
            else:
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
    problem: Problem, p: int, loads: _Loads, counted: Sites, *, split: bool
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


def _decide(
    loads: _Loads,
    gain: Float64 | None,
    total: float,
    search: Search,
    best: list[Float64],
    *,
    split: bool,
    limit: float = math.inf,
) -> None:
    """Let HiGHS choose; `best` receives who goes where.

    `loads` holds every plan of value up to `limit` (infinite: every plan), and no other is sought.
    """
    service = loads.service(split=split, everyone=gain is None, gain=gain)
    program = service.program()
    if math.isfinite(limit):
        program = milp.below(program, limit)
    sites = len(loads.costs)
    outcome = milp.solve(program, search, _start(service, best, search))
    if outcome.x is not None:
        share = np.zeros_like(loads.costs)
        share[service.site, service.demand] = outcome.x[sites:]
        share = np.clip(share if split else np.round(share), 0.0, 1.0)
        served = share.sum(axis=0)
        if gain is None:
            share, value = share / served, 0.0
            value = float((loads.costs * share).sum())
        else:
            value = total - float(gain @ served)
        if search.offer(np.flatnonzero(outcome.x[:sites] > 0.5), value):
            best.append(share)
    if outcome.kind == "infeasible":
        search.raise_lower(min(limit, search.upper))
    else:
        plans.finish_program(search, outcome, total)
    search.spend(math.inf if outcome.kind == "stopped" else 0.0)


def _start(service: Service, best: list[Float64], search: Search) -> Float64 | None:
    """The best plan as a point of the program, where it is one."""
    if not best or search.sites is None:
        return None
    x = best[-1][service.site, service.demand]
    if x.sum() < service.size.size - 1e-9:
        return None
    opened = np.zeros(service.opening.size)
    opened[search.sites] = 1.0
    return np.concatenate([opened, x])


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


def _knapsacks_fit(loads: _Loads) -> bool:
    """Whether sizes are whole numbers and capacities not too large for dynamic programming."""
    return bool((loads.size % 1 == 0).all() and loads.capacity.max() <= LARGEST_KNAPSACK)


def _by_widening(loads: _Loads, search: Search, best: list[Float64]) -> None:
    """Look among all plans a little above the bound, then a little more, until one is the best."""
    bound = _raised(loads, search, best)
    whole = (loads.costs % 1 == 0).all()
    search.unit = 1.0 if whole else 0.0
    share = FIRST_SHARE
    while not search.closed:
        limit = bound.lower + share * max(1.0, abs(bound.lower))
        cut = search.cut + milp.slack(search.cut) if math.isfinite(search.upper) else math.inf
        share = share * 2 if math.isinf(cut) and share < 1 else math.inf
        limit = min(limit, cut)
        _decide(_without(loads, bound, limit), None, 0.0, search, best, split=False, limit=limit)
        if limit == cut:
            search.close()


@dataclass(frozen=True)
class _Bound:
    """The best Lagrangian bound: prices, gains of the knapsacks of `sites`, which ones open."""

    lower: float
    prices: Float64
    sites: Sites
    gains: Float64
    chosen: Sites


def _raised(loads: _Loads, search: Search, best: list[Float64]) -> _Bound:
    """Raise the Lagrangian bound, and look for plans on the way."""
    sites, demands = loads.costs.shape
    size, capacity = loads.size.astype(np.int64), np.floor(loads.capacity).astype(np.int64)
    costs = np.where(loads.reach, loads.costs, FORBIDDEN)
    prices = np.sort(costs, axis=0)[: min(2, sites)].mean(axis=0)
    prices = np.where(prices < FORBIDDEN / 4, prices, costs.min(axis=0)) * 1.5 + 1e-9
    every = np.flatnonzero(loads.upper > 0)
    must = loads.lower[every] > 0
    values = np.empty(every.size)
    taken = np.empty((every.size, demands), bool)
    top, idle, scale = _Bound(-math.inf, prices, every, values, every[:0]), 0, 1.0
    tried: set[bytes] = set()
    target = 1.2 * float(costs.min(axis=0).sum()) + 1.0
    for turn in range(ITERATIONS):
        kernels.best_loads(prices - costs, size, capacity, every, values, taken)
        search.spend(every.size * demands * float(capacity.mean()) / PAIRS_PER_UNIT)
        chosen = np.lexsort((every, np.where(must, -np.inf, -values)))[: loads.places]
        bound = float(prices.sum() - values[chosen].sum())
        idle = 0 if bound > top.lower + 1e-6 * abs(bound) else idle + 1
        if bound > top.lower:
            top = _Bound(bound, prices, every, values.copy(), chosen)
            search.raise_lower(min(bound - milp.slack(bound), search.upper))
        if turn % 20 == 19:
            key = np.sort(every[chosen]).tobytes()
            if key not in tried:
                tried.add(key)
                _locate_allocate(loads, np.sort(every[chosen]), search, best, tried)
        if search.closed or scale < 5e-3:
            break
        slope = 1.0 - taken[chosen].sum(axis=0)
        steep = float(slope @ slope)
        if steep == 0:
            break
        if idle >= 30:
            scale, idle = 0.7 * scale, 0
        goal = 1.01 * search.upper if math.isfinite(search.upper) else target
        step = scale * max(goal - bound, 1e-3 * abs(bound)) / steep
        prices = np.maximum(0.0, prices + step * slope)
    return top


def _locate_allocate(
    loads: _Loads, sites: Sites, search: Search, best: list[Float64], tried: set[bytes]
) -> None:
    """Put demand to the sites, move each site to the middle of whom it serves, and again."""
    for _ in range(8):
        share = _assigned(loads, sites, search)
        if share is None:
            return
        value = float((loads.costs * share).sum())
        if search.offer(sites, value):
            best.append(share)
        moved = sites.copy()
        for a, j in enumerate(sites):
            served = share[j] > 0.5
            if loads.lower[j] > 0 or not served.any():
                continue
            fit = (
                (loads.upper > 0)
                & (loads.capacity >= loads.size[served].sum())
                & loads.reach[:, served].all(axis=1)
            )
            fit[np.setdiff1d(moved, [j])] = False
            cost = np.where(fit, loads.costs[:, served].sum(axis=1), np.inf)
            if cost.min() < cost[j] - 1e-9:
                moved[a] = int(cost.argmin())
        key = np.sort(moved).tobytes()
        if key in tried:
            return
        tried.add(key)
        sites = np.sort(moved)


def _assigned(loads: _Loads, sites: Sites, search: Search) -> Float64 | None:
    """The best assignment of demand to open sites, if it may beat the best plan."""
    opened = np.zeros(len(loads.costs))
    opened[sites] = 1.0
    part = replace(loads, reach=loads.reach & (opened > 0)[:, None], lower=opened, upper=opened)
    relaxed = replace(part.service(split=True)).program()
    relaxed = replace(relaxed, integer=np.zeros_like(relaxed.integer))
    bound = milp.solve(relaxed, search)
    if bound.kind != "optimal" or bound.bound > search.cut:
        return None
    service = part.service(split=False)
    outcome = milp.solve(service.program(), search)
    search.spend(0.0)
    if outcome.x is None:
        return None
    share = np.zeros_like(loads.costs)
    share[service.site, service.demand] = np.round(outcome.x[opened.size :])
    return share


def _without(loads: _Loads, bound: _Bound, limit: float) -> _Loads:
    """Leave out sites and pairs whose use lifts the bound above the limit."""
    sites, values = bound.sites, bound.gains
    inside = np.zeros(sites.size, bool)
    inside[bound.chosen] = True
    must = loads.lower[sites] > 0
    replaced = values[inside & ~must].min(initial=np.inf)  # the weakest that could give way
    entry = np.where(inside, 0.0, replaced - values)  # what opening the site costs at least
    kept = bound.lower + entry <= limit
    forced = np.empty((sites.size, loads.size.size))
    costs = np.where(loads.reach, loads.costs, FORBIDDEN)
    size, capacity = loads.size.astype(np.int64), np.floor(loads.capacity).astype(np.int64)
    kernels.forced_loads(bound.prices - costs, size, capacity, sites, forced)
    pair = bound.lower + entry[:, None] + (values[:, None] - forced) <= limit
    reach = loads.reach.copy()
    reach[sites] &= pair & kept[:, None]
    upper = loads.upper.copy()
    upper[sites[~kept]] = 0.0
    return replace(loads, reach=reach, upper=upper)
