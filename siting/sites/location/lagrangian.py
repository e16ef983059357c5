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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.sites.location.kernels import assignment as kernels
from siting.sites.location.search import PAIRS_PER_UNIT

if TYPE_CHECKING:
    from siting.sites.location.assignment import Assignment, Float64
    from siting.sites.location.search import Search, Sites

SLACK = 1e-10  # of a bound's terms: rounding in its sums


@dataclass(frozen=True)
class Bound:
    """A bound and what it was made of.

    Attributes
    ----------
    lower
        The bound, for plans made of `fixed` and of p - len(fixed) of the free sites.
    prices
        Of the customers, shape (customers,).
    free
        Sites that may be chosen or not.
    sums
        Reduced sums of the free sites, shape (free,).
    chosen
        Positions in `free` of the sites that the relaxation opens.
    """

    lower: float
    prices: Float64
    free: Sites
    sums: Float64
    chosen: npt.NDArray[np.int64]


def evaluate(
    data: Assignment, prices: Float64, fixed: Sites, free: Sites, p: int, search: Search
) -> Bound:
    """Bound at given prices."""
    sites = np.concatenate([fixed, free])
    sums = np.empty(sites.size)
    data.over(
        sites,
        search,
        lambda block, part: kernels.reduced_sums(
            data.costs, block, data.weights, prices, sums[part]
        ),
    )
    ours, theirs = sums[: fixed.size], sums[fixed.size :]
    k = p - fixed.size
    chosen = np.argpartition(theirs, k - 1)[:k] if 0 < k < free.size else np.arange(free.size)[:k]
    gross = float(data.weights @ prices)
    lower = gross + float(ours.sum()) + float(theirs[chosen].sum())
    return Bound(lower - SLACK * abs(gross), prices, free, theirs, chosen)


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
) -> Bound:
    """Raise the bound by the subgradient method.

    Stops after `iterations`, when the step has become tiny, or when the bound passes the search's
    cut. After `patience` iterations without gain the step shrinks and the best prices come back.
    """
    best: Bound | None = None
    idle = 0
    count = np.empty(data.customers)
    for _ in range(iterations):
        bound = evaluate(data, prices, fixed, free, p, search)
        if best is None or bound.lower > best.lower:
            gain = np.inf if best is None else bound.lower - best.lower
            idle = 0 if gain > 1e-6 * abs(search.upper) else idle + 1
            best = bound
        else:
            idle += 1
        if best.lower > search.cut:
            break
        sites = np.concatenate([fixed, free[bound.chosen]])
        kernels.times_served(data.costs, sites, prices, count)
        search.spend(sites.size * data.customers / PAIRS_PER_UNIT)
        slope = data.weights * (1.0 - count)  # subgradient, in prices
        steep = float((1.0 - count) @ (1.0 - count))
        if steep < 0.5:
            break  # each customer is served once: the relaxed plan is optimal
        if idle >= patience:
            idle = 0
            scale *= 0.6
            prices = best.prices
            if scale < 2e-3:
                break
            continue
        step = scale * (1.02 * search.upper - bound.lower) / steep
        prices = np.maximum(0.0, prices + step * slope / data.weights**2)
    assert best is not None  # noqa: S101 - iterations >= 1
    return best
