"""The capacitated question as arrays, and its plans by ruin and repair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.location.kernels import capacities as capacity_kernels
from siting.location.programs import ServiceLimits
from siting.location.search import PAIRS_PER_UNIT

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.search import Search, Sites

ROUNDS = 3000
TABLE_ENTRIES = 20_000_000  # of the knapsacks' table, beyond which they are not solved
TURN_ENTRIES = 500_000_000  # of all sites' knapsacks together
FINEST = 1e12  # parts of all demand that are told apart
GRID = 1000  # steps of the largest room in a knapsack

Bools = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Counted:
    """Sizes of the demand and rooms of the sites in whole numbers."""

    size: Int64
    room: Int64

    def holds(self, site_of: Sites) -> bool:
        """Whether nobody is too much for the site that it goes to."""
        load = np.zeros(self.room.size, np.int64)
        np.add.at(load, site_of, self.size)
        return bool((load <= self.room).all())


@dataclass(frozen=True)
class Loads:
    """The question as arrays of the demand that counts.

    Attributes
    ----------
    costs
        Of serving the whole of a demand from a site, shape (sites, demands).
    reach
        Pairs that may be used, shape (sites, demands).
    size
        What a demand takes of a capacity, shape (demands,).
    capacity
        Shape (sites,).
    lower, upper
        1, 1 for a site that is open in every plan, 0, 0 for a closed one; shape (sites,).
    places
        Open sites of a plan, those that are always open included.
    """

    costs: Float64
    reach: Bools
    size: Float64
    capacity: Float64
    lower: Float64
    upper: Float64
    places: int

    def service(
        self, *, split: bool, everyone: bool = True, gain: Float64 | None = None
    ) -> ServiceLimits:
        """As a program's data; `gain` of serving a demand instead of the cost."""
        site, demand = np.nonzero(self.reach)
        cost = self.costs[site, demand] if gain is None else -gain[demand]
        return ServiceLimits(
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

    def with_nowhere(self, penalty: Float64) -> Loads:
        """The same question with one more site, open, large and last, that serves at a penalty."""
        return Loads(
            costs=np.vstack([self.costs, penalty]),
            reach=np.vstack([self.reach, np.ones_like(penalty, bool)]),
            size=self.size,
            capacity=np.append(self.capacity, self.size.sum()),
            lower=np.append(self.lower, 1.0),
            upper=np.append(self.upper, 1.0),
            places=self.places + 1,
        )

    @cached_property
    def counted(self) -> Counted:
        """Sizes and rooms in whole numbers, a room no larger than all demand together.

        Decimals are counted exactly where they have few digits, else in FINEST parts of all demand.
        """
        total = float(self.size.sum())
        unit = FINEST / max(total, 1e-300)
        for digits in range(10):
            times = 10.0**digits
            scaled = self.size * times
            near = np.abs(scaled - np.round(scaled)) <= 1e-12 * np.maximum(1.0, scaled)
            if near.all() and total * times <= FINEST:
                unit = times
                break
        size = np.round(self.size * unit).astype(np.int64)
        most = np.minimum(self.capacity * unit, float(size.sum()))
        return Counted(size, np.floor(most * (1 + 1e-12) + 1e-9).astype(np.int64))

    @cached_property
    def coarse(self) -> Counted:
        """The same, in no more than GRID steps of the largest room that matters, for knapsacks.

        Sizes are rounded down, so that what fits the true rooms fits these.
        """
        size, room = self.counted.size, self.counted.room
        step = max(1, int(np.gcd.reduce(size)))
        tight = room[room < size.sum()]
        if tight.size:
            step = max(step, -(-int(tight.max()) // GRID) if tight.max() // step > GRID else 1)
        down = size // step
        return Counted(down, np.minimum(room // step, down.sum()))

    @property
    def knapsacks_fit(self) -> bool:
        """Whether dynamic programs of the knapsacks are small enough."""
        room = self.coarse.room
        table = (self.size.size + 1) * (float(room.max()) + 1)
        turn = self.size.size * float(room.sum())
        return table <= TABLE_ENTRIES and turn <= TURN_ENTRIES


@dataclass(frozen=True)
class LoadPlan:
    """Open sites, and the site of each demand."""

    sites: Sites
    site_of: Sites


class Plans:
    """Plans by ruin and repair; the best one is offered to the search and kept."""

    def __init__(self, loads: Loads, search: Search) -> None:
        self.loads = loads
        self.search = search
        self.best: LoadPlan | None = None
        self._costs = np.where(loads.reach, loads.costs, np.inf)
        self._size, self._room = loads.counted.size, loads.counted.room
        self._role = np.where(loads.lower > 0, 2, np.where(loads.upper > 0, 1, 0))
        self._rng = np.random.default_rng(search.limits.seed)
        self._tried: set[bytes] = set()

    def offer(self, plan: LoadPlan) -> None:
        """Offer a plan."""
        value = float(self.loads.costs[plan.site_of, np.arange(plan.site_of.size)].sum())
        if self.search.offer(plan.sites, value):
            self.best = plan

    def wander(self) -> None:
        """Look for plans from the roomiest sites on."""
        roomiest = np.lexsort((-self._room, -self._role))
        self._improve(np.sort(roomiest[: self.loads.places]), ROUNDS)

    def around(self, sites: Sites) -> None:
        """Settle demand at given sites, unless that was done, and offer what comes of it."""
        key = sites.tobytes()
        if key not in self._tried:
            self._tried.add(key)
            self._improve(sites, 0)

    def _improve(self, sites: Sites, rounds: int) -> None:
        """Put everyone to the sites, settle, and wander from there."""
        plan = sites.copy()
        demands = self._size.size
        place, load = np.zeros(demands, np.int64), np.zeros(plan.size, np.int64)
        waiting = np.ones(demands, bool)
        arrays = (self._costs, self._size, self._room)
        total = np.inf
        if capacity_kernels.put(*arrays, plan, place, load, waiting):
            total = capacity_kernels.settle(*arrays, self._role, plan, place, load)
            self.offer(LoadPlan(plan.copy(), plan[place]))
        work = demands * (demands + 3.0 * demands * plan.size) / PAIRS_PER_UNIT
        some = max(1, int(20.0 / work))
        self.search.spend(work)
        while rounds > 0:
            now = min(some, rounds)
            args = (*arrays, self._role, plan, place, load, total, now, self._rng)
            total = capacity_kernels.wander(*args)
            if np.isfinite(total):
                self.offer(LoadPlan(plan.copy(), plan[place]))
            rounds -= now
            self.search.spend(now * work)
