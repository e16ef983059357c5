"""Equity indices against definitions written out person by person."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.measures import equity


@st.composite
def societies(draw):
    n = draw(st.integers(1, 8))
    values = draw(st.lists(st.integers(0, 40), min_size=n, max_size=n))
    people = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n).filter(lambda p: sum(p) > 0))
    zones = draw(st.lists(st.sampled_from("AB"), min_size=n, max_size=n))
    return np.array(values, float), np.array(people), np.array(zones)


def one_by_one(values, people):
    return np.repeat(values, people)


@given(societies())
def test_gini_is_half_the_mean_difference(society):
    values, people, _ = society
    each = one_by_one(values, people)
    if each.sum() == 0:
        assert equity.gini(values, people) == 0
    else:
        mean_difference = np.abs(np.subtract.outer(each, each)).mean()
        expected = mean_difference / 2 / each.mean()
        assert equity.gini(values, people) == pytest.approx(expected, abs=1e-12)


@given(societies())
def test_theil_by_definition_and_its_parts_add_up(society):
    values, people, zones = society
    each, where = one_by_one(values, people), np.repeat(zones, people)

    def theil(x):
        if x.sum() == 0:
            return 0.0
        ratio = x[x > 0] / x.mean()
        return float((ratio * np.log(ratio)).sum() / len(x))

    got = equity.theil(values, people, zones)
    assert got.total == pytest.approx(theil(each), abs=1e-12)
    assert got.total == got.within + got.between
    within = sum(
        each[where == z].sum() / max(each.sum(), 1e-300) * theil(each[where == z])
        for z in set(where)
    )
    assert got.within == pytest.approx(within, abs=1e-12)


@given(societies(), st.integers(1, 9))
def test_shares_equal_people_cut_in_tenths(society, tenths):
    values, people, _ = society
    if values @ people == 0:
        return
    each = np.repeat(np.sort(one_by_one(values, people)), 10)  # each person ten times
    cut = len(each) * tenths // 10
    low = each[:cut].sum() / each.sum()
    assert equity.least_served_share(values, people, tenths / 10) == pytest.approx(low, abs=1e-12)
    high = each[len(each) - cut :].sum() / each.sum()
    got = equity.least_served_share(values, people, tenths / 10, worst="high")
    assert got == pytest.approx(high, abs=1e-12)


def test_palma_by_hand():
    # ten people: the most served has 20, the four least have 1 each
    assert equity.palma([1, 5, 20], [4, 5, 1]) == pytest.approx(5)
    assert np.isnan(equity.palma([0, 1], [1, 1]))


@given(
    societies(), st.sampled_from([0, 1, 2]), st.integers(1, 40), st.sampled_from(["low", "high"])
)
def test_shortfall_by_definition(society, power, standard, worst):
    values, people, _ = society
    each = one_by_one(values, people)
    gaps = (standard - each if worst == "low" else each - standard) / standard
    expected = sum(g**power for g in gaps if g > 0) / len(each)
    got = equity.shortfall(values, people, standard, power, worst)
    assert got == pytest.approx(expected, abs=1e-12)


@given(societies())
def test_splitting_and_reordering_change_nothing(society):
    values, people, zones = society
    order = np.arange(len(values))[::-1]
    twice = np.concatenate([values, values])[np.r_[order, order + len(values)]]
    half = np.concatenate([people, people])[np.r_[order, order + len(values)]] / 2
    for index in (equity.gini, equity.palma, equity.least_served_share):
        one, two = index(values, people), index(twice, half)
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)
    where = np.concatenate([zones, zones])[np.r_[order, order + len(values)]]
    one, two = equity.theil(values, people, zones), equity.theil(twice, half, where)
    assert one.between == pytest.approx(two.between, abs=1e-12)


def test_concentration_by_hand():
    # all value with the poorest: -1/2 for two people; with the richest: +1/2; equal ranks: 0
    assert equity.concentration_index([1, 0], [1, 1], [1, 2]) == pytest.approx(-0.5)
    assert equity.concentration_index([0, 1], [1, 1], [1, 2]) == pytest.approx(0.5)
    assert equity.concentration_index([0, 1], [1, 1], [7, 7]) == 0
    assert equity.concentration_index([0, 0], [1, 1], [1, 2]) == 0


def test_nobody_in_a_zone():
    got = equity.theil([1, 2, 9], [3, 1, 0], ["A", "A", "B"])
    assert got.between == pytest.approx(0)
    assert got.zones.loc["B", "population"] == 0


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: equity.gini([1, np.nan], [1, 1]), "values_missing"),
        (lambda: equity.gini([1, 2], [0, 0]), "nobody"),
        (lambda: equity.gini([1, -2], [1, 1]), "bad_quantity"),
        (lambda: equity.gini([1, 2], [1, -1]), "bad_quantity"),
        (lambda: equity.gini([1, 2], [1, 1, 1]), "wrong_length"),
        (lambda: equity.theil([1, 2], [1, 1], ["A"]), "wrong_length"),
        (lambda: equity.shortfall([1], [1], 0), "bad_parameter"),
        (lambda: equity.shortfall([1], [1], 1, -1), "bad_parameter"),
        (lambda: equity.least_served_share([1], [1], 0), "bad_parameter"),
    ],
)
def test_bad_input_is_refused(call, key):
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.key == key
    assert str(caught.value)
