"""Under a limit of a millisecond nothing unproven is called proven, for every model."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.location import (
    capacitated,
    cover_programs,
    equity,
    facility_location,
    gradual,
    lscp,
    mclp,
    p_center,
    p_dispersion,
    p_median,
    phases,
)
from siting.location.problem import from_arrays
from siting.location.search import Limits

HURRIED = Limits(seconds=0.001)
LIMIT = 12.0
MODELS = (
    "p-median", "p-center", "weighted-p-center", "lscp", "mclp", "gradual", "backup", "floors",
    "services", "equity", "dispersion", "fixed-costs", "budget", "split",
)  # fmt: skip


class Instance:
    """Times between random demands and sites, some out of reach, and all plans of p sites."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n, m = int(rng.integers(2, 26)), int(rng.integers(3, 9))
        self.times = np.round(rng.random((n, m)) * 20, int(rng.integers(0, 4)))
        if rng.random() < 0.4:
            self.times[rng.random((n, m)) < 0.3] = np.inf
        self.weights = rng.integers(1, 30, n).astype(float)
        self.prices = rng.integers(1, 40, m).astype(float)
        self.p = int(rng.integers(2, min(m, 4) + 1))
        self.zones = np.arange(n) % 2
        self.plans = list(itertools.combinations(range(m), self.p))
        self.any_plan = [s for k in range(1, m + 1) for s in itertools.combinations(range(m), k)]
        shown = np.where(np.isinf(self.times), np.nan, self.times)
        self.problem = from_arrays(shown, self.weights)
        between = np.abs(np.subtract.outer(self.prices, self.prices)) + 1
        self.between = between

    def least(self, plan) -> np.ndarray:
        return self.times[:, list(plan)].min(axis=1)

    def total(self, plan) -> float:
        return float(self.least(plan) @ self.weights)

    def covered(self, plan, limit=LIMIT) -> np.ndarray:
        return self.weights * (self.least(plan) <= limit)

    def floors(self, plan) -> float:
        covered = self.covered(plan)
        held = all(
            covered[self.zones == z].sum() >= 0.5 * self.weights[self.zones == z].sum()
            for z in (0, 1)
        )
        return float(covered.sum()) if held else -math.inf

    def backup(self, plan) -> float:
        times = (self.times[:, list(plan)] <= LIMIT).sum(axis=1)
        return float(0.6 * self.weights[times >= 1].sum() + 0.4 * self.weights[times >= 2].sum())

    def services(self, plan) -> float:
        one = max(self.weights[self.times[:, j] <= LIMIT].sum() for j in plan)
        return float(one + self.covered(plan, 6.0).sum())

    def degrees(self, plan) -> float:
        return float(self.weights @ np.clip((15 - self.least(plan)) / 10, 0, 1))

    def ask(self, model: str, problem, p: int, limits: Limits):
        room = np.full(problem.site_ids.size, self.weights.sum())
        offered = {
            "a": cover_programs.CoverService(self.weights, LIMIT, 1),
            "b": cover_programs.CoverService(self.weights, 6.0),
        }
        return {
            "p-median": lambda: p_median.solve(problem, p, limits),
            "p-center": lambda: p_center.solve(problem, p, limits),
            "weighted-p-center": lambda: p_center.solve(problem, p, limits, weighted=True),
            "lscp": lambda: lscp.solve(problem, LIMIT, limits),
            "mclp": lambda: mclp.solve(problem, p, LIMIT, limits),
            "gradual": lambda: gradual.solve(problem, p, 5.0, 15.0, limits),
            "backup": lambda: cover_programs.backup(
                problem, p, LIMIT, first_share=0.6, limits=limits
            ),
            "floors": lambda: cover_programs.floors(problem, p, LIMIT, self.zones, 0.5, limits),
            "services": lambda: cover_programs.services(problem, p, offered, limits),
            "equity": lambda: equity.solve(problem, p, None, limits),
            "dispersion": lambda: p_dispersion.solve(from_arrays(self.between), p, limits),
            "fixed-costs": lambda: facility_location.solve(problem, self.prices, limits=limits),
            "budget": lambda: facility_location.solve(
                problem, self.prices, budget=45.0, limits=limits
            ),
            # room for everyone at each site: who goes where is free, and the sum is the p-median's
            "split": lambda: capacitated.p_median(problem, p, room, split=True, limits=limits),
        }[model]()

    def best(self, model: str) -> float:
        """Best value by enumeration, infinite (of the model's sign) where there is no plan."""
        plans, wide = self.plans, self.any_plan
        values = {
            "p-median": lambda: min(map(self.total, plans)),
            "split": lambda: min(map(self.total, plans)),
            "p-center": lambda: min(self.least(s).max() for s in plans),
            "equity": lambda: min(self.least(s).max() for s in plans),
            "weighted-p-center": lambda: min((self.least(s) * self.weights).max() for s in plans),
            "lscp": lambda: min(
                (len(s) for s in wide if (self.least(s) <= LIMIT).all()), default=math.inf
            ),
            "mclp": lambda: max(self.covered(s).sum() for s in plans),
            "gradual": lambda: max(map(self.degrees, plans)),
            "backup": lambda: max(map(self.backup, plans)),
            "floors": lambda: max(map(self.floors, plans)),
            "services": lambda: max(map(self.services, plans)),
            "dispersion": lambda: max(
                min(self.between[a, b] for a, b in itertools.combinations(s, 2)) for s in plans
            ),
            "fixed-costs": lambda: min(self.total(s) + self.prices[list(s)].sum() for s in wide),
            "budget": lambda: min(
                (self.total(s) for s in wide if self.prices[list(s)].sum() <= 45.0),
                default=math.inf,
            ),
        }
        return float(values[model]())


def holds(answer, best: float) -> None:
    """What an answer claims is true of the best value."""
    slack = 1e-6 * abs(best) + 1e-6 if math.isfinite(best) else 0.0
    assert answer.status in ("proven", "stopped", "infeasible")
    if answer.status == "infeasible":
        assert math.isinf(best)
        return
    if answer.objective is not None:
        assert math.isfinite(best)
    if answer.status == "proven":
        assert answer.objective == pytest.approx(best, rel=1e-6, abs=1e-6)
        assert answer.gap == 0
    if answer.lower_bound is not None:
        assert answer.lower_bound <= best + slack or math.isinf(best)
    if answer.upper_bound is not None:
        assert answer.upper_bound >= best - slack or math.isinf(best)


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_millisecond_proves_nothing_wrong_of_any_instance(model, seed):
    case = Instance(seed)
    holds(case.ask(model, case.problem, case.p, HURRIED), case.best(model))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9), first=st.sampled_from(["small", "large"]))
def test_a_millisecond_proves_nothing_wrong_of_phases(seed, first):
    """The exact phase is the best of its size; a proven next one the best that contains it."""
    case = Instance(seed)
    sizes = [case.p - 1, case.p] if case.p > 2 else [case.p]
    found = phases.solve(
        case.problem, sizes, lambda some, p: p_median.solve(some, p, HURRIED), first
    )
    exact = sizes[0] if first == "small" else sizes[-1]
    plans = itertools.combinations(range(case.times.shape[1]), exact)
    holds(found[0] if first == "small" else found[-1], min(map(case.total, plans)))
    if len(found) < 2:
        return
    small, large = ({int(site) for site in one.chosen} for one in found)
    assert small < large
    if first == "small":
        wide = itertools.combinations(range(case.times.shape[1]), sizes[1])
        rest = [case.total(plan) for plan in wide if small <= set(plan)]
        holds(found[1], min(rest))
    else:
        rest = [case.total(plan) for plan in itertools.combinations(sorted(large), sizes[0])]
        holds(found[0], min(rest))
