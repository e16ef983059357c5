"""Sparse pairs: the same table whatever it is built from, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.measures import pairs

LONG = pd.DataFrame(
    {
        "origin_id": ["b", "a", "a", "c", "d"],
        "destination_id": ["y", "y", "x", "x", "x"],
        "minutes": np.array([3, 20, 0, np.nan, np.nan], np.float32),
        "reason": ["", "", "", "no_route", "too_far_from_road"],
    }
)


def test_long_and_dense_agree():
    dense = np.array([[0, 20], [np.nan, 3], [np.nan, np.nan], [np.nan, np.nan]])
    long = pairs.from_long(LONG, ["a", "b", "c", "d"], ["x", "y"])
    full = pairs.from_dense(dense, ["a", "b", "c", "d"], ["x", "y"])
    for name in ("origins", "destinations", "first", "destination", "minutes"):
        np.testing.assert_array_equal(getattr(long, name), getattr(full, name))


def test_reasons_are_kept():
    found = pairs.from_long(LONG, origins=["a", "b", "c", "d", "e"])
    assert list(found.reason) == ["", "", "no_route", "too_far_from_road", "beyond_limit"]
    assert list(pairs.within(found, 1).reason)[:2] == ["", "beyond_limit"]


def test_within_includes_the_threshold():
    assert pairs.within(pairs.from_long(LONG), 3).minutes.tolist() == [3, 0]


@given(st.permutations(range(5)))
def test_order_of_rows_changes_nothing(order):
    every = (["a", "b", "c", "d"], ["x", "y"])
    one, other = pairs.from_long(LONG, *every), pairs.from_long(LONG.iloc[list(order)], *every)
    np.testing.assert_array_equal(one.minutes, other.minutes)
    np.testing.assert_array_equal(one.destination, other.destination)
    np.testing.assert_array_equal(one.reason, other.reason)


def test_blocks_stack_to_the_whole():
    rng = np.random.default_rng(1)
    times = np.where(rng.random((7, 4)) < 0.3, np.nan, rng.random((7, 4)) * 50)
    ids, places = [f"c{i}" for i in range(7)], list("wxyz")
    whole = pairs.from_dense(times, ids, places, 40)
    cut = pairs.stack(
        [
            pairs.from_dense(times[:3], ids[:3], places, 40),
            pairs.from_dense(times[3:], ids[3:], places, 40),
        ]
    )
    for name in ("origins", "first", "destination", "minutes", "reason"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(cut, name))


def test_selecting_facilities_and_origins():
    found = pairs.from_long(LONG, ["a", "b", "c", "d"], ["x", "y"])
    assert pairs.only(found, np.array([False, True])).minutes.tolist() == [20, 3]
    assert pairs.restricted(found, np.array([True, False, True, False])).minutes.tolist() == [0, 20]
    assert pairs.origin(found).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda f: f.drop(columns="minutes"), "missing_column"),
        (lambda f: pd.concat([f, f.iloc[:1]]), "duplicate_ids"),
        (lambda f: f.assign(minutes=-1.0), "bad_matrix_minutes"),
        (lambda f: f.assign(minutes=np.inf), "bad_matrix_minutes"),
        (lambda f: f.assign(destination_id="z"), "not_in_list"),
        (lambda f: f.assign(origin_id=None), "bad_value"),
    ],
)
def test_bad_matrix_is_refused(change, key):
    with pytest.raises(InputError) as caught:
        pairs.from_long(change(LONG), ["a", "b", "c", "d"], ["x", "y"])
    assert caught.value.key == key
    assert str(caught.value)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (pd.Series({"x": 1.0}), "value_missing"),
        (pd.Series({"x": 1.0, "y": 1.0, "z": 1.0}), "not_in_matrix"),
        (pd.Series([1.0, 2.0, 3.0], ["x", "y", "x"]), "duplicate_ids"),
        (pd.Series({"x": 1.0, "y": -1.0}), "bad_quantity"),
        (pd.Series({"x": 1.0, "y": np.nan}), "bad_quantity"),
        (np.ones(3), "wrong_length"),
    ],
)
def test_bad_supply_is_refused(values, key):
    with pytest.raises(InputError) as caught:
        pairs.aligned(values, np.array(["x", "y"], object), "supply")
    assert caught.value.key == key
    assert "supply" in str(caught.value)


def test_aligned_orders_by_id():
    ids = np.array(["x", "y"], object)
    assert pairs.aligned(pd.Series({"y": 2, "x": 1}), ids, "supply").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("thresholds", "key"),
    [
        ([20, 10], "thresholds_unsorted"),
        ([10, 10], "thresholds_unsorted"),
        ([], "thresholds_unsorted"),
        ([600, 1800], "thresholds_unit"),
        ([-5, 10], "thresholds_unit"),
        ([np.nan], "thresholds_unit"),
    ],
)
def test_bad_thresholds_are_refused(thresholds, key):
    with pytest.raises(InputError) as caught:
        pairs.checked_thresholds(thresholds)
    assert caught.value.key == key


def test_other_facilities_do_not_stack():
    one = pairs.from_dense([[1.0]], ["a"], ["x"])
    with pytest.raises(InputError, match="destination"):
        pairs.stack([one, pairs.from_dense([[1.0]], ["b"], ["y"])])
