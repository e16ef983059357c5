r"""Programs that say who is served by which site, for capacities, fixed costs and budgets.

Variables: y_j (site j is open), then x_k for each pair k = (i, j) in reach, the share of demand i
that site j serves.

.. math:: \min \sum_j f_j y_j + \sum_k c_k x_k \quad \text{s.t. }
          \sum_{k \ni i} x_k = 1 \;(\le 1), \; x_k \le y_j, \; \sum_j y_j = p \;(\le p), \;
          \sum_j b_j y_j \le B, \; \sum_{k \ni j} w_i x_k \le q_j y_j
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

from siting.location import milp

if TYPE_CHECKING:
    from siting.location.assignment import Float64

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ServiceLimits:
    """Who may be served where, and what limits it.

    Attributes
    ----------
    demand, site
        The pairs in reach: positions of demand and site, shape (pairs,).
    pair_cost
        Cost of serving the whole demand so, shape (pairs,).
    size
        What each demand takes of a capacity, shape (demands,).
    opening
        Cost of opening each site, shape (sites,).
    lower, upper
        Bounds of y: 1, 1 for a site that is open, 0, 0 for a closed one. Shape (sites,).
    places
        (least, most) number of open sites.
    capacity
        Of each site, or None.
    spending
        (price of each site, budget), or None.
    everyone
        Whether all demand must be served.
    split
        Whether a demand may be shared between sites.
    """

    demand: Int64
    site: Int64
    pair_cost: Float64
    size: Float64
    opening: Float64
    lower: Float64
    upper: Float64
    places: tuple[float, float]
    capacity: Float64 | None = None
    spending: tuple[Float64, float] | None = None
    everyone: bool = True
    split: bool = False

    def program(self) -> milp.Program:
        """The program, rows as in the module's formulation."""
        sites, demands, pairs = self.opening.size, self.size.size, self.demand.size
        x = sites + np.arange(pairs)
        blocks: list[tuple[Int64, Int64, Float64]] = []
        low: list[Float64] = []
        high: list[Float64] = []
        done = 0

        def add(row: Int64, column: Int64, value: Float64, least: Float64, most: Float64) -> None:
            nonlocal done
            blocks.append((row + done, column, value))
            low.append(least)
            high.append(most)
            done += least.size

        ones = np.ones(pairs)
        add(
            self.demand,
            x,
            ones,
            np.full(demands, 1.0 if self.everyone else 0.0),
            np.ones(demands),
        )
        pair = np.arange(pairs)
        add(
            np.concatenate([pair, pair]),
            np.concatenate([x, self.site]),
            np.concatenate([ones, -ones]),
            np.full(pairs, -milp.INFINITY),
            np.zeros(pairs),
        )
        every = np.arange(sites)
        first = np.zeros(sites, np.int64)
        least, most = (np.array([float(v)]) for v in self.places)
        add(first, every, np.ones(sites), least, most)
        if self.spending is not None:
            price, budget = self.spending
            add(first, every, price, np.array([-milp.INFINITY]), np.array([budget]))
        if self.capacity is not None:
            add(
                np.concatenate([self.site, every]),
                np.concatenate([x, every]),
                np.concatenate([self.size[self.demand], -self.capacity]),
                np.full(sites, -milp.INFINITY),
                np.zeros(sites),
            )
        row, column, value = (np.concatenate(part) for part in zip(*blocks, strict=True))
        whole = np.zeros(sites + pairs, bool)
        whole[:sites] = True
        if self.capacity is not None and not self.split:
            whole[sites:] = True
        return milp.Program(
            cost=np.concatenate([self.opening, self.pair_cost]),
            lower=np.concatenate([self.lower, np.zeros(pairs)]),
            upper=np.concatenate([self.upper, ones]),
            integer=whole,
            rows=csr_array(coo_array((value, (row, column)), shape=(done, sites + pairs))),
            row_lower=np.concatenate(low),
            row_upper=np.concatenate(high),
        )
