"""Catchments: by hand on 5 x 4, against PySAL `access`, plain loops, and what each must keep."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from siting.errors import InputError
from siting.measures import catchments, decay, pairs

# five origins, four facilities; 30 minutes is the limit: one time is exactly 30, one just above
MINUTES = np.array(
    [
        [5, 20, 40, np.nan],
        [10, 30, 35, 60],
        [25, 30.01, 15, 50],
        [45, 50, 20, 31],
        [np.nan, 70, 80, 90],
    ]
)
PEOPLE = pd.Series([100.0, 200.0, 300.0, 400.0, 500.0], list("abcde"))
SUPPLY = pd.Series([6.0, 3.0, 7.0, 2.0], list("wxyz"))
PAIRS = pairs.from_dense(MINUTES, PEOPLE.index, SUPPLY.index)
STEPS = decay.steps([(10, 1.0), (20, 0.5), (30, 0.25)])


def test_2sfca_by_hand():
    w, x, y = 6 / 600, 3 / 300, 7 / 700  # people within 30: abc; ab; cd; nobody
    expected = [w + x, w + x, w + y, y, 0]
    np.testing.assert_allclose(catchments.two_step(PAIRS, PEOPLE, SUPPLY, 30), expected, rtol=1e-14)


def test_e2sfca_by_hand():
    w = 6 / (100 * 1 + 200 * 1 + 300 * 0.25)
    x = 3 / (100 * 0.5 + 200 * 0.25)
    y = 7 / (300 * 0.5 + 400 * 0.5)
    expected = [w + 0.5 * x, w + 0.25 * x, 0.25 * w + 0.5 * y, 0.5 * y, 0]
    got = catchments.enhanced_two_step(PAIRS, PEOPLE, SUPPLY, STEPS)
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    squared = [w + 0.25 * x, w + 0.0625 * x, 0.0625 * w + 0.25 * y, 0.25 * y, 0]
    got = catchments.modified_two_step(PAIRS, PEOPLE, SUPPLY, STEPS)
    np.testing.assert_allclose(got, squared, rtol=1e-14)


def test_3sfca_by_hand():
    # G of a: w 1/1.5, x .5/1.5; b: w 1/1.25, x .25/1.25; c: w .25/.75, y .5/.75; d: y 1
    aw, ax, bw, bx, cw, cy, dy = 1 / 1.5, 0.25 / 1.5, 1 / 1.25, 0.0625 / 1.25, 0.0625 / 0.75, 0, 0
    cy, dy = 0.25 / 0.75, 0.5
    w = 6 / (100 * aw + 200 * bw + 300 * cw)
    x = 3 / (100 * ax + 200 * bx)
    y = 7 / (300 * cy + 400 * dy)
    expected = [aw * w + ax * x, bw * w + bx * x, cw * w + cy * y, dy * y, 0]
    got = catchments.three_step(PAIRS, PEOPLE, SUPPLY, STEPS)
    np.testing.assert_allclose(got, expected, rtol=1e-14)


def test_bfca_by_hand():
    f = np.array([[1, 0.5, 0, 0], [1, 0.25, 0, 0], [0.25, 0, 0.5, 0], [0, 0, 0.5, 0], [0] * 4])
    row, column = f.sum(1), f.sum(0)
    level = np.zeros(4)
    for j in range(3):
        level[j] = SUPPLY.iloc[j] / sum(PEOPLE.iloc[i] * f[i, j] / row[i] for i in range(4))
    expected = [sum(level[j] * f[i, j] / column[j] for j in range(3)) for i in range(5)]
    got = catchments.balanced(PAIRS, PEOPLE, SUPPLY, STEPS)
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert got.sum() == pytest.approx(level.sum(), rel=1e-14)


def test_kd2sfca_is_zero_at_its_limit():
    kernel = [0.75 * (1 - (t / 30) ** 2) for t in (5, 10, 25)]
    w = 6 / (100 * kernel[0] + 200 * kernel[1] + 300 * kernel[2])
    x = 3 / (100 * 0.75 * (1 - 4 / 9))
    expected = kernel[0] * w + 0.75 * (1 - 4 / 9) * x
    assert catchments.kernel_two_step(PAIRS, PEOPLE, SUPPLY, 30)["a"] == pytest.approx(
        expected, rel=1e-14
    )


def test_unserved_are_counted():
    told = catchments.unserved(PAIRS, PEOPLE, SUPPLY, decay.binary(30))
    assert told == catchments.Unserved(people=500, origins=1, supply=2, facilities=1)
    assert catchments.unserved(PAIRS, PEOPLE * 0, SUPPLY, decay.binary(30)).supply == 18


def test_nothing_at_all_gives_zeros_and_not_nan():
    empty = pairs.from_dense(np.full((2, 2), np.nan), ["a", "b"], ["x", "y"])
    for measure in (
        catchments.enhanced_two_step,
        catchments.modified_two_step,
        catchments.three_step,
        catchments.balanced,
    ):
        assert measure(empty, [1, 2], [3, 4], STEPS).tolist() == [0, 0]
        assert measure(PAIRS, PEOPLE * 0, SUPPLY, STEPS).tolist() == [0] * 5
        assert measure(PAIRS, PEOPLE, SUPPLY * 0, STEPS).tolist() == [0] * 5
    assert catchments.rational_agents(empty, [1, 2], [3, 4]).isna().all()


def test_ratio_by_hand():
    among = pairs.from_dense(
        np.abs(np.subtract.outer(np.arange(5), np.arange(5))) * 20.0, PEOPLE.index, PEOPLE.index
    )
    got = catchments.ratio(PAIRS, among, PEOPLE, SUPPLY, 30)
    near = [300, 600, 900, 1200, 900]
    np.testing.assert_allclose(got, [9 / 300, 9 / 600, 13 / 900, 7 / 1200, 0], rtol=1e-14)
    assert near[1] == 600


@st.composite
def cases(draw):
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    time = st.one_of(st.none(), st.integers(0, 450).map(lambda d: d / 10))
    rows = draw(st.lists(st.lists(time, min_size=m, max_size=m), min_size=n, max_size=n))
    times = np.array([[np.nan if v is None else v for v in row] for row in rows], np.float32)
    people = np.array(draw(st.lists(st.integers(0, 90), min_size=n, max_size=n)), float)
    supply = np.array(draw(st.lists(st.integers(0, 9), min_size=m, max_size=m)), float)
    return times, people, supply


def made(times):
    return pairs.from_dense(
        times, [f"c{i}" for i in range(times.shape[0])], [f"f{j}" for j in range(times.shape[1])]
    )


@given(cases(), st.sampled_from([0.0, 12.3, 30.0]))
def test_2sfca_equals_loops_and_conserves_supply(case, limit):
    times, people, supply = case
    near = times <= np.float32(limit)
    expected = np.zeros(len(people))
    for i in range(len(people)):
        for j in range(len(supply)):
            total = sum(people[k] for k in range(len(people)) if near[k, j])
            if near[i, j] and total > 0:
                expected[i] += supply[j] / total
    got = catchments.two_step(made(times), people, supply, limit).to_numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)
    reached = supply[(near * people[:, None]).sum(0) > 0].sum()
    assert (got * people).sum() == pytest.approx(reached, rel=1e-12)


@given(cases(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(case, random):
    times, people, supply = case
    rows, columns = list(range(len(people))), list(range(len(supply)))
    random.shuffle(rows)
    random.shuffle(columns)
    one = made(times)
    other = pairs.from_dense(
        times[np.ix_(rows, columns)], one.origins[rows], one.destinations[columns]
    )
    for measure in (
        catchments.enhanced_two_step,
        catchments.modified_two_step,
        catchments.three_step,
        catchments.balanced,
    ):
        a = measure(one, people, supply, STEPS)
        b = measure(other, people[rows], supply[columns], STEPS).reindex(a.index)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


@given(cases())
def test_splitting_a_cell_changes_nothing(case):
    times, people, supply = case
    half = np.concatenate([people, people[:1] / 2])
    half[0] = people[0] / 2
    split = made(np.vstack([times, times[:1]]))
    for measure in (
        catchments.enhanced_two_step,
        catchments.modified_two_step,
        catchments.three_step,
    ):
        one = measure(made(times), people, supply, STEPS).to_numpy()
        two = measure(split, half, supply, STEPS).to_numpy()
        np.testing.assert_allclose(two[:-1], one, rtol=1e-12, atol=1e-15)
        assert two[-1] == pytest.approx(one[0], rel=1e-12)


@given(cases(), st.integers(0, 4))
def test_more_supply_is_never_less_access(case, at):
    times, people, supply = case
    more = supply.copy()
    more[at % len(supply)] += 5
    for measure in (
        catchments.enhanced_two_step,
        catchments.modified_two_step,
        catchments.three_step,
        catchments.balanced,
    ):
        one, two = (measure(made(times), people, s, STEPS) for s in (supply, more))
        assert (two >= one - 1e-15).all()


def long(times, people, supply):
    cost = pd.DataFrame(
        {
            "origin": np.repeat(people.index, len(supply)),
            "dest": np.tile(supply.index, len(people)),
            "cost": times.ravel().astype(float),
        }
    )
    return people.to_frame("demand"), supply.to_frame("supply"), cost.dropna()


@pytest.mark.parametrize("weight", ["binary", "steps", "gaussian"])
@pytest.mark.parametrize("seed", range(3))
def test_equal_to_pysal_access(seed, weight):
    fca = pytest.importorskip("access.fca")
    rng = np.random.default_rng(seed)
    times = (rng.random((60, 12)) * 80).astype(np.float32)  # asymmetric, as one-way roads are
    people = pd.Series(rng.integers(1, 900, 60).astype(float), [f"c{i:02d}" for i in range(60)])
    supply = pd.Series(rng.integers(1, 9, 12).astype(float), [f"f{j:02d}" for j in range(12)])
    found = pairs.from_dense(times, people.index, supply.index)
    ours, theirs = {
        "binary": (decay.binary(30), lambda t: 1.0 * (t <= 30)),
        "steps": (STEPS, lambda t: 1.0 if t <= 10 else 0.5 if t <= 20 else 0.25 if t <= 30 else 0),
        "gaussian": (decay.gaussian(12, 30), lambda t: np.exp(-t * t / 288) if t <= 30 else 0),
    }[weight]
    demand, offer, cost = long(times, people, supply)
    given_ = {"demand_index": "origin", "max_cost": 30, "weight_fn": theirs}
    demand.index.name = "origin"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        two = fca.two_stage_fca(demand, offer, cost, **given_)
        three = fca.three_stage_fca(demand, offer, cost, **given_)
    got = catchments.enhanced_two_step(found, people, supply, ours)
    np.testing.assert_allclose(got, two.reindex(got.index, fill_value=0), rtol=1e-12)
    got = catchments.three_step(found, people, supply, ours)
    np.testing.assert_allclose(got, three.reindex(got.index, fill_value=0), rtol=1e-12)


def test_fca_ratio_equal_to_pysal_access():
    fca = pytest.importorskip("access.fca")
    rng = np.random.default_rng(5)
    here, there = rng.random((40, 2)) * 60, rng.random((9, 2)) * 60
    people = pd.Series(rng.integers(1, 900, 40).astype(float), [f"c{i:02d}" for i in range(40)])
    supply = pd.Series(rng.integers(1, 9, 9).astype(float), [f"f{j}" for j in range(9)])
    out = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)).astype(np.float32)
    among = np.hypot(*(here[:, None] - here[None]).transpose(2, 0, 1)).astype(np.float32)
    demand, offer, cost = long(out, people, supply)
    _, _, own = long(among, people, people)
    demand.index.name = offer.index.name = "geoid"
    theirs = fca.fca_ratio(demand, offer, own, cost.rename(columns={}), 25)
    ours = catchments.ratio(
        pairs.from_dense(out, people.index, supply.index),
        pairs.from_dense(among, people.index, people.index),
        people,
        supply,
        25,
    )
    np.testing.assert_allclose(ours.reindex(theirs.index), theirs, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_raam_is_the_equilibrium_of_a_general_solver(seed):
    rng = np.random.default_rng(seed)
    n, m = 8, 3
    times = (rng.random((n, m)) * 60).astype(np.float32)
    people, supply = rng.integers(1, 900, n) * 1.0, rng.integers(1, 9, m) * 1.0
    total = people.sum()
    room, cost = supply * total / supply.sum(), times / 60

    def value(x):
        share = x.reshape(n, m) * total
        load = share.sum(0)
        return ((share * cost).sum() + (load**2 / 2 / room).sum()) / total

    def slope(x):
        return (cost + x.reshape(n, m).sum(0) * total / room).ravel()

    everybody = {
        "type": "eq",
        "fun": lambda x: x.reshape(n, m).sum(1) - people / total,
        "jac": lambda _: np.kron(np.eye(n), np.ones(m)),
    }
    solved = minimize(
        value,
        np.outer(people / total, np.full(m, 1 / m)).ravel(),
        jac=slope,
        bounds=[(0, None)] * (n * m),
        constraints=[everybody],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-14},
    )
    best = slope(solved.x).reshape(n, m).min(1)
    got = catchments.rational_agents(made(times), people, supply, gap=1e-9)
    np.testing.assert_allclose(got, best, rtol=1e-5)


def test_raam_is_where_pysal_access_goes():
    module = pytest.importorskip("access.raam")
    rng = np.random.default_rng(2)
    times = (rng.random((12, 4)) * 60).astype(np.float32)
    people = pd.Series(rng.integers(1, 900, 12) * 100, [f"c{i:02d}" for i in range(12)])
    supply = pd.Series(rng.integers(1, 9, 4) * 1.0, list("wxyz"))
    demand, offer, cost = long(times, people, supply)
    found = pairs.from_dense(times, people.index, supply.index)
    ours = catchments.rational_agents(found, people, supply)
    usual = module.raam(demand, offer, cost).reindex(ours.index)
    assert 0.01 < (ours / usual - 1).abs().max() < 0.05  # it stops before the equilibrium
    theirs = module.raam(demand, offer, cost, max_cycles=3000, min_step=1e-5)
    np.testing.assert_allclose(ours, theirs.reindex(ours.index), rtol=2e-5)


def test_raam_by_hand():
    # two places of equal supply, everybody next to the first: 1 - x travel 0, x travel 12 of 60
    found = pairs.from_dense([[0, 12]], ["a"], ["x", "y"])
    got = catchments.rational_agents(found, [100], [1, 1])
    # D1 / 50 = 0.2 + D2 / 50 and D1 + D2 = 100: D1 = 55
    assert got["a"] == pytest.approx(1.1, rel=1e-9)
    idle = pairs.from_dense([[0, 12], [6, 60]], ["a", "b"], ["x", "y"])
    got = catchments.rational_agents(idle, [100, 0], [1, 0], people_for_supply=50)
    assert got.tolist() == pytest.approx([2.0, 2.1])  # no supply at y; a newcomer at b


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: catchments.two_step(PAIRS, PEOPLE, SUPPLY.drop("w"), 30), "value_missing"),
        (lambda: catchments.two_step(PAIRS, PEOPLE.drop("a"), SUPPLY, 30), "value_missing"),
        (lambda: catchments.two_step(PAIRS, PEOPLE, -SUPPLY, 30), "bad_quantity"),
        (lambda: catchments.two_step(PAIRS, PEOPLE, SUPPLY, -1), "thresholds_unit"),
        (lambda: catchments.two_step(PAIRS, PEOPLE, SUPPLY, 1800), "thresholds_unit"),
        (lambda: catchments.rational_agents(PAIRS, PEOPLE, SUPPLY, 0), "bad_parameter"),
        (lambda: catchments.enhanced_two_step(PAIRS, PEOPLE, SUPPLY, lambda t: -t), "bad_weight"),
        (lambda: decay.steps([(20, 1), (10, 0.5)]), "thresholds_unsorted"),
        (lambda: decay.steps([(10, -1)]), "bad_parameter"),
        (lambda: decay.gaussian(0), "bad_parameter"),
    ],
)
def test_bad_input_is_refused(call, key):
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.key == key


def test_decays_at_their_marks():
    at = np.array([0, 10, 10.001, 30, 30.001], np.float32)
    assert STEPS(at).tolist() == [1, 1, 0.5, 0.25, 0]
    assert decay.binary(10)(at).tolist() == [1, 1, 0, 0, 0]
    assert decay.negative_exponential(0.1)(at)[1] == pytest.approx(np.exp(-1))
    assert decay.power(2, least=5)(at)[:2].tolist() == pytest.approx([0.04, 0.01])
    assert decay.gaussian(10, 30)(at).tolist() == pytest.approx(
        [1, np.exp(-0.5), np.exp(-0.50010), np.exp(-4.5), 0], rel=1e-5
    )
    assert decay.gaussian_to_zero(30)(at)[[0, 3, 4]].tolist() == [1, 0, 0]
    assert decay.logistic(10, 3)(at)[1] == 0.5
    assert decay.logistic(10, 0.001)(np.array([1000], np.float32))[0] == pytest.approx(0)
    assert decay.epanechnikov(30)(at)[0] == 0.75
