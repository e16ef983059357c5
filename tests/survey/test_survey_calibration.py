from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import ModelError
from siting.survey import calibration

PEOPLE = pd.DataFrame(
    {
        "status": ["firm", "firm", "artistic", "cultural", "artistic", "firm", "cultural", "firm"],
        "rurality": ["sparse", "dense", "sparse", "dense", "dense", "sparse", "sparse", "dense"],
    }
)
MARGINS = {
    "status": {"firm": 700.0, "artistic": 120.0, "cultural": 180.0},
    "rurality": {"sparse": 350.0, "dense": 650.0},
}
DESIGN = np.array([1.0, 2, 1, 3, 1, 1, 2, 1])


def met(people, weights, margins=MARGINS):
    for variable, counts in margins.items():
        for category, total in counts.items():
            found = weights[(people[variable] == category).to_numpy()].sum()
            assert found == pytest.approx(total, rel=1e-9, abs=1e-9)


def fitted(people, design, margins):
    """Iterative proportional fitting, the textbook way."""
    weights = design.copy()
    for _ in range(60):
        for variable, counts in margins.items():
            for category, total in counts.items():
                inside = (people[variable] == category).to_numpy()
                weights[inside] *= total / weights[inside].sum()
    return weights


def test_raking_is_iterative_proportional_fitting():
    x, totals, _ = calibration.indicators(PEOPLE, MARGINS)
    weights = calibration.calibrate(DESIGN, x, totals, "raking")
    met(PEOPLE, weights)
    assert weights == pytest.approx(fitted(PEOPLE, DESIGN, MARGINS), rel=1e-8)


def test_linear_is_the_regression_estimator():
    x, totals, _ = calibration.indicators(PEOPLE, MARGINS)
    weights = calibration.calibrate(DESIGN, x, totals, "linear")
    met(PEOPLE, weights)
    start = DESIGN * totals.sum() / (x.T @ DESIGN).sum()
    # closed form: d (1 + x' (X'dX)^- (T - X'd))
    curve = np.linalg.pinv((x * start[:, None]).T @ x)
    assert weights == pytest.approx(start * (1 + x @ curve @ (totals - x.T @ start)), rel=1e-8)


@pytest.mark.parametrize("method", ["raking", "linear"])
def test_bounds_hold_or_are_refused(method):
    x, totals, _ = calibration.indicators(PEOPLE, MARGINS)
    start = DESIGN * totals.sum() / (x.T @ DESIGN).sum()
    free = calibration.calibrate(DESIGN, x, totals, method) / start
    assert free.max() > 1.1
    weights = calibration.calibrate(DESIGN, x, totals, method, (0.05, 4.0))
    met(PEOPLE, weights)
    assert (weights / start).min() >= 0.05 - 1e-9
    assert (weights / start).max() <= 4 + 1e-9
    with pytest.raises(ModelError) as caught:
        calibration.calibrate(DESIGN, x, totals, method, (0.9, 1.1))
    assert caught.value.key == "calibration_bounds"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 60), st.sampled_from(["raking", "linear"]))
def test_margins_are_met(seed, size, method):
    rng = np.random.default_rng(seed)
    people = pd.DataFrame(
        {
            "a": rng.choice(["x", "y", "z"], size, p=[0.6, 0.3, 0.1]),
            "b": rng.choice(["m", "n"], size),
        }
    )
    true = rng.uniform(1, 30, size)  # totals that some positive weights meet
    margins = {
        name: {str(k): float(v) for k, v in pd.Series(true).groupby(people[name]).sum().items()}
        for name in people
    }
    x, totals, _ = calibration.indicators(people, margins)
    weights = calibration.calibrate(rng.uniform(0.5, 2, size), x, totals, method)
    met(people, weights, margins)
    assert method == "linear" or (weights > 0).all()


@pytest.mark.parametrize("method", ["raking", "linear"])
@pytest.mark.parametrize("seed", range(20))
def test_a_small_margin_is_met_as_closely_as_a_large_one(seed, method):
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({"a": rng.choice(["x", "y"], 60), "b": rng.choice(["m", "n"], 60)})
    people.loc[:2, "a"] = "z"
    true = np.where(people["a"] == "z", rng.uniform(0.1, 0.2, 60), rng.uniform(1, 900, 60))
    margins = {
        name: {str(k): float(v) for k, v in pd.Series(true).groupby(people[name]).sum().items()}
        for name in people
    }
    x, totals, _ = calibration.indicators(people, margins)
    found = x.T @ calibration.calibrate(rng.uniform(0.5, 2, 60), x, totals, method)
    assert found == pytest.approx(totals, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"status": {"firm": 700.0, "artistic": 120.0, "cultural": 170.0}}, "margins_differ"),
        ({"status": MARGINS["status"] | {"firm": 600.0, "x": 100.0}}, "margin_empty"),
        ({"status": {"firm": 820.0, "cultural": 180.0}}, "margin_unknown"),
    ],
)  # fmt: skip
def test_margins_that_cannot_be_met_are_named(change, key):
    with pytest.raises(ModelError) as caught:
        calibration.indicators(PEOPLE, MARGINS | change)
    assert caught.value.key == key


def test_impossible_totals_are_refused():
    people = pd.DataFrame({"a": ["x", "y"], "b": ["m", "n"]})
    margins = {"a": {"x": 10.0, "y": 20.0}, "b": {"m": 15.0, "n": 15.0}}
    x, totals, _ = calibration.indicators(people, margins)
    with pytest.raises(ModelError) as caught:
        calibration.calibrate(np.ones(2), x, totals, "raking")
    assert caught.value.key == "calibration_impossible"


def test_collapsed_categories_are_counted_together():
    margins, people = calibration.collapsed(
        {"dense": 5.0, "sparse": 3.0, "low": 2.0},
        ["sparse", "dense"],
        {"low": "sparse"},
    )
    assert margins == {"dense": 5.0, "sparse": 5.0}
    assert people == ["sparse", "dense"]
