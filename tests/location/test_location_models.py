"""Every location model against all subsets, on small random instances."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError, ModelError
from siting.location import (
    capacitated,
    cover_programs,
    equity,
    facility_location,
    gradual,
    loads,
    lscp,
    mclp,
    median_program,
    median_tree,
    p_center,
    p_dispersion,
    p_median,
    phases,
    set_cover,
)
from siting.location.problem import Problem, assignment, from_arrays
from siting.location.search import Limits, Search

LIMIT = 10.0


@dataclass(frozen=True)
class Case:
    """A problem, its plans by enumeration, and times with infinity where out of reach."""

    problem: Problem
    times: np.ndarray  # (demands, sites)
    weights: np.ndarray
    p: int
    plans: list[list[int]]  # all plans of p sites, existing ones included

    def least(self, plan):
        return self.times[:, plan].min(axis=1, initial=np.inf)


def make(seed: int, *, holes: bool = True, roles: bool = True) -> Case:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 9)), int(rng.integers(2, 7))
    whole = rng.random() < 0.5
    times = rng.integers(0, 20, (n, m)).astype(float) if whole else rng.random((n, m)) * 20
    if holes and rng.random() < 0.5:
        times[rng.random((n, m)) < 0.3] = np.inf
    weights = rng.integers(0, 5, n).astype(float)
    order = rng.permutation(m).tolist()
    counts = rng.integers(0, 2, 3) if roles else np.zeros(3, int)
    if counts.sum() >= m:
        counts[:] = 0
    existing, required, closed = np.split(np.array(order[: counts.sum()]), np.cumsum(counts)[:2])
    may = [j for j in range(m) if j not in existing and j not in closed]
    p = int(rng.integers(max(1, len(required)), len(may) + 1))
    plans = [
        [*map(int, existing), *chosen]
        for chosen in itertools.combinations(may, p)
        if set(required.tolist()) <= set(chosen)
    ]
    problem = from_arrays(
        np.where(np.isinf(times), np.nan, times),
        weights,
        existing=map(str, existing),
        required=map(str, required),
        closed=map(str, closed),
    )
    return Case(problem, times, weights, p, plans)


def total(case: Case, plan) -> float:
    some = case.weights > 0
    return float(case.least(plan)[some] @ case.weights[some])


def agree(answer, best: float, *, relative: float = 1e-9) -> None:
    """Proven at the best value, or proven infeasible with a reason in both languages."""
    if np.isinf(best):
        assert answer.status == "infeasible"
        assert answer.objective is None
        assert answer.reason is not None
        assert answer.reason.text("fr") != answer.reason.text("en")
        return
    assert answer.status == "proven"
    assert answer.objective == pytest.approx(best, rel=relative, abs=1e-9)
    assert answer.lower_bound == answer.objective == answer.upper_bound
    assert answer.gap == 0


seeds = st.integers(0, 10**9)
quick = settings(max_examples=60, deadline=None)


@quick
@given(seeds)
def test_p_median(seed):
    case = make(seed)
    answer = p_median.solve(case.problem, case.p)
    agree(answer, min(total(case, plan) for plan in case.plans))
    if answer.status == "proven":
        assert len(answer.chosen) == case.p


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_p_median_decided_by_a_program(seed):
    """Too large for enumeration to leave to bounds: HiGHS decides as soon as branching starts."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 40, (14, 2)).astype(float)
    times = np.abs(xy[:, None] - xy[None]).sum(axis=2)
    weights = rng.integers(1, 9, 14).astype(float)
    least = min(
        float(weights @ times[:, list(plan)].min(axis=1))
        for plan in itertools.combinations(range(14), 3)
    )
    with (
        mock.patch.object(median_tree, "PROGRAM_AFTER", 0),
        mock.patch.object(median_tree, "STARTS", 0),
    ):
        agree(p_median.solve(from_arrays(times, weights), 3), least)
    # what HiGHS is given agrees with the formulation, whatever is fixed
    data = assignment(times, weights)
    fixed, free = np.array([2]), np.delete(np.arange(14), 2)
    search = Search(Limits(), 1.0)
    assert median_program.decide(data, fixed, free, 3, search)
    with_two = min(
        data.value(np.array([2, *others])) for others in itertools.combinations(free.tolist(), 2)
    )
    assert search.upper == search.lower == with_two


@settings(max_examples=30, deadline=None)
@given(seeds, st.sampled_from([0.0, 500.0]))
def test_covered_within_p_sites(seed, work):
    """Branch and bound, and HiGHS where it may not work, say alike whether p sites are enough."""
    rng = np.random.default_rng(seed)
    cover = rng.random((10, 12)) < 0.3
    cover[rng.integers(0, 10, 12), np.arange(12)] = True
    p = int(rng.integers(2, 5))
    enough = any(
        cover[list(some)].any(axis=0).all() for some in itertools.combinations(range(10), p)
    )
    with (
        mock.patch.object(set_cover, "heuristic", return_value=None),
        mock.patch.object(set_cover, "TREE_WORK", work),
    ):
        plan = set_cover.within(cover, p, Search(Limits()))
    assert (plan is not None) == enough
    assert plan is None or (len(plan) <= p and cover[plan].any(axis=0).all())


@quick
@given(seeds)
def test_p_center(seed):
    case = make(seed)
    best = min(case.least(plan).max() for plan in case.plans)
    agree(p_center.solve(case.problem, case.p), best)


@quick
@given(seeds)
def test_weighted_p_center(seed):
    case = make(seed)
    some = case.weights > 0
    best = min((case.least(s)[some] * case.weights[some]).max(initial=0) for s in case.plans)
    agree(p_center.solve(case.problem, case.p, weighted=True), best)


@quick
@given(seeds)
def test_lscp(seed):
    case = make(seed)
    existing = np.flatnonzero(case.problem.existing).tolist()
    required = set(np.flatnonzero(case.problem.required).tolist())
    may = np.flatnonzero(~case.problem.existing & ~case.problem.closed).tolist()
    sizes = [
        k
        for k in range(len(may) + 1)
        for chosen in itertools.combinations(may, k)
        if required <= set(chosen) and (case.least([*existing, *chosen]) <= LIMIT).all()
    ]
    answer = lscp.solve(case.problem, LIMIT)
    agree(answer, min(sizes, default=np.inf))
    if answer.status == "infeasible":
        nearest = case.times[:, ~case.problem.closed].min(axis=1)
        blocked = case.problem.demand_ids[nearest > LIMIT]
        assert set(answer.reason.demand) == set(blocked)


@quick
@given(seeds)
def test_mclp(seed):
    case = make(seed)
    best = max(case.weights[case.least(plan) <= LIMIT].sum() for plan in case.plans)
    agree(mclp.solve(case.problem, case.p, LIMIT), best)


@quick
@given(seeds)
def test_gradual_coverage(seed):
    case = make(seed)

    def value(plan):
        return case.weights @ np.clip((15 - case.least(plan)) / 10, 0, 1)

    agree(gradual.solve(case.problem, case.p, 5.0, 15.0), max(map(value, case.plans)))


@quick
@given(seeds, st.booleans())
def test_backup_coverage(seed, everyone):
    case = make(seed)
    theta = 0.0 if everyone else 0.6

    def value(plan):
        count = (case.times[:, plan] <= LIMIT).sum(axis=1)
        if everyone and (count[case.weights > 0] < 1).any():
            return -np.inf
        return theta * case.weights[count >= 1].sum() + (1 - theta) * case.weights[count >= 2].sum()

    answer = cover_programs.backup(case.problem, case.p, LIMIT, first_share=0.6, everyone=everyone)
    agree(answer, max(map(value, case.plans)), relative=1e-6)


@quick
@given(seeds)
def test_floors_by_zone(seed):
    case = make(seed)
    zones = np.arange(case.weights.size) % 2

    def value(plan):
        covered = case.weights * (case.least(plan) <= LIMIT)
        short = any(
            covered[zones == z].sum() < 0.5 * case.weights[zones == z].sum() for z in (0, 1)
        )
        return -np.inf if short else covered.sum()

    answer = cover_programs.floors(case.problem, case.p, LIMIT, zones, 0.5)
    agree(answer, max(map(value, case.plans)), relative=1e-6)


def test_floor_of_a_tiny_zone():
    """A zone of a thousandth beside one of a thousand millions keeps its floor."""
    times = np.array([[0.0, 20.0], [20.0, 20.0], [20.0, 0.0]])
    problem = from_arrays(times, [1e9, 1e-3, 1.0])
    answer = cover_programs.floors(problem, 2, LIMIT, np.array(["a", "b", "a"], object), 0.5)
    assert answer.status == "infeasible"


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_several_services(seed):
    case = make(seed, roles=False)
    other = np.roll(case.weights, 1) + 1
    offered = {
        "a": cover_programs.CoverService(case.weights, LIMIT, 1),
        "b": cover_programs.CoverService(other, 5.0),
    }

    def value(plan):
        one = max(case.weights[case.times[:, j] <= LIMIT].sum() for j in plan)
        return one + other[case.least(plan) <= 5.0].sum()

    answer = cover_programs.services(case.problem, case.p, offered)
    agree(answer, max(map(value, case.plans)), relative=1e-6)
    assert len(answer.figures["services"]["a"]) <= 1
    assert set(answer.figures["services"]["b"]) <= set(answer.chosen)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_equity_is_lexicographic(seed):
    case = make(seed)

    def profile(plan):
        times = case.least(plan)
        worst = times.max()
        levels = np.unique(case.times[np.isfinite(case.times)])[::-1]
        return (worst, *(case.weights[times > v].sum() for v in levels if v < worst))

    best = min(map(profile, case.plans))
    answer = equity.solve(case.problem, case.p)
    agree(answer, best[0])
    if answer.status == "proven":
        plan = np.flatnonzero(np.isin(case.problem.site_ids, answer.sites["site_id"])).tolist()
        assert profile(plan) == pytest.approx(best)


@quick
@given(seeds)
def test_p_dispersion(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(2, 8))
    between = rng.integers(1, 20, (m, m)).astype(float)
    between = np.minimum(between, between.T)
    p = int(rng.integers(2, m + 1))
    best = max(
        min(between[a, b] for a, b in itertools.combinations(plan, 2))
        for plan in itertools.combinations(range(m), p)
    )
    agree(p_dispersion.solve(from_arrays(between), p), best)


@quick
@given(seeds, st.booleans())
def test_fixed_costs_and_budget(seed, with_budget):
    case = make(seed)
    prices = np.random.default_rng(seed).integers(0, 30, case.times.shape[1]).astype(float)
    budget = 40.0 if with_budget else None
    existing = np.flatnonzero(case.problem.existing).tolist()
    required = set(np.flatnonzero(case.problem.required).tolist())
    may = np.flatnonzero(~case.problem.existing & ~case.problem.closed).tolist()
    values = [np.inf]
    for k in range(len(may) + 1):
        for chosen in itertools.combinations(may, k):
            if not required <= set(chosen):
                continue
            spent = prices[list(chosen)].sum()
            time = total(case, [*existing, *chosen])
            if with_budget:
                values.append(time if spent <= budget else np.inf)
            else:
                values.append(time + spent)
    answer = facility_location.solve(case.problem, prices, budget=budget)
    agree(answer, min(values), relative=1e-6)


def assigned(cost, size, capacity, *, everyone) -> float:
    """Least cost of putting each demand to one site (or none, at no cost) within capacities."""
    demands, sites = cost.shape
    best = np.inf
    choices = range(sites) if everyone else range(-1, sites)
    for put in itertools.product(choices, repeat=demands):
        load = np.zeros(sites)
        value = 0.0
        for i, j in enumerate(put):
            if j >= 0:
                load[j] += size[i]
                value += cost[i, j]
        if (load <= capacity).all():
            best = min(best, value)
    return best


@settings(max_examples=25, deadline=None)
@given(seeds, st.booleans())
def test_capacitated(seed, cover):
    rng = np.random.default_rng(seed)
    n, m, p = int(rng.integers(1, 6)), int(rng.integers(2, 5)), 2
    times = rng.integers(0, 20, (n, m)).astype(float)
    size = rng.integers(1, 6, n).astype(float)
    capacity = rng.integers(2, 12, m).astype(float)
    problem = from_arrays(times, size)
    cost = np.where(times <= LIMIT, -size[:, None], np.inf) if cover else times * size[:, None]
    best = min(
        assigned(cost[:, list(plan)], size, capacity[list(plan)], everyone=not cover)
        for plan in itertools.combinations(range(m), p)
    )
    if cover:
        answer = capacitated.mclp(problem, p, LIMIT, capacity)
        agree(answer, -best, relative=1e-6)
    else:
        answer = capacitated.p_median(problem, p, capacity)
        agree(answer, best, relative=1e-6)
        shared = capacitated.p_median(problem, p, capacity, split=True)
        if answer.status == "proven":
            assert shared.objective <= answer.objective * (1 + 1e-6) + 1e-6
    if answer.objective is not None:
        load = (
            answer.allocation[answer.allocation["site_id"] != ""]
            .assign(
                size=lambda t: t["demand_id"].map(dict(zip(problem.demand_ids, size, strict=True)))
            )
            .groupby("site_id")["size"]
            .sum()
        )
        room = dict(zip(problem.site_ids, capacity, strict=True))
        assert all(load[site] <= room[site] for site in load.index)


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([1.0, 10.0, 1e7, np.pi]), st.sampled_from([2, 5, 1000]))
def test_capacitated_decimal_sizes(seed, unit, grid):
    """Sizes with decimals are proven too, also where the knapsacks round them down much."""
    rng = np.random.default_rng(seed)
    n, m, p = int(rng.integers(2, 7)), int(rng.integers(2, 5)), 2
    times = rng.integers(0, 20, (n, m)).astype(float)
    size, capacity = rng.integers(1, 60, n) / unit, rng.integers(20, 120, m) / unit
    if unit == np.pi:
        size, capacity = size * rng.random(n), capacity * rng.random(m)
    best = min(
        assigned(times[:, list(plan)], size, capacity[list(plan)] * (1 + 1e-12), everyone=True)
        for plan in itertools.combinations(range(m), p)
    )
    with mock.patch.object(loads, "GRID", grid):
        answer = capacitated.p_median(from_arrays(times), p, capacity, size=size)
    assert answer.status == ("infeasible" if np.isinf(best) else "proven")
    if answer.objective is not None:
        assert answer.objective == pytest.approx(best, rel=1e-9)


@settings(max_examples=80, deadline=None)
@given(seeds, st.booleans())
def test_branching_agrees_with_highs(seed, cover):
    """Larger than enumeration allows: holes, roles, sizes of their own, room that is scarce."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 16)), int(rng.integers(2, 10))
    times = rng.integers(0, 20, (n, m)).astype(float)
    times[rng.random((n, m)) < rng.choice([0, 0.25])] = np.nan
    order = rng.permutation(m).astype(str).tolist()
    roles = rng.integers(0, 2, 3) if m > 4 else np.zeros(3, int)
    ends = np.cumsum(roles)
    p = int(rng.integers(max(1, roles[1]), m - roles[0] - roles[2] + 1))
    size = rng.integers(0, 7, n).astype(float)
    problem = from_arrays(
        times,
        rng.integers(0, 5, n),
        existing=order[: ends[0]],
        required=order[ends[0] : ends[1]],
        closed=order[ends[1] : ends[2]],
    )
    room = np.floor(rng.random(m) * 2.2 * size.sum() / (p + roles[0])) + 0.5

    def solve():
        if cover:
            return capacitated.mclp(problem, p, LIMIT, room, size=size)
        return capacitated.p_median(problem, p, room, size=size)

    answer = solve()
    with mock.patch.object(capacitated, "_by_branching", return_value=False):
        other = solve()
    assert answer.status == other.status != "stopped"
    if answer.status == "infeasible":
        assert answer.reason.text("fr")
        return
    assert answer.objective == pytest.approx(other.objective, rel=1e-6, abs=1e-6)
    served = answer.allocation[answer.allocation["site_id"] != ""]
    assert set(served["site_id"]) <= set(answer.sites["site_id"])
    load = np.zeros(m)
    np.add.at(load, served["site_id"].astype(int), size[served["demand_id"].astype(int)])
    assert (load <= room).all()


def test_phases_are_nested():
    rng = np.random.default_rng(5)
    problem = from_arrays(rng.random((30, 10)), rng.integers(1, 9, 30))
    for first in ("small", "large"):
        found = phases.solve(problem, [2, 3, 5], p_median.solve, first)
        chosen = [set(answer.chosen) for answer in found]
        assert [len(c) for c in chosen] == [2, 3, 5]
        assert chosen[0] < chosen[1] < chosen[2]
        exact = found[0 if first == "small" else -1]
        assert exact.objective == p_median.solve(problem, len(exact.chosen)).objective
        change = facility_location.marginal(found)["change"]
        assert (change.iloc[1:] <= 0).all()
    with pytest.raises(ModelError):
        phases.solve(problem, [3, 2], p_median.solve)


def all_models(problem, times, limits):
    """One call of each model."""
    capacity = np.full(problem.site_ids.size, problem.weights.sum() / 2)
    zones = np.arange(problem.weights.size) % 3
    offered = {"a": cover_programs.CoverService(problem.weights, 20.0, 2)}
    return {
        "p-median": lambda: p_median.solve(problem, 5, limits),
        "p-center": lambda: p_center.solve(problem, 5, limits),
        "weighted-p-center": lambda: p_center.solve(problem, 5, limits, weighted=True),
        "lscp": lambda: lscp.solve(problem, 25.0, limits),
        "mclp": lambda: mclp.solve(problem, 5, 20.0, limits),
        "gradual": lambda: gradual.solve(problem, 5, 10.0, 30.0, limits),
        "backup": lambda: cover_programs.backup(problem, 5, 20.0, limits=limits),
        "floors": lambda: cover_programs.floors(problem, 5, 30.0, zones, 0.1, limits),
        "services": lambda: cover_programs.services(problem, 5, offered, limits),
        "equity": lambda: equity.solve(problem, 5, [30.0, 20.0], limits),
        "dispersion": lambda: p_dispersion.solve(from_arrays(times), 5, limits),
        "budget": lambda: facility_location.solve(
            problem, np.full(times.shape[1], 100.0), limits=limits
        ),
        "capacitated-p-median": lambda: capacitated.p_median(problem, 5, capacity, limits=limits),
        "capacitated-mclp": lambda: capacitated.mclp(problem, 5, 20.0, capacity, limits=limits),
    }


@pytest.fixture(scope="module")
def plane():
    rng = np.random.default_rng(3)
    xy = rng.random((60, 2)) * 60
    times = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2))
    return from_arrays(times, rng.integers(1, 50, 60)), times


@pytest.mark.parametrize("model", list(all_models(from_arrays(np.eye(2)), np.eye(2), None)))
def test_a_millisecond_proves_nothing_wrong(plane, model):
    """Under a limit of 1 ms the bounds still hold, and what is called proven is the optimum."""
    problem, times = plane
    hurried = all_models(problem, times, Limits(seconds=0.001))[model]()
    patient = all_models(problem, times, Limits(seconds=20.0))[model]()
    assert patient.objective is not None
    assert hurried.status in ("proven", "stopped")
    if hurried.status == "proven":
        assert hurried.objective == pytest.approx(patient.objective, rel=1e-6)
    slack = 1e-6 * abs(patient.objective) + 1e-6
    low = patient.lower_bound if patient.lower_bound is not None else -np.inf
    high = patient.upper_bound if patient.upper_bound is not None else np.inf
    if hurried.lower_bound is not None:
        assert hurried.lower_bound <= high + slack
    if hurried.upper_bound is not None:
        assert hurried.upper_bound >= low - slack


def test_work_limits_are_deterministic(plane):
    problem, _ = plane
    found = [p_median.solve(problem, 7, Limits(work=0.05, seed=2)) for _ in range(2)]
    assert found[0].status == "stopped"
    assert found[0].summary() == found[1].summary()


def test_an_interruption_keeps_the_plan(plane):
    problem, _ = plane

    def stop(_):
        raise KeyboardInterrupt

    limits = Limits(progress=stop, report_seconds=0.0)
    answer = p_median.solve(problem, 7, limits)
    assert answer.status == "stopped"
    assert len(answer.chosen) == 7
    assert answer.lower_bound <= answer.objective


def test_a_gap_is_enough(plane):
    problem, _ = plane
    answer = p_median.solve(problem, 7, Limits(gap=0.5))
    assert answer.status in ("feasible", "proven")
    assert answer.gap <= 0.5


def test_ties_go_to_the_first_site():
    problem = from_arrays(np.ones((3, 4)), site_ids=["d", "a", "b", "c"])
    assert p_median.solve(problem, 1).chosen == ["d"]
    both = p_median.solve(problem, 2)
    assert set(both.allocation["site_id"]) == {both.chosen[0]}


def test_bad_questions_are_refused():
    times = np.ones((3, 4))
    problem = from_arrays(times)
    for p in (0, 5):
        with pytest.raises(ModelError, match="p ="):
            p_median.solve(problem, p)
    with pytest.raises(ModelError, match="à la fois"):
        from_arrays(times, required=["1"], closed=["1"])
    with pytest.raises(ModelError, match="inconnus"):
        from_arrays(times, existing=["nowhere"])
    with pytest.raises(ModelError, match="imposés"):
        p_median.solve(from_arrays(times, required=["1", "2"]), 1)
    for wrong in (-times, times[0], np.empty((0, 2))):
        with pytest.raises(InputError):
            from_arrays(wrong)
    with pytest.raises(InputError):
        from_arrays(times, [1, -1, 1])
    with pytest.raises(InputError):
        from_arrays(times, [1, 1])
    with pytest.raises(ModelError):
        capacitated.p_median(problem, 2, [1, 2])
    with pytest.raises(ModelError):
        facility_location.solve(problem, [1, 2])
    with pytest.raises(ModelError):
        gradual.solve(problem, 2, 10, 5)


def test_infeasible_says_who_and_what():
    times = np.array([[5.0, np.nan], [30.0, 40.0], [np.nan, np.nan]])
    problem = from_arrays(times, demand_ids=["near", "far", "cut off"])
    answer = p_median.solve(problem, 1)
    assert answer.status == "infeasible"
    assert answer.reason.demand == ("cut off",)
    reached = from_arrays(times[:2], demand_ids=["near", "far"])
    short = lscp.solve(reached, 20.0)
    assert short.reason.demand == ("far",)
    assert "30" in short.reason.text("en")
