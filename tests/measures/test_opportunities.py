"""Opportunities against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.measures import decay, opportunities, pairs

FOUND = pairs.from_dense([[0, 10, 20], [15, 15.5, np.nan], [np.nan] * 3], list("abc"), list("xyz"))
SUPPLY = [1.0, 2.0, 4.0]


def test_cumulative_by_hand():
    table = opportunities.cumulative(FOUND, SUPPLY, [0, 10, 15, 30])
    assert table.to_numpy().tolist() == [[1, 3, 3, 7], [0, 0, 1, 3], [0, 0, 0, 0]]
    assert list(table.columns) == [0, 10, 15, 30]


def test_interval_is_the_mean_of_its_thresholds():
    each = opportunities.cumulative(FOUND, SUPPLY, [float(t) for t in range(5, 21)]).mean(axis=1)
    np.testing.assert_allclose(opportunities.interval(FOUND, SUPPLY, 5, 20), each, rtol=1e-14)
    one = opportunities.interval(FOUND, SUPPLY, 10, 10)
    assert one.tolist() == [3, 0, 0]


def test_gravity_by_hand():
    got = opportunities.gravity(FOUND, SUPPLY, decay.negative_exponential(0.1))
    assert got["a"] == pytest.approx(1 + 2 * np.exp(-1) + 4 * np.exp(-2))
    assert got["c"] == 0


def test_time_to_by_hand():
    ones = np.ones(3)
    assert opportunities.time_to(FOUND, ones).tolist() == pytest.approx(
        [0, 15, np.nan], nan_ok=True
    )
    assert opportunities.time_to(FOUND, ones, 2).tolist() == pytest.approx(
        [10, 15.5, np.nan], nan_ok=True
    )
    assert opportunities.time_to(FOUND, ones, 3).tolist() == pytest.approx(
        [20, np.nan, np.nan], nan_ok=True
    )
    assert opportunities.time_to(FOUND, ones, np.int64(0)).tolist() == [0, 0, 0]


def test_balancing_time_by_hand():
    got = opportunities.balancing_time(FOUND, SUPPLY, [3.0, 1.5, 1.0])
    assert got.tolist() == pytest.approx([10, 15.5, np.nan], nan_ok=True)


@given(st.data())
def test_time_to_equals_loops(data):
    n, m = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    value = st.one_of(st.none(), st.integers(0, 30))
    rows = data.draw(st.lists(st.lists(value, min_size=m, max_size=m), min_size=n, max_size=n))
    times = np.array([[np.nan if v is None else v for v in row] for row in rows], np.float32)
    supply = np.array(data.draw(st.lists(st.integers(0, 5), min_size=m, max_size=m))) / 10
    goal = np.array(data.draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))) / 10
    found = pairs.from_dense(times, [f"c{i}" for i in range(n)], [f"f{j}" for j in range(m)])
    got = opportunities.time_to(found, supply, goal)
    for i in range(n):
        expected = 0.0 if goal[i] == 0 else np.nan
        for limit in sorted({t for t in times[i] if not np.isnan(t)}):
            if np.isnan(expected) and round(supply[times[i] <= limit].sum() * 10) >= goal[i] * 10:
                expected = limit
        np.testing.assert_equal(got.iloc[i], np.float32(expected))


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"30.*10"):
        opportunities.interval(FOUND, SUPPLY, 30, 10)
    with pytest.raises(InputError):
        opportunities.cumulative(FOUND, [1, 2, -3], [10])
    with pytest.raises(InputError):
        opportunities.cumulative(FOUND, SUPPLY, [30, 10])
