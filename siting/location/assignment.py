"""The data of the p-median and its kin: what it costs to serve each customer from each site."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from siting.location.search import PAIRS_PER_UNIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.location.search import Search, Sites

Costs = npt.NDArray[Any]
Float64 = npt.NDArray[np.float64]

BLOCK_PAIRS = 4_000_000  # pairs of a block of sites: one task of a thread


@dataclass(frozen=True)
class Assignment:
    """Costs of serving customers from sites.

    Attributes
    ----------
    costs
        Finite, >= 0; uint16 (exact integers), float32 or float64, shape (sites, customers).
    weights
        > 0, shape (customers,).
    highest
        No cost is above it.
    """

    costs: Costs
    weights: Float64
    highest: float

    @property
    def sites(self) -> int:
        """Number of sites."""
        return int(self.costs.shape[0])

    @property
    def customers(self) -> int:
        """Number of customers."""
        return int(self.costs.shape[1])

    def value(self, sites: Sites) -> float:
        """Total weighted cost when every customer goes to its cheapest listed site."""
        nearest = self.costs[sites[0]].astype(float)
        for j in sites[1:]:
            np.minimum(nearest, self.costs[j], out=nearest)
        return float(nearest @ self.weights)

    def over(self, sites: Sites, search: Search, task: Callable[[Sites, slice], None]) -> None:
        """Do a task over listed sites and count its work; large ones in blocks, by all threads.

        The task is given a block of the sites and its slice of the list.
        """
        block = max(1, BLOCK_PAIRS // max(1, self.customers))
        parts = [slice(a, min(a + block, sites.size)) for a in range(0, sites.size, block)]
        if len(parts) == 1:
            task(sites, parts[0])
            search.spend(sites.size * self.customers / PAIRS_PER_UNIT)
            return
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            done = pool.map(lambda part: task(sites[part], part), parts)
            try:
                for part, _ in zip(parts, done, strict=True):
                    search.spend((part.stop - part.start) * self.customers / PAIRS_PER_UNIT)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
