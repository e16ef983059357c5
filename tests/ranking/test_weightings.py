"""Draws of weightings: allowed, even, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from siting.errors import ConfigError
from siting.ranking import weightings, weights


def test_free_weightings_are_even_over_the_simplex():
    drawn = weightings.draw(weightings.free(4), 40_000, 1)
    assert drawn.sum(axis=1) == pytest.approx(np.ones(40_000))
    # a weight of an even draw over the simplex follows Beta(1, 3)
    for j in range(4):
        assert stats.kstest(drawn[:, j], stats.beta(1, 3).cdf).pvalue > 1e-3


def test_the_mean_of_ordered_weightings_is_the_rank_order_centroid():
    known = weightings.ordered(weightings.free(4), ((2,), (0,), (3,), (1,)))
    mean = weightings.draw(known, 50_000, 1).mean(axis=0)
    roc = list(weights.by_order([["a"], ["b"], ["c"], ["d"]], "roc").values())
    assert mean[[2, 0, 3, 1]] == pytest.approx(roc, abs=4e-3)


@pytest.mark.parametrize("seed", [1, 2])
def test_narrow_bounds_are_walked_as_evenly_as_they_are_rejected(seed, monkeypatch):
    low, high = np.array([0.3, 0.1, 0.05, 0.0]), np.array([0.6, 0.4, 0.3, 0.2])
    known = weightings.bounded(weightings.free(4), low, high)
    exact = weightings.draw(known, 30_000, seed)
    monkeypatch.setattr(weightings, "WORTH", 2.0)  # no rejection is worth it
    walked = weightings.draw(known, 30_000, seed)
    assert known.holds(walked).all()
    assert walked.mean(axis=0) == pytest.approx(exact.mean(axis=0), abs=5e-3)
    assert np.cov(walked.T) == pytest.approx(np.cov(exact.T), abs=5e-4)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_draw_is_allowed_and_repeated_by_its_seed(data):
    count = data.draw(st.integers(2, 5))
    known = weightings.free(count)
    if data.draw(st.booleans()):
        order = data.draw(st.permutations(range(count)))
        cut = data.draw(st.integers(1, count - 1))
        known = weightings.ordered(known, (tuple(order[:cut]), tuple(order[cut:])))
    if data.draw(st.booleans()):
        low = np.array(data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count)))
        known = weightings.bounded(known, low / 20, np.full(count, 0.9))
    if data.draw(st.booleans()):
        leader = data.draw(st.integers(0, count - 1))
        known = weightings.ahead(known, [leader], [[j] for j in range(count) if j != leader])
    try:
        drawn = weightings.draw(known, 300, 7)
    except ConfigError:
        return
    assert drawn.shape == (300, count)
    assert known.holds(drawn).all()
    assert drawn.sum(axis=1) == pytest.approx(np.ones(300))
    assert (weightings.draw(known, 300, 7) == drawn).all()


def test_what_cannot_hold_together_is_refused():
    known = weightings.bounded(weightings.free(3), np.full(3, 0.4), np.ones(3))
    with pytest.raises(ConfigError) as caught:
        weightings.draw(known, 10, 1)
    assert caught.value.key == "no_weighting"
    one = weightings.ordered(weightings.ordered(weightings.free(2), ((0,), (1,))), ((1,), (0,)))
    with pytest.raises(ConfigError) as caught:
        weightings.draw(one, 10, 1)
    assert caught.value.key == "weighting_too_narrow"
