"""Search for the best p sites of a matrix of costs: the p-median without conditions.

Seeded starts and fast interchange give a plan; a Lagrangian bound and fixing by reduced costs
shrink the question; best-first branch and bound on the same bound proves the plan. Where that grows
long, the root's bound is raised to that of the linear relaxation (`benders`), and where few sites
are left, HiGHS decides (`median_program`).
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from siting.location import benders, interchange, median_program
from siting.location.kernels import assignment as assignment_kernels
from siting.location.lagrangian import Bound, ascend, evaluate, fix

if TYPE_CHECKING:
    from siting.location.assignment import Assignment, Float64
    from siting.location.search import Search, Sites

STARTS = 4
CORE_PAIRS = 16_000_000  # beyond this size, prices are first sought on part of the sites
CORE_ROUNDS = 6
RELAX_AFTER = 500.0  # units of work in branching, after which the linear relaxation is solved
MUCH = 0.5  # of the root's gap: where the relaxation leaves less of it, HiGHS is asked at once
PROGRAM_AFTER = 200  # nodes, after which HiGHS is asked
MEMORY = 0.8  # of the direction of the last turn, in a node
CLOSED_SHARE = 0.7  # of a site, that the last child of a node closes at least


def minimise(data: Assignment, p: int, search: Search) -> None:
    """Look for the best p sites, 1 <= p <= sites; plans and bounds go to the search."""
    everything = np.arange(data.sites)
    first = everything[:p]
    search.offer(first, data.value(first))
    search.raise_lower(0.0)
    if p == data.sites:
        search.close()
        return
    _starts(data, p, search)
    bound = _root(data, p, search)
    _branch(data, p, bound, search)
    search.close()


def _starts(data: Assignment, p: int, search: Search) -> None:
    """Offer locally best plans from seeded starts."""
    rng = np.random.default_rng(search.limits.seed)
    everything = np.arange(data.sites)
    starts = STARTS if data.costs.size <= CORE_PAIRS else 1
    for _ in range(starts):
        interchange.improve(data, interchange.seeded(data, p, rng), everything, search)


def _prices(data: Assignment, sites: Sites) -> Float64:
    """Half way between the costs of the nearest and of the second nearest site of a plan."""
    position = np.empty(data.customers, np.int64)
    first, second = np.empty(data.customers), np.empty(data.customers)
    assignment_kernels.nearest_two(data.costs, sites, data.highest, position, first, second)
    return first if sites.size == 1 else (first + second) / 2


def _root(data: Assignment, p: int, search: Search) -> Bound:
    """The bound before branching, over all sites."""
    assert search.sites is not None  # noqa: S101 - offered before
    everything = np.arange(data.sites)
    none = everything[:0]
    prices = _prices(data, search.sites)
    iterations = 600
    if data.costs.size > CORE_PAIRS:
        prices, iterations = _core_prices(data, p, prices, search), 60
    bound = ascend(data, prices, none, everything, p, search, iterations, 1.5, 20)
    search.raise_lower(bound.lower)
    if not search.closed:
        interchange.improve(data, bound.free[bound.chosen], everything, search)
    return bound


def _core_prices(data: Assignment, p: int, prices: Float64, search: Search) -> Float64:
    """Good prices for very many sites: found on part of them, checked on all, more let in."""
    assert search.sites is not None  # noqa: S101 - offered before
    everything = np.arange(data.sites)
    size = max(4 * p, CORE_PAIRS // data.customers)
    core = np.union1d(search.sites, everything[:: max(1, data.sites // size)])
    best = evaluate(data, prices, everything[:0], everything, p, search)
    for turn in range(CORE_ROUNDS):
        inner = ascend(
            data, best.prices, core[:0], core, p, search, 200, 1.0 if turn == 0 else 0.3, 12
        )
        outer = evaluate(data, inner.prices, everything[:0], everything, p, search)
        search.raise_lower(outer.lower)
        interchange.improve(data, outer.free[outer.chosen], core, search)
        if outer.lower > best.lower:
            best = outer
        core = np.union1d(core, np.argsort(outer.sums, kind="stable")[: size // 2])
        if inner.lower - outer.lower < 1e-4 * search.upper:
            break
    return best.prices


def _branch(data: Assignment, p: int, root: Bound, search: Search) -> None:
    """Best-first branch and bound; a node is its bound.

    Where it grows long, the linear relaxation raises the root's bound, and HiGHS decides between
    the sites that the root leaves, if they are few. Where the relaxation gains much, branching
    starts again from it.
    """
    order, program_at = 0, PROGRAM_AFTER
    relax_at = search.work + RELAX_AFTER
    tried: set[bytes] = set()
    queue: list[tuple[float, int, Bound]] = [(root.lower, order, root)]
    while queue:
        lower, _, bound = heapq.heappop(queue)
        search.raise_lower(min(lower, search.upper))
        if lower > search.cut:
            return
        if search.work > relax_at:
            relax_at, before = np.inf, root.lower
            root = benders.tighten(data, root, p, search)
            if search.closed:
                return
            if search.upper - root.lower < MUCH * (search.upper - before):
                program_at, lower, bound, queue = order, root.lower, root, []
        if order >= program_at:
            if median_program.decide(data, *fix(root, p, search.cut), p, search):
                return
            program_at = 4 * max(program_at, PROGRAM_AFTER)
        for fixed, free in _children(bound, p, search):
            node = _bound_node(data, fixed, free, bound.prices, p, tried, search)
            if node is not None:
                order += 1
                heapq.heappush(queue, (max(lower, node.lower), order, node))


def _children(bound: Bound, p: int, search: Search) -> list[tuple[Sites, Sites]]:
    """Fix what the bound allows, then open one of the likely sites, or none of them.

    The sites come by how often the relaxation opened them; a child opens one and closes those
    before it. The last child closes all of them.
    """
    fixed, free = fix(bound, p, search.cut)
    if fixed.size == p or fixed.size + free.size <= p:
        return [(fixed, free)]
    share = bound.share[np.isin(bound.free, free)]
    order = np.argsort(-share, kind="stable")
    likely = order[: 1 + int(np.searchsorted(np.cumsum(share[order]), CLOSED_SHARE))]
    likely = likely[: free.size + fixed.size - p]
    closed = np.zeros(free.size, bool)
    children = []
    for at in likely:
        closed[at] = True
        children.append((np.append(fixed, free[at]), free[~closed]))
    return [*children, (fixed, free[~closed])]


def _bound_node(
    data: Assignment,
    fixed: Sites,
    free: Sites,
    prices: Float64,
    p: int,
    tried: set[bytes],
    search: Search,
) -> Bound | None:
    """Bound of a node, raised a little and its sites fixed; None where nothing better is in it.

    Plans that interchange has started from are kept in `tried`, and not started from again.
    """
    for _ in range(3):
        if fixed.size + free.size < p or fixed.size > p:
            return None
        if fixed.size + free.size == p or fixed.size == p:
            only = fixed if fixed.size == p else np.concatenate([fixed, free])
            search.offer(only, data.value(only))
            return None
        bound = ascend(data, prices, fixed, free, p, search, 40, 0.3, 8, MEMORY, 1.005)
        if bound.lower > search.cut:
            return None
        plan = np.sort(np.concatenate([fixed, free[bound.chosen]]))
        near = data.value(plan) <= interchange.PROMISING * search.upper
        if near and plan.tobytes() not in tried:
            tried.add(plan.tobytes())
            interchange.improve(data, plan, np.concatenate([fixed, free]), search)
        narrower = fix(bound, p, search.cut)
        if narrower[1].size * 10 > free.size * 8:
            break
        (fixed, free), prices = narrower, bound.prices
    return bound
