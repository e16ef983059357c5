"""PROMETHEE II and ELECTRE III against their papers, pymcdm and their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from pymcdm.methods import PROMETHEE_II

from siting.ranking import outranking
from siting.ranking.outranking import SHAPES, Thresholds

# Brans, Vincke and Mareschal (1986): six sites of power stations, six criteria
POWER = np.array(
    [
        [80, 90, 6, 5.4, 8, 5],
        [65, 58, 2, 9.7, 1, 1],
        [83, 60, 4, 7.2, 4, 7],
        [40, 80, 10, 7.5, 7, 10],
        [52, 72, 6, 2.0, 3, 8],
        [94, 96, 7, 3.6, 5, 6],
    ]
)
POWER_MORE = np.array([False, True, False, False, False, True])
POWER_SHAPES = ("u_shape", "v_shape", "linear", "level", "usual", "gaussian")
POWER_Q = np.array([10, 0, 0.5, 1, 0, 5])
POWER_P = np.array([10, 30, 5, 6, 0, 5])
# their table of preferences
POWER_PI = np.array(
    [
        [0, 0.296, 0.250, 0.268, 0.100, 0.185],
        [0.462, 0, 0.389, 0.333, 0.296, 0.500],
        [0.236, 0.180, 0, 0.333, 0.056, 0.429],
        [0.399, 0.505, 0.305, 0, 0.223, 0.212],
        [0.444, 0.515, 0.487, 0.380, 0, 0.448],
        [0.286, 0.399, 0.250, 0.432, 0.133, 0],
    ]
)


def on_places(raw, more, q, p, shapes, veto=np.inf):
    """Places and thresholds on the scale between the worst and the best."""
    least, span = raw.min(axis=0), np.ptp(raw, axis=0)
    places = (raw - least) / span
    places = np.where(more, places, 1 - places)
    return places, Thresholds(q / span, p / span, np.broadcast_to(veto / span, span.shape), shapes)


def test_promethee_on_the_power_stations_of_brans_and_mareschal():
    places, thresholds = on_places(POWER, POWER_MORE, POWER_Q, POWER_P, POWER_SHAPES)
    weights = np.full(6, 1 / 6)
    expected = (POWER_PI.sum(axis=1) - POWER_PI.sum(axis=0)) / 5
    found = outranking.promethee(places, places, weights, thresholds)
    assert found == pytest.approx(expected, abs=2e-3)
    assert list(np.argsort(-found)) == list(np.argsort(-expected)) == [4, 1, 3, 5, 2, 0]


@pytest.mark.parametrize(
    ("shape", "peer"),
    [
        ("usual", "usual"),
        ("u_shape", "ushape"),
        ("v_shape", "vshape"),
        ("level", "level"),
        ("linear", "vshape_2"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_promethee_equal_to_pymcdm(shape, peer, seed):
    rng = np.random.default_rng(seed)
    raw = rng.integers(0, 20, (7, 4)).astype(float)
    more = rng.random(4) < 0.5
    weights = rng.dirichlet(np.ones(4))
    q, p = np.full(4, 2.5), np.full(4, 6.5)
    places, thresholds = on_places(raw, more, q, p, (shape,) * 4)
    expected = PROMETHEE_II(peer, p=p, q=q)(raw, weights, np.where(more, 1, -1))
    found = outranking.promethee(places, places, weights, thresholds)
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_preference_never_falls_as_the_difference_grows(shape):
    differences = np.linspace(-1, 1, 401)
    for q, p in [(0.0, 0.0), (0.1, 0.1), (0.0, 0.4), (0.2, 0.5)]:
        found = outranking.preferred(differences, shape, q, p)
        assert (np.diff(found) >= 0).all()
        assert (found[differences <= 0] == 0).all()
        assert found.max() <= 1


def credibility_by_definition(places, weights, thresholds):
    """σ(a, b), pair by pair, criterion by criterion."""
    count, wide = places.shape
    found = np.zeros((count, count))
    for a, b in itertools.product(range(count), repeat=2):
        concord, discord = 0.0, []
        for j in range(wide):
            q, p, v = (
                getattr(thresholds, name)[j] for name in ("indifference", "preference", "veto")
            )
            d = places[b, j] - places[a, j]
            concord += weights[j] * (1 if d <= q else 0 if d > p else (p - d) / (p - q))
            discord.append(0 if d <= p else 1 if d >= v else (d - p) / (v - p))
        found[a, b] = concord
        for one in discord:
            if one > concord:
                found[a, b] *= (1 - one) / (1 - concord)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_credibility_is_what_its_definition_says(seed):
    rng = np.random.default_rng(seed)
    places = rng.random((6, 4))
    weights = rng.dirichlet(np.ones(4))
    thresholds = Thresholds(
        np.full(4, 0.05), np.full(4, 0.2), np.array([0.6, 0.9, 0.5, np.inf]), ("linear",) * 4
    )
    found = outranking.credibility(places, places, weights, thresholds)
    assert found == pytest.approx(credibility_by_definition(places, weights, thresholds))
    down, up = outranking.electre_ranks(found)
    assert {int(x) for x in down} == set(range(1, int(down.max()) + 1))
    assert {int(x) for x in up} == set(range(1, int(up.max()) + 1))


def test_electre_puts_a_dominating_chain_in_order():
    places = np.array([[0.1, 0.0], [1.0, 1.0], [0.5, 0.4]])
    thresholds = Thresholds(np.zeros(2), np.full(2, 0.1), np.full(2, np.inf), ("linear",) * 2)
    weights = np.array([0.5, 0.5])
    sigma = outranking.credibility(places, places, weights, thresholds)
    down, up = outranking.electre_ranks(sigma)
    assert list(down) == list(up) == [3, 1, 2]
    net = outranking.net_credibility(sigma, sigma)
    assert list(np.argsort(-net)) == [1, 2, 0]


def test_a_veto_stops_a_site_that_is_far_behind_on_one_criterion():
    places = np.array([[1.0, 1.0, 0.0], [0.9, 0.9, 1.0]])
    weights = np.array([0.45, 0.45, 0.1])
    free = Thresholds(np.zeros(3), np.full(3, 0.05), np.full(3, np.inf), ("linear",) * 3)
    held = Thresholds(free.indifference, free.preference, np.full(3, 0.8), free.shape)
    assert outranking.credibility(places, places, weights, free)[0, 1] == pytest.approx(0.9)
    assert outranking.credibility(places, places, weights, held)[0, 1] == 0


def test_one_site_alone_has_no_flow():
    thresholds = Thresholds(np.zeros(1), np.zeros(1), np.full(1, np.inf), ("usual",))
    assert outranking.promethee(np.ones((1, 1)), np.ones((1, 1)), np.ones(1), thresholds) == [0]
    assert outranking.net_credibility(np.ones((1, 1)), np.ones((1, 1))) == [0]
