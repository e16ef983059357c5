r"""The p-median's linear relaxation by Benders cuts: prices that no subgradient comes to.

With y the share of each site that is open, what it costs to serve customer i is, for any price u,

.. math:: \theta_i \ge u - \sum_{j : c_{ji} < u} (u - c_{ji}) \, y_j

and the strongest of these cuts at a given y has the cost at which the shares of the nearest sites
come to 1: sorting costs solves each customer's sub-problem in closed form, the radius formulation
of Duran-Mateluna, Ales and Elloumi (2023). HiGHS solves the relaxation with the cuts so far. Its
duals weigh the prices of each customer's cuts; since the Lagrangian bound is concave in the prices,
the bound at their mean is no worse than HiGHS's, and it is evaluated without HiGHS's tolerances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from siting.location import interchange, milp
from siting.location.lagrangian import Bound, evaluate

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.location.assignment import Assignment, Float64
    from siting.location.search import Search, Sites

    Int64 = npt.NDArray[np.int64]

LARGEST_PAIRS = 4_000_000  # of sites and customers, whose costs are sorted
LARGEST_CUTS = 300_000  # entries of the first cuts: with few open sites each has very many
ROUNDS = 60
VIOLATED = 1e-6  # of a customer's cost, from which a cut is added
OPEN = 1e-6  # of a site's share, from which interchange may open it


@dataclass(frozen=True)
class _Sorted:
    """Costs of each customer, the nearest site first, shapes (customers, sites).

    Attributes
    ----------
    order
        Positions of the sites.
    costs
        Their costs.
    """

    order: Int64
    costs: Float64

    def cuts(self, customers: Int64, prices: Float64) -> csr_array:
        """Entries of cuts at some prices: a row a customer, sites, then the customers' costs."""
        costs, order = self.costs[customers], self.order[customers]
        nearer = costs < prices[:, None]
        row, place = np.nonzero(nearer)
        every = np.arange(customers.size)
        entries = np.concatenate([(prices[:, None] - costs)[nearer], np.ones(customers.size)])
        columns = np.concatenate([order[row, place], order.shape[1] + customers])
        wide = order.shape[1] + self.order.shape[0]
        rows = np.concatenate([row, every])
        return csr_array((entries, (rows, columns)), shape=(customers.size, wide))

    def served(self, share: Float64) -> tuple[Float64, Float64]:
        """What each customer costs under shares of sites, and the cost at which they come to 1."""
        open_share = share[self.order]
        before = np.cumsum(open_share, axis=1) - open_share
        taken = np.clip(1.0 - before, 0.0, open_share)
        last = (before + open_share < 1.0 - OPEN).sum(axis=1).clip(max=share.size - 1)
        return (taken * self.costs).sum(axis=1), self.costs[np.arange(last.size), last]


def tighten(data: Assignment, bound: Bound, p: int, search: Search) -> Bound:
    """Raise a bound to that of the linear relaxation, and offer plans made of its shares.

    Parameters
    ----------
    bound
        Its prices make the first cuts; its fixed and free sites are those that plans are made of,
        and the caller knows that no other plan is better than the best one.

    Returns
    -------
    The best bound met, whose `share` is the relaxation's; the same where the question is large.

    Raises
    ------
    LimitReachedError
        The limits of the search ended it.
    """
    sites = np.concatenate([bound.fixed, bound.free])
    if sites.size * data.customers > LARGEST_PAIRS:
        return bound
    costs = data.costs[sites].T.astype(float)
    order = np.argsort(costs, axis=1, kind="stable")
    near = _Sorted(order, np.take_along_axis(costs, order, axis=1))
    if int((near.costs < bound.prices[:, None]).sum()) > LARGEST_CUTS:
        return bound
    everyone = np.arange(data.customers)
    program = milp.GrowingProgram(_master(data, near, bound, sites.size, p))
    of, prices = everyone[:0], bound.prices[:0]
    new, at = everyone, bound.prices
    best = bound
    for _ in range(ROUNDS):
        program.add(near.cuts(new, at), at)
        of, prices = np.concatenate([of, new]), np.concatenate([prices, at])
        outcome = program.solve(search)
        if outcome.x is None or outcome.duals is None:
            break
        share = np.clip(outcome.x[: sites.size], 0.0, 1.0)
        weighed = _mean_prices(data, near, of, prices, outcome.duals[1:])
        now = evaluate(data, weighed, bound.fixed, bound.free, p, search)
        if now.lower > best.lower:
            best = now
        best = replace(best, share=share[bound.fixed.size :], ruled=bound.ruled)
        search.raise_lower(min(best.lower, search.upper))
        _round(data, sites, share, p, search)
        if search.closed:
            break
        served, price = near.served(share)
        theta = outcome.x[sites.size :]
        new = np.flatnonzero(served - theta > VIOLATED * np.maximum(1.0, served))
        if not new.size:
            break
        at = price[new]
    return best


def _master(data: Assignment, near: _Sorted, bound: Bound, sites: int, p: int) -> milp.Program:
    """The relaxation before its cuts: shares of sites, then what each customer costs."""
    cost = np.concatenate([np.zeros(sites), data.weights])
    lower = np.concatenate([(np.arange(sites) < bound.fixed.size).astype(float), near.costs[:, 0]])
    upper = np.concatenate([np.ones(sites), np.full(data.customers, milp.INFINITY)])
    row = np.concatenate([np.ones(sites), np.zeros(data.customers)])
    every = np.array([float(p)])
    integer = np.zeros(cost.size, bool)
    return milp.Program(cost, lower, upper, integer, csr_array(row[None]), every, every)


def _mean_prices(
    data: Assignment, near: _Sorted, of: Int64, prices: Float64, duals: Float64
) -> Float64:
    """Mean price of each customer's cuts by their duals; the least cost has what is left."""
    weight = np.maximum(duals, 0.0)
    total = np.bincount(of, weight, minlength=data.customers)
    left = np.maximum(data.weights - total, 0.0)
    paid = np.bincount(of, weight * prices, minlength=data.customers) + left * near.costs[:, 0]
    return np.asarray(paid / (total + left))


def _round(data: Assignment, sites: Sites, share: Float64, p: int, search: Search) -> None:
    """Open the sites of the largest shares, then swap with others that have some."""
    plan = np.sort(sites[np.argsort(-share, kind="stable")[:p]])
    if data.value(plan) < search.upper * interchange.PROMISING:
        interchange.improve(data, plan, sites[share > OPEN], search)
