r"""Capacitated p-median with single service: branch and bound on a bound made of knapsacks.

With prices u for "each demand is served once", what is left is a knapsack for each site,

.. math:: L(u) = \sum_i u_i + \min_{|S| = p} \sum_{j \in S} \; \min_{\sum_i s_i x_i \le q_j}
          \sum_i (c_{ij} - u_i) x_i

(Lorena and Senne 2004; Ceselli and Righini 2005): stronger than the linear relaxation. The volume
algorithm (Barahona and Anbil 2000) raises it. Sites and pairs whose use would lift it above the
best plan are left out.

A node is split by a set of sites that are alike and of which the relaxation opens about half a
site: one of them at least is open, or none is. So a node knows sets of which one site at least is
open, and they are split again until they name sites. Where sites are decided, the sites that may
serve one demand are split in two.

Sizes with decimals, and large ones, are rounded down in the knapsacks alone: the bound holds, and a
choice that true sizes forbid is no plan, but a node to split.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.location.kernels import knapsack as knapsack_kernels
from siting.location.loads import LoadPlan, Plans
from siting.location.maximal_cover import Effort
from siting.location.search import PAIRS_PER_UNIT

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.loads import Bools, Int64, Loads

ROOT = Effort(600, 0.3, 7, 0.7, 1e-3)
INSIDE = Effort(50, 0.3, 4, 0.5, 0.01)
ROUNDS = 5
ROUNDING = 1e-11  # relative: what sums of floats may be off
DECIDED = 0.42  # how far from one half the best set may be
CALL_WORK = 2e7  # of one call of a kernel, so that limits are looked at
APART_ENTRIES = 500_000_000  # compared to say how alike sites are


@dataclass(frozen=True)
class CapacityNode:
    """A question that is left.

    Attributes
    ----------
    reach
        Pairs that may be used, shape (sites, demands).
    free
        Sites that may be open.
    group
        The set of each site, -1: none; of each set one site at least is open.
    sets
        Their number.
    prices, share, served
        Of the best bound known: prices; how much each site is open, and each pair used.
    bound
        No plan of this node costs less.
    """

    reach: Bools
    free: Bools
    group: Int64
    sets: int
    prices: Float64
    share: Float64
    served: Float64
    bound: float

    def members(self) -> Int64:
        """How many free sites each set has."""
        return np.bincount(self.group[self.free & (self.group >= 0)], minlength=self.sets)

    def opened(self, sites: npt.ArrayLike) -> CapacityNode:
        """The same node with sites that are open for certain."""
        group, sets = self.group.copy(), self.sets
        for j in np.atleast_1d(sites):
            if group[j] < 0:
                group[j], sets = sets, sets + 1
            else:
                group[(group == group[j]) & (np.arange(group.size) != j)] = -1
        return replace(self, group=group, sets=sets)


def minimise(plans: Plans) -> None:
    """Prove the cheapest plan, from a plan already met; plans and bounds go to their search."""
    loads, search = plans.loads, plans.search
    assert plans.best is not None  # noqa: S101 - the callers' business
    sites, demands = loads.costs.shape
    paid = loads.costs[plans.best.site_of, np.arange(demands)]
    free = loads.upper > 0
    root = CapacityNode(
        reach=loads.reach & free[:, None] & (loads.counted.size <= loads.counted.room[:, None]),
        free=free,
        group=np.full(sites, -1),
        sets=0,
        prices=paid + paid.mean(),
        share=np.zeros(sites),
        served=np.zeros((sites, demands)),
        bound=-np.inf,
    ).opened(np.flatnonzero(loads.lower > 0))
    near = _alike(loads)
    waiting = [root]
    effort = ROOT
    while waiting:
        bounds = [node.bound for node in waiting]
        search.raise_lower(min(*bounds, search.upper))
        node: CapacityNode | None = waiting.pop(int(np.argmin(bounds)))
        while node is not None:
            children = _treat(node, effort, near, plans)
            waiting += children[1:]
            node = children[0] if children else None
            effort = INSIDE
    search.close()


def _alike(loads: Loads) -> npt.NDArray[np.int32]:
    """For each site, all sites from the most alike: by what they cost the demands."""
    sites, demands = loads.costs.shape
    step = max(1, sites * sites * demands // APART_ENTRIES)
    costs = np.where(loads.reach, loads.costs, 0.0)[:, ::step]
    costs = np.where(loads.reach[:, ::step], costs, 2 * costs.max(initial=0.0))
    near = np.empty((sites, sites), np.int32)
    for j in range(sites):
        near[j] = np.argsort(np.abs(costs - costs[j]).sum(axis=1), kind="stable")
    return near


def _treat(
    node: CapacityNode, effort: Effort, near: npt.NDArray[np.int32], plans: Plans
) -> list[CapacityNode]:
    """Bound a node, leave out what cannot be, and give the nodes that may hold a better plan."""
    for _ in range(ROUNDS):
        left = _bounded(node, effort, plans)
        if left is None:
            return []
        fewer = left.reach.sum() <= 0.8 * node.reach.sum()
        node, effort = left, INSIDE
        if not fewer:
            break
    single = node.reach.sum(axis=0) == 1
    if single.all():
        _offer_decided(node, plans)
        return []
    plans.search.spend(near.size / PAIRS_PER_UNIT)
    mask, apart = knapsack_kernels.half_open(
        node.share, node.free, node.group, node.members(), near
    )
    if apart > DECIDED:
        return _split_demand(node, single)
    first = int(node.group[mask][0])
    group = node.group.copy()
    if first >= 0:
        group[group == first] = -1
    group[mask] = node.sets if first < 0 else first
    child = replace(node, group=group, sets=node.sets + (first < 0))
    none = replace(node, free=node.free & ~mask, reach=node.reach & ~mask[:, None])
    return [child, none]


def _split_demand(node: CapacityNode, single: Bools) -> list[CapacityNode]:
    """Split the sites of the demand that is shared most, by half of what each serves."""
    served = np.where(node.reach, node.served, 0.0)
    part = served / np.maximum(served.sum(axis=0), 1e-9)
    alone = np.where(single, np.inf, (part**2).sum(axis=0))
    demand = int(alone.argmin())
    sites = np.flatnonzero(node.reach[:, demand])
    sites = sites[np.argsort(-part[sites, demand], kind="stable")]
    total = np.cumsum(part[sites, demand])
    half = min(max(int(np.searchsorted(total, total[-1] / 2)) + 1, 1), sites.size - 1)
    first = np.concatenate([sites[:half], sites[half + 1 :: 2]])
    second = sites[half::2]
    children = []
    for barred in (second, first):
        reach = node.reach.copy()
        reach[barred, demand] = False
        children.append(replace(node, reach=reach))
    return children


def _offer_decided(node: CapacityNode, plans: Plans) -> None:
    """Offer the only plan of a node whose demands have one site each, if it is one."""
    loads = plans.loads
    site_of = node.reach.argmax(axis=0)
    used = np.bincount(site_of, minlength=node.free.size) > 0
    chosen = np.zeros(used.size, bool)
    total = knapsack_kernels.best_sites(
        used.astype(float), node.free, node.group, node.sets, loads.places, -1, -1, chosen
    )
    if total == used.sum() and loads.counted.holds(site_of):
        plans.offer(LoadPlan(np.flatnonzero(chosen), site_of))


def _bounded(node: CapacityNode, effort: Effort, plans: Plans) -> CapacityNode | None:
    """Raise the bound of a node and leave out what cannot be; None where no better plan is left."""
    loads, search = plans.loads, plans.search
    enough = search.cut + ROUNDING * max(1.0, abs(search.cut))
    size, room = loads.coarse.size, loads.coarse.room
    question = (loads.costs, node.reach, size, room, node.free, node.group, node.sets, loads.places)
    prices, trial = node.prices.copy(), node.prices.copy()
    slope, served = np.zeros(size.size), np.where(node.reach, node.served, 0.0)
    share = np.where(node.free, node.share, 0.0)
    state = np.array([effort.step, 0.0, -np.inf, 0.0, 0.0])
    values = np.full(node.free.size, -np.inf)
    opened, closed = np.zeros((2, node.free.size), bool)
    site_of = np.empty(size.size, np.int64)
    left, more, once, done = effort.turns, True, 1, 0.0
    while left > 0 and more:
        turns = min(once, left)
        more = knapsack_kernels.raise_bound(
            *question, enough, turns, effort.patience, effort.shrink, effort.last, prices, trial,
            slope, served, share, state, values, opened, closed, site_of,
        )  # fmt: skip
        left -= turns
        once = max(1, int(CALL_WORK * (effort.turns - left) / max(state[4], 1.0)))
        search.spend((state[4] - done) / PAIRS_PER_UNIT)
        done = state[4]
    bound = max(node.bound, float(state[2]))
    if site_of[0] >= 0 and loads.counted.holds(site_of):
        chosen = np.zeros(share.size, bool)
        knapsack_kernels.best_sites(
            values, node.free, node.group, node.sets, loads.places, -1, -1, chosen
        )
        plans.offer(LoadPlan(np.flatnonzero(chosen), site_of))
        return None
    if bound > enough:
        return None
    free = node.free & ~closed
    narrower = replace(
        node, free=free, prices=prices, share=share, served=served, bound=bound,
        reach=node.reach & free[:, None],
    ).opened(np.flatnonzero(opened))  # fmt: skip
    values[~free] = -np.inf
    chosen = np.zeros(free.size, bool)
    rest = (free, narrower.group, narrower.sets, loads.places)
    if knapsack_kernels.best_sites(values, *rest, -1, -1, chosen) == -np.inf:
        return None
    plans.around(np.flatnonzero(chosen))
    work = knapsack_kernels.keep_pairs(
        loads.costs, narrower.reach, size, room, *rest, enough, float(state[2]), prices, values
    )
    search.spend(work / PAIRS_PER_UNIT)
    count = narrower.reach.sum(axis=0)
    if (count == 0).any():
        return None
    only = narrower.reach[:, count == 1].any(axis=1)
    sure = np.zeros(free.size, bool)
    sure[free & (narrower.group >= 0)] = (
        narrower.members()[narrower.group[free & (narrower.group >= 0)]] == 1
    )
    narrower = narrower.opened(np.flatnonzero(only & ~sure))
    return narrower if narrower.sets <= loads.places else None
