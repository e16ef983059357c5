"""Scores that can be opened."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.ranking import criteria, scores

IDS = ["population_gained_20min", "minutes_to_station", "minutes_saved"]
CRITERIA = [criteria.parse(one) for one in IDS]


def sites(n):
    ids = [f"s{i:02d}" for i in range(n)]
    return pd.DataFrame({"site_id": ids, "name": ids, "commune_code": "12202"})


def scored(rows, points):
    rows = np.array(rows, float)
    of = scores.SiteValues(sites(len(rows)), tuple(CRITERIA), rows)
    return scores.score(of, np.array(points, float) / sum(points))


def test_worked_by_hand():
    # norms: gained 0, 1, 0.5; station (less is better) 1, 0, 0.5; saved unknown, 1, 0
    found = scored([[0, 10, np.nan], [100, 30, 4], [50, 20, 2]], [2, 1, 1])
    assert found.weights == pytest.approx([0.5, 0.25, 0.25])
    assert found.score == pytest.approx([100 * 0.25 / 0.75, 75, 37.5], abs=1e-3)
    assert found.low == pytest.approx([25, 75, 37.5])
    assert found.high == pytest.approx([50, 75, 37.5])
    assert list(found.rank) == [3, 1, 2]


def test_table_opens_the_score():
    table = scored([[0, 10, 1], [100, 30, 4]], [1, 1, 1]).table()
    assert list(table.columns[:5]) == ["site_id", "name", "commune_code", "rank", "score"]
    shares = np.full(3, 1 / 3)
    opened = table[[f"{one}_norm" for one in IDS]].to_numpy() @ shares * 100
    assert table["score"].to_numpy() == pytest.approx(opened, abs=1e-3)
    assert list(table["rank"]) == [1, 2]


def test_equal_scores_are_ranked_by_id():
    found = scored([[1, 1, 1]] * 3, [1, 1, 1])
    assert list(found.rank) == [1, 2, 3]
    assert found.score == pytest.approx([50, 50, 50])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_band_holds_the_score_and_scale_does_not_matter(data):
    n = data.draw(st.integers(1, 6))
    value = st.one_of(st.just(np.nan), st.integers(0, 50).map(float))
    rows = data.draw(st.lists(st.lists(value, min_size=3, max_size=3), min_size=n, max_size=n))
    weights = data.draw(st.lists(st.integers(1, 9), min_size=3, max_size=3))
    found = scored(rows, weights)
    assert (found.low <= found.high + 1e-9).all()
    known = ~np.isnan(found.raw).all(axis=1)
    assert (found.low[known] <= found.score[known] + 1e-3).all()
    assert (found.score[known] <= found.high[known] + 1e-3).all()
    double = scored(np.array(rows) * 3, [2 * w for w in weights])
    assert double.score == pytest.approx(found.score)
    assert sorted(found.rank) == list(range(1, n + 1))
