from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from siting.errors import ModelError
from siting.survey import use

TIMES = np.array([5.0, 10, 15, 20, 30, 45])
SHAPES = {
    "negative_exponential": ((0.08,), lambda t: np.exp(-0.08 * t)),
    "power": ((1.2,), lambda t: np.maximum(t, 1) ** -1.2),
    "gaussian": ((14.0,), lambda t: np.exp(-(t**2) / (2 * 14.0**2))),
    "logistic": ((18.0, 4.0), lambda t: 1 / (1 + np.exp((t - 18) / 4))),
    "epanechnikov": ((35.0,), lambda t: 0.75 * np.maximum(1 - (t / 35) ** 2, 0)),
}


def said(shape, people, seed):
    """Days that people say, around 8 x the shape, with a level of each person's own."""
    rng = np.random.default_rng(seed)
    own = rng.gamma(20, 1 / 20, people)[:, None]
    days = rng.poisson(8 * own * shape(TIMES)).astype(float)
    weights = np.repeat(rng.uniform(0.5, 2, people), len(TIMES))
    number = np.repeat(np.arange(people), len(TIMES))
    return np.tile(TIMES, people), days.ravel(), weights, number


@pytest.mark.parametrize("family", SHAPES)
def test_parameters_are_found_again(family):
    true, shape = SHAPES[family]
    found = use.fit(*said(shape, 400, 3), family)
    assert found.parameters == pytest.approx(true, rel=0.06)
    assert found.level == pytest.approx(8, rel=0.08)


@pytest.mark.parametrize("family", ["negative_exponential", "gaussian", "logistic"])
def test_the_right_family_is_kept(family):
    assert use.fit(*said(SHAPES[family][1], 300, 4), "auto").family == family


def test_the_likelihood_is_the_greatest_that_scipy_finds():
    minutes, days, weights, number = said(SHAPES["negative_exponential"][1], 30, 5)
    found = use.fit(minutes, days, weights, number, "negative_exponential")

    def against(logs):
        mean = np.exp(logs[0] - np.exp(logs[1]) * minutes)
        return -weights @ stats.poisson.logpmf(days, mean)

    other = optimize.minimize(against, [1.0, -3.0], method="Nelder-Mead", options={"xatol": 1e-9})
    assert np.log([found.level, *found.parameters]) == pytest.approx(other.x, rel=1e-4)


def test_one_weighs_as_many_as_their_weight_says():
    minutes, days, _, number = said(SHAPES["gaussian"][1], 20, 8)
    times = np.where(number < 5, 3, 1)
    weighted = use.fit(minutes, days, times.astype(float), number, "gaussian")
    repeated = use.fit(
        *(np.repeat(one, times) for one in (minutes, days, np.ones(len(days)), number)), "gaussian"
    )
    assert weighted.parameters == pytest.approx(repeated.parameters)
    assert weighted.covariance == pytest.approx(repeated.covariance)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    shape, inside = SHAPES["negative_exponential"][1], []
    for seed in range(100):
        table = use.fit(*said(shape, 40, seed), "negative_exponential").table([10], 0.9)
        inside.append(table["low"][0] <= 8 * shape(10.0) <= table["high"][0])
    # 0.9 +- 3 standard errors of 150 draws
    assert 0.82 <= np.mean(inside) <= 0.975


def test_decay_is_relative_and_unknown_times_count_for_nothing():
    found = use.fit(*said(SHAPES["gaussian"][1], 50, 6), "gaussian")
    weights = found.decay(np.array([0, 10, 60], np.float32))
    assert weights[0] == pytest.approx(1)
    assert (np.diff(weights) < 0).all()
    assert found.days(np.array([np.nan, 0], np.float32)) == pytest.approx([0, found.level])


def test_too_little_is_refused():
    minutes, days, weights, number = said(SHAPES["gaussian"][1], 1, 7)
    with pytest.raises(ModelError) as caught:
        use.fit(minutes, days, weights, number, "auto")
    assert caught.value.key == "use_too_little"
    minutes, days, weights, number = said(SHAPES["gaussian"][1], 3, 7)
    with pytest.raises(ModelError):
        use.fit(minutes, 0 * days, weights, number, "auto")
