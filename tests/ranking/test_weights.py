"""Weights against Saaty's examples, published tables and their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import ConfigError
from siting.ranking import weights


def test_ahp_on_saatys_choice_of_a_house():
    # Saaty (1990): size, transport, neighbourhood, age, yard, modern, condition, financing
    matrix = np.array(
        [
            [1, 5, 3, 7, 6, 6, 1 / 3, 1 / 4],
            [1 / 5, 1, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
            [1 / 3, 3, 1, 6, 3, 4, 6, 1 / 5],
            [1 / 7, 1 / 5, 1 / 6, 1, 1 / 3, 1 / 4, 1 / 7, 1 / 8],
            [1 / 6, 1 / 3, 1 / 3, 3, 1, 1 / 2, 1 / 5, 1 / 6],
            [1 / 6, 1 / 3, 1 / 4, 4, 2, 1, 1 / 5, 1 / 6],
            [3, 5, 1 / 6, 7, 5, 5, 1, 1 / 2],
            [4, 7, 5, 8, 6, 6, 2, 1],
        ]
    )
    found = weights.ahp(list("STNAYMCF"), matrix)
    expected = [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert list(found.weights.values()) == pytest.approx(expected, abs=1e-3)
    assert found.eigenvalue == pytest.approx(9.669, abs=1e-3)
    assert found.index == pytest.approx(0.238, abs=1e-3)
    assert found.ratio == pytest.approx(0.169, abs=1e-3)
    assert set(found.farthest[:2]) == {"N", "C"}


def test_ahp_on_saatys_distances_from_philadelphia():
    # Saaty (1977): Cairo, Tokyo, Chicago, San Francisco, London, Montreal; the true distances
    # give 0.278, 0.361, 0.032, 0.132, 0.177, 0.019
    matrix = np.array(
        [
            [1, 1 / 3, 8, 3, 3, 7],
            [3, 1, 9, 3, 3, 9],
            [1 / 8, 1 / 9, 1, 1 / 6, 1 / 5, 2],
            [1 / 3, 1 / 3, 6, 1, 1 / 3, 6],
            [1 / 3, 1 / 3, 5, 3, 1, 6],
            [1 / 7, 1 / 9, 1 / 2, 1 / 6, 1 / 6, 1],
        ]
    )
    found = weights.ahp(list("CTHSLM"), matrix)
    expected = [0.262, 0.397, 0.033, 0.116, 0.164, 0.027]
    assert list(found.weights.values()) == pytest.approx(expected, abs=1.5e-3)
    assert found.eigenvalue == pytest.approx(6.45, abs=0.01)


@given(st.lists(st.floats(1, 3), min_size=2, max_size=9))
def test_consistent_judgements_give_their_weights_back(points):
    names = [f"c{i}" for i in range(len(points))]
    judged = [
        (names[i], names[j], points[i] / points[j])
        for i in range(len(points))
        for j in range(i + 1, len(points))
    ]
    found = weights.pairwise(judged, "test")
    total = sum(points)
    assert list(found.weights.values()) == pytest.approx([x / total for x in points], rel=1e-6)
    assert found.ratio == pytest.approx(0, abs=1e-6)


def test_contradictory_judgements_name_the_ratio_and_the_one_to_review():
    judged = [("a", "b", 9), ("b", "c", 9), ("a", "c", 1 / 9)]
    with pytest.raises(ConfigError) as caught:
        weights.pairwise(judged, "préfecture")
    said = caught.value.text("fr")
    assert caught.value.values["ratio"] in said
    assert "préfecture" in said


@pytest.mark.parametrize(
    ("judged", "key"),
    [
        ([("a", "b", 12)], "ahp_scale"),
        ([("a", "a", 2)], "ahp_scale"),
        ([("a", "b", 2), ("b", "a", 2)], "ahp_twice"),
        ([("a", "b", 2), ("b", "c", 2)], "ahp_missing"),
    ],
)
def test_wrong_judgements_are_refused(judged, key):
    with pytest.raises(ConfigError) as caught:
        weights.pairwise(judged, "x")
    assert caught.value.key == key
    assert caught.value.text("fr") != caught.value.text("en")


def test_weights_from_an_order_are_those_of_the_tables():
    # Barron and Barrett (1996): rank order centroid of three and of four
    assert list(weights.by_order([["a"], ["b"], ["c"]], "roc").values()) == pytest.approx(
        [0.6111, 0.2778, 0.1111], abs=1e-4
    )
    assert list(weights.by_order([["a"], ["b"], ["c"], ["d"]], "roc").values()) == pytest.approx(
        [0.5208, 0.2708, 0.1458, 0.0625], abs=1e-4
    )
    assert list(weights.by_order([["a"], ["b"], ["c"]], "rs").values()) == pytest.approx(
        [3 / 6, 2 / 6, 1 / 6]
    )
    assert list(weights.by_order([["a"], ["b"], ["c"]], "rr").values()) == pytest.approx(
        [6 / 11, 3 / 11, 2 / 11]
    )


def test_equals_share_the_mean_of_their_ranks():
    found = weights.by_order([["a"], ["b", "c"]], "rs")
    assert found == pytest.approx({"a": 0.5, "b": 0.25, "c": 0.25})


def test_swing_needs_a_hundred():
    assert weights.swing({"a": 100, "b": 60, "c": 40}, "x") == pytest.approx(
        {"a": 0.5, "b": 0.3, "c": 0.2}
    )
    with pytest.raises(ConfigError) as caught:
        weights.swing({"a": 80, "b": 60}, "x")
    assert caught.value.key == "swing_without_100"


@pytest.mark.parametrize(
    ("points", "key"),
    [
        ({"a": -1, "b": 2}, "weight_negative"),
        ({"a": 1e308, "b": 1e308}, "weight_too_large"),
        ({"a": 1_000_001, "b": 2}, "weight_too_large"),
        ({"a": float("nan"), "b": 2}, "weight_negative"),
        ({"a": 0, "b": 0}, "weights_all_zero"),
    ],
)
def test_wrong_points_are_refused(points, key):
    with pytest.raises(ConfigError) as caught:
        weights.shares(points, "x")
    assert caught.value.key == key


def test_percentages_sum_to_a_hundred():
    assert weights.percent({"a": 60, "b": 40}, "x") == {"a": 0.6, "b": 0.4}
    with pytest.raises(ConfigError) as caught:
        weights.percent({"a": 60, "b": 30}, "CCI")
    assert "90" in caught.value.text("fr")


def test_equipment_never_dominates():
    given = np.array([0.7, 0.2, 0.1])
    held = np.array([True, False, False])
    found = weights.capped(given, held, 0.25)
    assert found == pytest.approx([0.25, 0.5, 0.25])
    assert weights.capped(found, held, 0.25) == pytest.approx(found)
    with pytest.raises(ConfigError) as caught:
        weights.capped(np.array([1.0, 0.0]), np.array([True, False]), 0.25)
    assert caught.value.key == "equipment_alone"
