"""SMAA against what can be computed by hand and against counting draw by draw."""

from __future__ import annotations

import numpy as np
import pytest

from siting.ranking import aggregation, outranking, ranking, smaa, weightings
from siting.ranking.outranking import Thresholds
from siting.ranking.scales import Scale, Values

NAN = np.nan


def values(raw):
    raw = np.asarray(raw, float)
    names = tuple(f"c{j}" for j in range(raw.shape[1]))
    ids = np.array([f"s{i}" for i in range(len(raw))])
    return Values(ids, names, np.ones(raw.shape[1], bool), raw)


def plain_thresholds(wide, veto=np.inf):
    return Thresholds(
        np.full(wide, 0.1), np.full(wide, 0.3), np.full(wide, veto), ("linear",) * wide
    )


def test_two_criteria_by_hand():
    # scores w, 1 - w, 0.6: the last is first where 0.4 < w < 0.6
    case = values([[1, 0], [0, 1], [0.6, 0.6]])
    found = smaa.smaa("sum", Scale("min_max", case), weightings.free(2), 100_000, 3)
    assert found.acceptability[:, 0] == pytest.approx([0.4, 0.4, 0.2], abs=5e-3)
    assert found.acceptability.sum(axis=0) == pytest.approx(np.ones(3))
    assert found.acceptability.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.central[0] == pytest.approx([0.8, 0.2], abs=5e-3)
    assert found.central[2] == pytest.approx([0.5, 0.5], abs=5e-3)
    assert list(found.confidence) == [1, 1, 1]
    # the first site's regret at w: max(1 - w, 0.6) - w below 0.6; greatest at 0
    assert found.most_regret[0] == pytest.approx(100, abs=0.1)
    w = np.linspace(0, 1, 100_001)
    regret = np.maximum(np.maximum(w, 1 - w), 0.6) - w
    assert found.mean_regret[0] == pytest.approx(100 * regret.mean(), abs=0.5)


def test_an_unknown_value_spreads_the_ranks():
    # against 0.5 everywhere, a site unknown on its only criterion wins half of the time
    case = values([[NAN], [0.5], [1.0], [0.0]])
    found = smaa.smaa("sum", Scale("min_max", case), weightings.free(1), 50_000, 3)
    assert found.acceptability[0] == pytest.approx([0, 0.5, 0.5, 0], abs=1e-2)
    assert found.confidence[2] == 1


@pytest.mark.parametrize("method", ranking.METHODS)
@pytest.mark.parametrize("name", ["min_max", "rank"])
def test_equal_to_ranking_draw_by_draw(method, name):
    rng = np.random.default_rng(5)
    case = values(rng.integers(1, 9, (6, 3)))
    scale, thresholds = Scale(name, case), plain_thresholds(3, 0.8)
    known = weightings.ordered(weightings.free(3), ((0,), (1, 2)))
    found = smaa.smaa(method, scale, known, 300, 11, thresholds)
    count = np.zeros((6, 6))
    for weights in weightings.draw(known, 300, 11):
        if method == "electre":
            sigma = outranking.credibility(case.places, case.places, weights, thresholds)
            score = outranking.net_credibility(sigma, sigma)
        elif method == "promethee":
            score = outranking.promethee(case.places, case.places, weights, thresholds)
        else:
            score = aggregation.score(method, scale, case.places, weights)
        order = np.lexsort((case.order, -np.round(score, 12)))
        count[order, np.arange(6)] += 1
    assert found.acceptability == pytest.approx(count / 300)


def test_same_seed_same_bytes():
    case = values([[1, 0, NAN], [0, 1, 0.2], [0.6, NAN, 1]])
    run = [
        smaa.smaa("topsis", Scale("min_max", case), weightings.free(3), 5000, 9) for _ in range(2)
    ]
    assert run[0].acceptability.tobytes() == run[1].acceptability.tobytes()
    assert run[0].confidence.tobytes() == run[1].confidence.tobytes()
    other = smaa.smaa("topsis", Scale("min_max", case), weightings.free(3), 5000, 10)
    assert run[0].acceptability.tobytes() != other.acceptability.tobytes()


def test_equal_sites_are_told_apart_by_id():
    case = values([[1, 1], [1, 1], [0, 0]])
    found = smaa.smaa("sum", Scale("min_max", case), weightings.free(2), 1000, 1)
    assert found.acceptability.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert np.isnan(found.central[1]).all()
