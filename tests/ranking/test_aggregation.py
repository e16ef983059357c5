"""Weighted sum, weighted product and TOPSIS against their papers and pymcdm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm import methods, normalizations

from siting.errors import ModelError
from siting.ranking import aggregation
from siting.ranking.scales import NORMALISATIONS, Scale, Values

NAN = np.nan
PEERS = {
    "min_max": normalizations.minmax_normalization,
    "max": normalizations.max_normalization,
    "sum": normalizations.sum_normalization,
    "vector": normalizations.vector_normalization,
}


def values(raw, more=None):
    raw = np.asarray(raw, float)
    count, wide = raw.shape
    names = tuple(f"c{j}" for j in range(wide))
    better = np.ones(wide, bool) if more is None else np.asarray(more, bool)
    return Values(np.array([f"s{i:03d}" for i in range(count)]), names, better, raw)


def random_case(seed, count=8, wide=5):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(wide))
    return values(rng.uniform(1, 100, (count, wide)), rng.random(wide) < 0.6), weights


def test_topsis_on_the_fighter_aircraft_of_hwang_and_yoon():
    # speed, range, payload, cost, reliability, manoeuvrability; their closeness to the ideal
    raw = [
        [2.0, 1500, 20_000, 5.5, 5, 9],
        [2.5, 2700, 18_000, 6.5, 3, 5],
        [1.8, 2000, 21_000, 4.5, 7, 7],
        [2.2, 1800, 20_000, 5.0, 5, 5],
    ]
    case = values(raw, [True, True, True, False, True, True])
    weights = np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3])
    found = aggregation.score("topsis", Scale("vector", case), case.places, weights)
    assert found == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=1e-3)


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("seed", range(5))
def test_equal_to_pymcdm(name, seed):
    case, weights = random_case(seed)
    types = np.where(case.more, 1, -1)
    peers = {"topsis": methods.TOPSIS, "sum": methods.WSM}
    if name == "sum":  # elsewhere the worst is at zero, where pymcdm has no floor
        peers["product"] = methods.WPM
    for method, peer in peers.items():
        found = aggregation.score(method, Scale(name, case), case.places, weights)
        expected = peer(normalization_function=PEERS[name])(case.raw, weights, types)
        assert found == pytest.approx(expected, rel=1e-9), method


def test_the_worst_on_one_criterion_does_not_erase_the_rest_of_a_product():
    case = values([[0, 10], [10, 0], [0, 0]])
    found = aggregation.score("product", Scale("min_max", case), case.places, np.array([0.5, 0.5]))
    assert found == pytest.approx([0.1, 0.1, 0.01])


def test_a_product_of_z_scores_is_refused():
    case, weights = random_case(0)
    with pytest.raises(ModelError, match="z_score"):
        aggregation.score("product", Scale("z_score", case), case.places, weights)


def test_topsis_of_equal_sites_is_a_half():
    case = values([[3, 3], [3, 3]])
    for name in NORMALISATIONS:
        scale = Scale(name, case)
        found = aggregation.score("topsis", scale, case.places, np.array([0.5, 0.5]))
        assert found == pytest.approx([0.5, 0.5])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_band_holds_whatever_an_unknown_value_turns_out_to_be(data):
    wide = data.draw(st.integers(1, 4))
    count = data.draw(st.integers(1, 5))
    value = st.one_of(st.just(NAN), st.integers(1, 9).map(float))
    rows = st.lists(value, min_size=wide, max_size=wide)
    case = values(
        data.draw(st.lists(rows, min_size=count, max_size=count)),
        data.draw(st.lists(st.booleans(), min_size=wide, max_size=wide)),
    )
    points = data.draw(st.lists(st.integers(0, 5), min_size=wide, max_size=wide))
    if not sum(points):
        return
    weights = np.array(points) / sum(points)
    name = data.draw(st.sampled_from(NORMALISATIONS))
    method = data.draw(st.sampled_from(["sum", "product", "topsis"]))
    if method == "product" and name == "z_score":
        return
    scale = Scale(name, case)
    low, high = (aggregation.score(method, scale, case.corner(end), weights) for end in (0.0, 1.0))
    place = data.draw(st.floats(0, 1))
    some = aggregation.score(method, scale, case.corner(place), weights)
    middle = aggregation.score(method, scale, case.filled(weights), weights)
    for found in (some, middle):
        assert (low <= found + 1e-9).all()
        assert (found <= high + 1e-9).all()
