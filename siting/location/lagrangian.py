r"""Lagrangian bound of the p-median, fixing by reduced costs, and branch and bound on it.

The p-median chooses p sites S to minimise :math:`\sum_i w_i \min_{j \in S} c_{ji}`. Relaxing "each
customer is served once" with prices :math:`w_i u_i` leaves

.. math:: L(u) = \sum_i w_i u_i + \min_{|S| = p} \sum_{j \in S} r_j(u), \quad
          r_j(u) = \sum_i w_i \min(0, c_{ji} - u_i)

which is a lower bound for any u, raised by a subgradient (Narula, Ogbu and Samuelsson 1977;
Christofides and Beasley 1982). A site outside S whose entry would lift L above the best plan's
value is closed for good; one inside S whose exit would is open for good.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.location.assignment import BLOCK_PAIRS
from siting.location.kernels import ascent as kernel
from siting.location.kernels import assignment as assignment_kernels
from siting.location.search import PAIRS_PER_UNIT

if TYPE_CHECKING:
    from siting.location.assignment import Assignment, Float64
    from siting.location.search import Search, Sites

SLACK = 1e-10  # of a bound's terms: rounding in its sums
SMALLEST_STEP = 2e-3
CALL_UNITS = 10.0  # of work in one call of a kernel, so that limits are looked at
RECENT = 0.1  # weight of the last turn in the shares


@dataclass(frozen=True)
class Bound:
    """A bound and what it was made of.

    Attributes
    ----------
    lower
        The bound, for plans made of the fixed sites and of p - len(fixed) free ones.
    prices
        Of the customers, shape (customers,).
    fixed, free
        Sites that are open, and sites that may be.
    sums
        Reduced sums of the free sites, shape (free,).
    chosen
        Positions in `free` of the sites that the relaxation opens.
    share
        How often the relaxation opened each free site of late, between 0 and 1; empty where that
        is not known.
    ruled
        Free sites that a bound on the way proved open or closed (`kernels.ascent`).
    """

    lower: float
    prices: Float64
    fixed: Sites
    free: Sites
    sums: Float64
    chosen: npt.NDArray[np.int64]
    share: Float64 = field(default_factory=lambda: np.empty(0))
    ruled: npt.NDArray[np.int8] | None = None


def evaluate(
    data: Assignment, prices: Float64, fixed: Sites, free: Sites, p: int, search: Search
) -> Bound:
    """Bound at given prices."""
    sites = np.concatenate([fixed, free])
    sums = np.empty(sites.size)
    data.over(
        sites,
        search,
        lambda block, part: assignment_kernels.reduced_sums(
            data.costs, block, data.weights, prices, sums[part]
        ),
    )
    ours, theirs = sums[: fixed.size], sums[fixed.size :]
    k = p - fixed.size
    chosen = np.argpartition(theirs, k - 1)[:k] if 0 < k < free.size else np.arange(free.size)[:k]
    gross = float(data.weights @ prices)
    lower = gross + float(ours.sum()) + float(theirs[chosen].sum())
    return Bound(lower - SLACK * abs(gross), prices, fixed, free, theirs, chosen)


def ascend(
    data: Assignment,
    prices: Float64,
    fixed: Sites,
    free: Sites,
    p: int,
    search: Search,
    iterations: int,
    scale: float,
    patience: int,
    memory: float = 0.0,
    beyond: float = 1.02,
) -> Bound:
    """Raise the bound by the subgradient method.

    Stops after `iterations`, when the step has become tiny, or when the bound passes the search's
    cut. After `patience` iterations without gain the step shrinks and the best prices come back.
    The target of the steps is `beyond` times the best plan's value. Where the matrix is one block,
    the direction keeps a part `memory` of the one before (Camerini, Fratta and Maffioli 1975).
    """
    if (fixed.size + free.size) * data.customers <= BLOCK_PAIRS:
        return _ascend_compiled(
            data, prices, fixed, free, p, search, iterations, scale, patience, memory, beyond
        )
    best = evaluate(data, prices, fixed, free, p, search)
    bound, idle = best, 0
    count = np.empty(data.customers)
    share = np.zeros(free.size)
    share[bound.chosen] = 1.0
    for _ in range(iterations):
        if best.lower > search.cut or scale < SMALLEST_STEP:
            break
        sites = np.concatenate([fixed, free[bound.chosen]])
        assignment_kernels.times_served(data.costs, sites, bound.prices, count)
        search.spend(sites.size * data.customers / PAIRS_PER_UNIT)
        slope = 1.0 - count
        steep = float(data.weights @ slope**2)
        if steep == 0.0:
            break  # each customer is served once: no prices are better
        step = scale * (1.02 * search.upper - bound.lower) / steep
        bound = evaluate(data, np.maximum(0.0, bound.prices + step * slope), fixed, free, p, search)
        share *= 1 - RECENT
        share[bound.chosen] += RECENT
        idle = 0 if bound.lower > best.lower + 1e-6 * search.upper else idle + 1
        if bound.lower > best.lower:
            best = bound
        if idle >= patience:
            bound, idle, scale = best, 0, 0.6 * scale
    return replace(best, share=share)


def _ascend_compiled(
    data: Assignment,
    prices: Float64,
    fixed: Sites,
    free: Sites,
    p: int,
    search: Search,
    iterations: int,
    scale: float,
    patience: int,
    memory: float,
    beyond: float,
) -> Bound:
    """As `ascend`, for a matrix of one block: many turns in one call."""
    sites = np.concatenate([fixed, free])
    k = min(p - fixed.size, free.size)
    weights, now = data.weights.astype(kernel.single), prices.astype(kernel.single)
    sums, chosen = np.zeros(sites.size), np.arange(k)
    slope, best = np.zeros_like(now), (now.copy(), sums.copy(), chosen.copy())
    share, ruled = np.zeros(free.size), np.zeros(free.size, np.int8)
    state = np.array([scale, 0.0, -np.inf, -np.inf, 0.0])
    turn = (sites.size + p) * data.customers / PAIRS_PER_UNIT
    once = max(1, int(CALL_UNITS / max(turn, 1e-9)))
    left, more = iterations, True
    while left > 0 and more:
        turns, before = min(once, left), state[kernel.DONE]
        more = kernel.ascend(
            data.costs, sites, fixed.size, weights, search.upper, search.cut, turns, patience,
            SMALLEST_STEP, RECENT, kernel.single(memory), beyond,
            now, slope, sums, chosen, *best, share, ruled, state,
        )  # fmt: skip
        left -= turns
        search.spend((state[kernel.DONE] - before) * turn)
    final = evaluate(data, best[0].astype(float), fixed, free, p, search)
    return replace(final, share=share, ruled=ruled)


def fix(bound: Bound, p: int, cut: float) -> tuple[Sites, Sites]:
    """Sites that every better plan opens, and those that it may open, by reduced costs."""
    inside = np.zeros(bound.free.size, bool)
    inside[bound.chosen] = True
    sums = bound.sums
    worst_in = sums[inside].max(initial=-np.inf)
    best_out = sums[~inside].min(initial=np.inf)
    closed = ~inside & (bound.lower + sums - worst_in > cut)
    opened = inside & (bound.lower - sums + best_out > cut)
    if bound.ruled is not None:
        closed |= bound.ruled == kernel.CLOSED
        opened |= bound.ruled == kernel.OPEN
    fixed = np.concatenate([bound.fixed, bound.free[opened]])
    free = bound.free[~closed & ~opened]
    return (fixed, free) if fixed.size < p else (fixed, free[:0])
