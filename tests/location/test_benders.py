"""Benders cuts of the p-median, against scipy's programs of its classic formulation."""

from __future__ import annotations

import itertools
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from siting.location import benders, median_tree, p_median
from siting.location.lagrangian import ascend, evaluate
from siting.location.problem import assignment, from_arrays
from siting.location.search import LimitReachedError, Limits, Search

seeds = st.integers(0, 10**9)
few = settings(max_examples=15, deadline=None)


def classic(costs, weights, p, *, fixed=(), whole=False) -> float:
    """Optimum over shares y of sites and x of assignments; infinite costs are forbidden pairs."""
    m, n = costs.shape
    reached = np.isfinite(costs)
    cost = np.concatenate([np.zeros(m), (np.where(reached, costs, 0.0) * weights).ravel()])
    upper = np.concatenate([np.ones(m), reached.ravel().astype(float)])
    lower = np.zeros(cost.size)
    lower[list(fixed)] = 1.0
    each = sparse.hstack([sparse.csr_array((n, m)), sparse.kron(np.ones((1, m)), sparse.eye(n))])
    opened = sparse.hstack([sparse.kron(sparse.eye(m), np.ones((n, 1))), -sparse.eye(m * n)])
    count = sparse.csr_array(np.concatenate([np.ones(m), np.zeros(m * n)])[None])
    solved = optimize.milp(
        cost,
        integrality=np.arange(cost.size) < (m if whole else 0),
        bounds=optimize.Bounds(lower, upper),
        constraints=[
            optimize.LinearConstraint(each, 1, 1),
            optimize.LinearConstraint(opened, 0, np.inf),
            optimize.LinearConstraint(count, p, p),
        ],
        options={"mip_rel_gap": 0.0},
    )
    assert solved.status in {0, 2}
    return np.inf if solved.status == 2 else float(solved.fun)


def instance(seed, sites=10, customers=14):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 60, (sites, 2)), rng.integers(0, 60, (customers, 2))
    costs = np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=2))
    if rng.random() < 0.5:
        costs = np.floor(costs / 7)  # whole, with ties and zeros
    return rng, costs, rng.integers(1, 9, customers) * rng.choice([1.0, 0.37])


def weak_root(data, p, search):
    """A bound that leaves the work to the cuts."""
    everything = np.arange(data.sites)
    prices = np.full(data.customers, float(data.costs.min()))
    bound = ascend(data, prices, everything[:0], everything, p, search, 1, 1.5, 20)
    search.raise_lower(bound.lower)
    return bound


@few
@given(seeds)
def test_bound_is_that_of_the_linear_relaxation(seed):
    rng, costs, weights = instance(seed)
    data = assignment(costs, weights)
    p = int(rng.integers(1, 6))
    order = rng.permutation(10)
    fixed, free = order[: int(rng.integers(0, p))], order[p - 1 :]
    fixed_and_free = np.concatenate([fixed, free])
    best = min(
        data.value(np.array([*fixed, *others]))
        for others in itertools.combinations(free.tolist(), p - fixed.size)
    )
    search = Search(Limits())
    first = np.concatenate([fixed, free[: p - fixed.size]])
    search.offer(first, data.value(first))
    prices = rng.random(14) * data.highest
    start = evaluate(data, prices, fixed, free, p, search)
    raised = benders.tighten(data, start, p, search)
    relaxed = classic(costs[fixed_and_free], weights, p, fixed=range(fixed.size))
    assert start.lower <= raised.lower <= best * (1 + 1e-12)
    assert search.upper == data.value(search.sites)
    if not search.closed:
        assert raised.lower == pytest.approx(relaxed, rel=1e-5, abs=1e-6)
        assert raised.share.sum() == pytest.approx(p - fixed.size, abs=1e-5)


@few
@given(seeds)
def test_optimum_with_unreachable_pairs_existing_and_required_sites(seed):
    rng, costs, weights = instance(seed)
    costs[rng.random(costs.shape) < rng.choice([0.0, 0.3])] = np.inf
    weights[0] = rng.choice([0.0, 1.0])
    p = int(rng.integers(1, 6))
    roles = rng.integers(0, 2, 2)  # sites 0 and 1: existing, required
    problem = from_arrays(
        np.where(np.isinf(costs.T), np.nan, costs.T),
        weights,
        existing=["0"] * int(roles[0]),
        required=["1"] * int(roles[1]),
    )
    known = np.flatnonzero(roles)
    some = weights > 0
    best = classic(costs[:, some], weights[some], p + int(roles[0]), fixed=known, whole=True)
    with (
        mock.patch.object(median_tree, "RELAX_AFTER", -1.0),
        mock.patch.object(median_tree, "STARTS", 0),
        mock.patch.object(median_tree, "_root", weak_root),
    ):
        answer = p_median.solve(problem, p)
    if np.isinf(best):
        assert answer.status == "infeasible"
        return
    assert answer.status == "proven"
    assert answer.objective == pytest.approx(best, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_larger_optimum_agrees_with_scipy(seed):
    _, costs, weights = instance(seed, 30, 40)
    best = classic(costs, weights, 6, whole=True)
    with (
        mock.patch.object(median_tree, "RELAX_AFTER", -1.0),
        mock.patch.object(median_tree, "STARTS", 0),
        mock.patch.object(median_tree, "_root", weak_root),
        mock.patch.object(benders, "tighten", wraps=benders.tighten) as tighten,
    ):
        answer = p_median.solve(from_arrays(costs.T, weights), 6)
    assert tighten.call_count == 1
    assert answer.status == "proven"
    assert answer.objective == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("limit", ["LARGEST_PAIRS", "LARGEST_CUTS"])
def test_a_large_question_keeps_its_bound(limit):
    _, costs, weights = instance(5)
    data = assignment(costs, weights)
    search = Search(Limits())
    search.offer(np.arange(3), data.value(np.arange(3)))
    start = evaluate(
        data, np.full(14, data.highest), np.arange(0), np.arange(10), 3, Search(Limits())
    )
    with mock.patch.object(benders, limit, 0):
        assert benders.tighten(data, start, 3, search) is start


def test_a_limit_of_work_ends_the_cuts_and_keeps_a_bound():
    _, costs, weights = instance(7, 30, 40)
    data = assignment(costs, weights)
    best = classic(costs, weights, 6, whole=True)
    ended = 0
    for work in (0.1, 1.0, 3.0, 1e6):
        search = Search(Limits(work=work))
        search.offer(np.arange(6), data.value(np.arange(6)))
        prices = np.full(40, data.highest / 4)
        start = evaluate(data, prices, np.arange(0), np.arange(30), 6, Search(Limits()))
        try:
            benders.tighten(data, start, 6, search)
        except LimitReachedError:
            ended += 1
        assert search.lower <= best <= search.upper * (1 + 1e-12)
    assert 0 < ended < 4
