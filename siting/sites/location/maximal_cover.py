r"""Maximal covering (MCLP): p sites that cover the most weight (Church and ReVelle 1974).

.. math:: \max \sum_g w_g z_g \quad \text{s.t.} z_g \le \sum_{j \in J_g} y_j, \;
          \sum_j y_j = p, \; y_j \in \{0, 1\}, \; 0 \le z_g \le 1

Demands with the same covering sites are one group g. Interchange gives plans; duals of the linear
relaxation (interior point) give a bound that is evaluated anew, hence exact, and close or open most
sites; HiGHS decides between the few that are left, groups merged again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from siting.sites.location import covering, interchange, milp
from siting.sites.location.assignment import Assignment
from siting.sites.location.lagrangian import ascend, fix

if TYPE_CHECKING:
    from siting.sites.location.assignment import Float64
    from siting.sites.location.covering import Groups
    from siting.sites.location.search import Search, Sites

STARTS = 20


def minimise_uncovered(groups: Groups, p: int, search: Search) -> None:
    """Look for p sites, 1 <= p <= sites, that leave the least weight uncovered.

    Plans and bounds, in weight left uncovered, go to the search.
    """
    data = Assignment((~groups.cover).astype(np.uint16), groups.weight, 1.0)
    everything = np.arange(data.sites)
    search.offer(everything[:p], data.value(everything[:p]))
    search.raise_lower(data.value(everything))
    if p == data.sites or search.closed:
        search.close()
        return
    rng = np.random.default_rng(search.limits.seed)
    for _ in range(STARTS):
        interchange.improve(data, interchange.seeded(data, p, rng), everything, search)
    prices = _relaxed_prices(groups, p, search)
    bound = ascend(data, prices, everything[:0], everything, p, search, 60, 0.2, 10)
    search.raise_lower(bound.lower)
    interchange.improve(data, bound.free[bound.chosen], everything, search)
    if not search.closed:
        fixed, free = fix(bound, p, search.cut)
        _decide(groups, fixed, free, p, search)
    search.close()


def _relaxed_prices(groups: Groups, p: int, search: Search) -> Float64:
    """Duals of the linear relaxation, per unit of weight."""
    outcome = milp.solve(_program(groups, p, whole=False), search, interior=True)
    search.spend(0.0)
    if outcome.duals is None:
        return np.full(groups.weight.size, 0.5)
    duals = -outcome.duals[: groups.weight.size]
    return np.clip(duals / groups.weight, 0.0, 1.0)


def _decide(groups: Groups, fixed: Sites, free: Sites, p: int, search: Search) -> None:
    """Find the best of the plans made of all fixed and of some free sites, if it is better."""
    k = p - fixed.size
    if not 0 < k < free.size:
        plan = np.concatenate([fixed, free[: max(k, 0)]])
        if plan.size == p:
            search.offer(plan, float(groups.weight.sum() - groups.value(plan)))
        search.close()
        return
    out = ~groups.covered(fixed)
    rest = covering.of_cover(groups.cover[np.ix_(free, np.flatnonzero(out))], groups.weight[out])
    reach = rest.cover.any(axis=0)
    rest = covering.Groups(rest.cover[:, reach], rest.weight[reach], rest.group_of)
    uncoverable = float(groups.weight[out].sum() - rest.weight.sum())
    program = _program(rest, k, whole=True)
    start = _start(rest, fixed, free, p, search)
    outcome = milp.solve(program, search, start)
    if outcome.x is not None:
        plan = np.concatenate([fixed, free[outcome.x[: free.size] > 0.5]])
        search.offer(plan, float(groups.weight.sum() - groups.value(plan)))
    total = uncoverable + float(rest.weight.sum())
    if outcome.kind == "stopped":
        search.raise_lower(min(total + outcome.bound - milp.slack(total), search.upper))
        search.spend(np.inf)
    search.close()


def _start(rest: Groups, fixed: Sites, free: Sites, p: int, search: Search) -> Float64 | None:
    """The best plan as a point of the reduced program, where it is one."""
    assert search.sites is not None  # noqa: S101 - offered before
    if not np.isin(search.sites, np.concatenate([fixed, free])).all():
        return None
    opened = np.isin(free, search.sites)
    if not np.isin(fixed, search.sites).all() or opened.sum() != p - fixed.size:
        return None
    covered = rest.covered(np.flatnonzero(opened))
    return np.concatenate([opened, covered]).astype(float)


def _program(groups: Groups, p: int, *, whole: bool) -> milp.Program:
    """Minimise minus the covered weight: variables y (sites), then z (groups)."""
    sites, count = groups.cover.shape
    rows = vstack(
        [
            hstack([-csr_array(groups.cover.T.astype(float)), eye_array(count)]),
            csr_array(np.concatenate([np.ones(sites), np.zeros(count)])[None, :]),
        ]
    )
    size = sites + count
    kinds = np.zeros(size, bool)
    kinds[:sites] = whole
    return milp.Program(
        cost=np.concatenate([np.zeros(sites), -groups.weight]),
        lower=np.zeros(size),
        upper=np.ones(size),
        integer=kinds,
        rows=csr_array(rows),
        row_lower=np.append(np.full(count, -milp.INFINITY), float(p)),
        row_upper=np.append(np.zeros(count), float(p)),
    )
