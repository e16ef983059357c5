"""Rankings, and how far they hold: against scans, brute force and scipy."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from siting.ranking import agreement, criteria, preferences, ranking, robustness, scores
from siting.ranking.outranking import Thresholds
from siting.ranking.scales import Scale, Values

NAN = np.nan
VALUE = st.one_of(st.just(NAN), st.integers(0, 8).map(float))


def values(raw, more=None):
    raw = np.asarray(raw, float)
    names = tuple(f"c{j}" for j in range(raw.shape[1]))
    ids = np.array([f"s{i:02d}" for i in range(len(raw))])
    better = np.ones(raw.shape[1], bool) if more is None else np.asarray(more, bool)
    return Values(ids, names, better, raw)


def cases(max_sites=5, max_wide=4, value=VALUE):
    """Raw values and positive weights."""

    def of(shape):
        count, wide = shape
        row = st.lists(value, min_size=wide, max_size=wide)
        return st.tuples(
            st.lists(row, min_size=count, max_size=count),
            st.lists(st.integers(1, 9), min_size=wide, max_size=wide),
        )

    return st.tuples(st.integers(2, max_sites), st.integers(2, max_wide)).flatmap(of)


def weighted_mean(column_values, more, points):
    """Score, low and high of one site after another: plain loops over min-max places."""
    rows = np.array(column_values, float)
    told = []
    for row in rows:
        places = []
        for j, better in enumerate(more):
            known = [x for x in rows[:, j] if not np.isnan(x)]
            if np.isnan(row[j]):
                places.append(None)
            elif max(known) == min(known):
                places.append(0.5)
            else:
                share = (row[j] - min(known)) / (max(known) - min(known))
                places.append(share if better else 1 - share)
        certain = sum(p for p, place in zip(points, places, strict=True) if place is not None)
        gained = sum(
            p * place for p, place in zip(points, places, strict=True) if place is not None
        )
        whole = sum(points)
        score = 100 * gained / certain if certain else 50
        told.append((score, 100 * gained / whole, 100 * (gained + whole - certain) / whole))
    return np.array(told)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_scores_csv_is_a_weighted_mean_of_what_is_known(case):
    raw, points = case
    ids = ["population_gained_20min", "minutes_to_station", "minutes_saved", "rent"][: len(points)]
    chosen = tuple(criteria.parse(name) for name in ids)
    names = [f"s{i:02d}" for i in range(len(raw))]
    sites = pd.DataFrame({"site_id": names, "name": names, "commune_code": "12202"})
    of = scores.SiteValues(sites, chosen, np.array(raw, float))
    found = scores.score(of, np.array(points) / sum(points))
    more = [criterion.definition.better == "more" for criterion in chosen]
    expected = weighted_mean(raw, more, points)
    shown = np.column_stack([found.score, found.low, found.high])
    assert shown == pytest.approx(expected, abs=2e-4)
    best = sorted(range(len(raw)), key=lambda i: (-found.score[i], names[i]))
    assert list(np.argsort(found.rank)) == best


@pytest.mark.parametrize("method", ranking.METHODS)
@settings(max_examples=40, deadline=None)
@given(cases(), st.data())
def test_the_band_holds_and_a_better_value_never_lowers_a_score(method, case, data):
    raw, points = case
    known = values(raw)
    weights = np.array(points) / sum(points)
    wide = len(points)
    thresholds = Thresholds(
        np.full(wide, 0.1), np.full(wide, 0.3), np.full(wide, 0.7), ("linear",) * wide
    )
    scale = Scale("min_max", known)
    found = ranking.rank(method, scale, weights, thresholds)
    assert sorted(found.rank) == list(range(1, len(raw) + 1))
    fill = np.array(
        data.draw(st.lists(st.floats(0, 1), min_size=known.raw.size, max_size=known.raw.size))
    ).reshape(known.raw.shape)
    places = np.where(known.known, known.places, fill)
    some = ranking.rank_places(method, scale, places, weights, thresholds)
    assert (found.low <= some.score + 1e-3).all()
    assert (some.score <= found.high + 1e-3).all()


def test_ties_are_broken_by_id_and_said():
    case = values([[1, 0], [0, 1], [0, 0]])
    found = ranking.rank("sum", Scale("min_max", case), np.array([0.5, 0.5]))
    assert list(found.rank) == [1, 2, 3]
    assert found.equal == ((0, 1),)


def order_at(raw, points, criterion, t):
    """Sites, best first, by the weighted mean of their known places, in fractions: exact.

    In floating point two equal scores differ by their last bit, and so would their order.
    """
    t, rest = Fraction(t), sum(points) - points[criterion]
    weights = [Fraction(points[j], rest) * (1 - t) for j in range(len(points))]
    weights[criterion] = t
    scores = []
    ends = [[int(v) for v in column if not np.isnan(v)] for column in zip(*raw, strict=True)]
    for row in raw:
        known = [j for j, value in enumerate(row) if not np.isnan(value)]
        whole = sum(weights[j] for j in known)
        places = {
            j: Fraction(int(row[j]) - min(ends[j]), max(ends[j]) - min(ends[j]))
            if max(ends[j]) > min(ends[j])
            else Fraction(1, 2)
            for j in known
        }
        gained = sum(weights[j] * places[j] for j in known)
        scores.append(gained / whole if whole else Fraction(1, 2))
    return sorted(range(len(raw)), key=lambda site: (-scores[site], site))


@settings(max_examples=120, deadline=None)
@given(cases())
def test_stability_intervals_hold_inside_and_break_outside(case):
    raw, points = case
    known = values(raw)
    weights = np.array(points) / sum(points)
    scale = Scale("min_max", known)
    table = robustness.stability(scale, weights)
    for j, row in enumerate(table.itertuples()):
        order = order_at(raw, points, j, Fraction(points[j], sum(points)))
        first = order[0]
        for t in np.linspace(row.first_low, row.first_high, 21)[1:-1]:
            if row.first_low < t < row.first_high:
                assert order_at(raw, points, j, t)[0] == first
        for t in np.linspace(row.order_low, row.order_high, 21)[1:-1]:
            if row.order_low < t < row.order_high:
                assert order_at(raw, points, j, t) == order
        for t in (row.order_low - 1e-6, row.order_high + 1e-6):
            if 0 < t < 1:
                assert order_at(raw, points, j, t) != order
        for end, site, side in (
            (row.first_low, row.below_site, -1),
            (row.first_high, row.above_site, 1),
        ):
            if site:
                beyond = order_at(raw, points, j, min(max(end + side * 1e-6, 0), 1))[0]
                assert known.sites[beyond] == site
                assert beyond != first


def test_a_stability_interval_by_hand():
    # with t on the first criterion: 1 t + 0 (1 - t) against 0.4 t + 0.8 (1 - t): equal at 4/7
    case = values([[1, 0], [0.4, 0.8], [0, 1]])
    table = robustness.stability(Scale("min_max", case), np.array([0.7, 0.3]))
    assert table["first_low"][0] == pytest.approx(4 / 7)
    assert table["below_site"][0] == "s01"
    assert table["first_high"][0] == 1
    assert table["above_site"][0] == ""


@settings(max_examples=80, deadline=None)
@given(cases(max_sites=4, max_wide=3, value=st.one_of(st.just(NAN), st.integers(0, 2).map(float))))
def test_dominance_holds_for_every_filling(case):
    raw, _ = case
    known = values(raw)
    found = robustness.dominance(known)
    unknown = np.argwhere(~known.known)
    for fill in itertools.product((0.0, 0.5, 1.0), repeat=min(len(unknown), 4)):
        places = known.corner(0.5)
        for (i, j), place in zip(unknown, fill, strict=False):
            places[i, j] = place
        if len(unknown) > 4:
            return
        for a, b in np.argwhere(found):
            assert (places[a] >= places[b]).all()
            assert (places[a] > places[b]).any()
    complete = known.known.all()
    if complete:
        for a, b in itertools.permutations(range(len(raw)), 2):
            better = (known.places[a] >= known.places[b]).all() and (
                known.places[a] > known.places[b]
            ).any()
            assert found[a, b] == better


def test_each_missing_value_says_what_it_could_change():
    case = values([[10, NAN], [8, 8], [0, 0]])
    table = robustness.missing("sum", Scale("min_max", case), np.array([0.5, 0.5]))
    assert len(table) == 1
    row = table.iloc[0]
    assert (row["rank"], row["rank_low"], row["rank_high"]) == (1, 2, 1)
    assert row["first_changes"]
    assert (row["score_low"], row["score_high"]) == (50, 100)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=12))
def test_rank_correlations_are_scipys(pairs):
    a, b = np.array(pairs).T
    for ours, theirs in (
        (agreement.kendall, stats.kendalltau),
        (agreement.spearman, stats.spearmanr),
    ):
        if len(set(a)) == 1 or len(set(b)) == 1:
            assert np.isnan(ours(a, b))
        else:
            assert ours(a, b) == pytest.approx(theirs(a, b).statistic, abs=1e-12)


def test_concordance_of_friends_and_of_strangers():
    assert agreement.concordance(np.array([[1, 2, 3], [1, 2, 3]])) == 1
    assert agreement.concordance(np.array([[1, 2, 3], [3, 2, 1]])) == 0
    # Siegel (1956): three judges, six applicants, W = 0.16
    judged = np.array([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]])
    assert agreement.concordance(judged) == pytest.approx(0.16, abs=5e-3)


def test_pairs_name_the_site_on_which_they_differ_most():
    ranks = {"a": np.array([1, 2, 3, 4]), "b": np.array([4, 2, 3, 1]), "c": np.array([1, 2, 3, 4])}
    table = agreement.pairs(ranks, ["w", "x", "y", "z"]).set_index(["first", "second"])
    row = table.loc[("a", "b")]
    assert row["site_id"] == "w"
    assert (row["rank_first"], row["rank_second"], row["same_first"]) == (1, 4, False)
    assert table.loc[("a", "c"), "kendall"] == 1


def test_use_follows_image_and_not_equipment_where_it_does():
    users = np.array([5.0, 10, 20, 40, NAN])
    table = pd.DataFrame(
        {"image": [1, 2, 3, 4, 4], "equipment": [4, 1, 3, 2, 0], "few": [1, NAN, NAN, 2, 3]}
    )
    found = agreement.use(users, table.astype(float)).set_index("criterion")
    assert found.loc["image", "spearman"] == pytest.approx(1)
    assert found.loc["equipment", "spearman"] == pytest.approx(
        stats.spearmanr(users[:4], [4, 1, 3, 2]).statistic
    )
    assert found.loc["few", "places"] == 2
    assert np.isnan(found.loc["few", "spearman"])


def test_proposed_weights_name_criteria_that_exist_and_equipment_never_leads():
    for kind in preferences.KINDS:
        for name, points in preferences.proposed()[kind].items():
            assert set(points) <= set(criteria.DEFINITIONS), name
            assert all(value > 0 for value in points.values())
            assert points.get("equipment", 0) <= 0.2 * sum(points.values())
    assert len(preferences.proposed()["approaches"]) == 3
    assert set(preferences.proposed()["actors"]) == {
        "prefecture", "department", "petr", "commune", "cci", "users",
    }  # fmt: skip


def test_criteria_of_one_name_share_its_points():
    ids = ["without_fibre_around_2018", "without_fibre_around_2026", "independents_20min"]
    chosen = [criteria.parse(one) for one in ids]
    found = preferences.shared({"without_fibre_around": 10, "independents": 30, "rent": 5}, chosen)
    assert found == pytest.approx([0.125, 0.125, 0.75])
    assert preferences.shared({"rent": 5}, chosen) is None
