"""Census of likely users: who counts, how many where, and interest blended with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from siting.errors import InputError
from siting.survey import census, interest, shrinkage
from siting.survey.census import Activity, LikelyUser


def stock(**columns) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    usual = {"employees": ["NN"] * size, "activity": ["62.01Z"] * size, "masked": [False] * size}
    return pd.DataFrame({"commune_code": ["A"] * size, **usual, **columns})


@pytest.mark.parametrize(
    ("fewer", "undeclared", "kept"),
    [
        (1, True, ["", "NN", "00"]),
        (1, False, ["00"]),
        (3, False, ["00", "01"]),
        (6, True, ["", "NN", "00", "01", "02"]),
        (10, False, ["00", "01", "02", "03"]),
        (9, False, ["00", "01", "02"]),  # 6 to 9 employees are not all fewer than nine
    ],
)
def test_a_class_counts_where_the_whole_of_it_is_below(fewer, undeclared, kept):
    frame = stock(employees=["", "NN", "00", "01", "02", "03", "11", "53"])
    found = census.select(frame, LikelyUser(fewer, undeclared))
    assert found["employees"].tolist() == kept


def test_the_longest_prefix_gives_the_share():
    rules = (Activity(("62", "74.1"), 0.5), Activity(("62.01Z",), 0.9))
    found = census.teleworkable(pd.Series(["62.01Z", "62.02A", "74.10Z", "01.11Z"]), rules)
    assert found[:3].tolist() == [0.9, 0.5, 0.5]
    assert np.isnan(found[3])


def test_counts_by_zone_and_location_quotients():
    every = stock(
        commune_code=["A"] * 8 + ["B"] * 12,
        activity=["62.01Z"] * 4 + ["47.11B"] * 4 + ["62.01Z"] * 3 + ["47.11B"] * 9,
        masked=[True] + [False] * 19,
    )
    some = census.select(every, LikelyUser(activities=(Activity(("62",), 0.8),)))
    zones = pd.DataFrame(
        [
            ("epci", "E", "e", "A"),
            ("epci", "E", "e", "B"),
            ("commune", "A", "a", "A"),
            ("commune", "B", "b", "B"),
            ("commune", "C", "c", "C"),
        ],
        columns=["zone_kind", "zone_code", "zone_name", "commune_code"],
    )
    people = pd.Series({"A": 1000, "B": 500, "C": 0})
    table = census.by_zone(some, every, zones, people).set_index("zone_code")
    assert table["establishments"].to_dict() == {"E": 7, "A": 4, "B": 3, "C": 0}
    assert table.loc["E", "masked"] == 1
    assert table.loc["E", "teleworkable"] == pytest.approx(5.6)
    assert table.loc["A", "per_1000_people"] == pytest.approx(4)
    # four of eight there, seven of twenty in all
    assert table.loc["A", "quotient"] == pytest.approx(0.5 / 0.35)
    assert table.loc["E", "quotient"] == pytest.approx(1)
    assert np.isnan(table.loc["C", "quotient"])
    assert np.isnan(table.loc["C", "per_1000_people"])


def test_sites_count_who_is_in_reach_and_who_is_nearest():
    minutes = np.array([[5, 10], [20, 20], [21, 8], [np.nan, np.nan]], np.float32)
    people = pd.DataFrame({"teleworkable": [1, 0.5, 0.25, 1], "masked": [True, False, False, True]})
    sites = pd.DataFrame({"id": ["x", "y"], "name": ["X", "Y"], "kind": "candidate"})
    found = census.by_site(minutes, people, sites, 20)
    assert found["within"].tolist() == [2, 3]
    assert found["within_masked"].tolist() == [1, 1]
    assert found["catchment"].tolist() == [2, 1]
    assert found["catchment_teleworkable"].tolist() == [1.5, 0.25]


def test_squares_hold_their_points():
    random = np.random.default_rng(3)
    x, y = random.uniform(-1e4, 1e4, (2, 200))
    table, row = census.by_square(x, y, 5000)
    assert table["establishments"].sum() == 200
    assert (np.abs(table["x"].to_numpy()[row] - x) <= 2500).all()
    assert (np.abs(table["y"].to_numpy()[row] - y) <= 2500).all()
    np.testing.assert_allclose(table["per_km2"] * 25, table["establishments"])


def test_rates_are_the_mean_of_the_posterior():
    prior = shrinkage.Prior(2.0, 0.1)
    found = shrinkage.blend(np.array([3.0]), np.array([10.0]), prior).iloc[0]

    def weight(rate: float) -> float:
        return stats.gamma.pdf(rate, 2, scale=0.05) * stats.poisson.pmf(3, 10 * rate)

    whole = integrate.quad(weight, 0, 5)[0]
    mean = integrate.quad(lambda rate: rate * weight(rate), 0, 5)[0] / whole
    assert found["rate"] == pytest.approx(mean, rel=1e-6)
    inside = integrate.quad(weight, found["low"], found["high"])[0] / whole
    assert inside == pytest.approx(0.9, rel=1e-5)
    own = found["weight"] * 0.3 + (1 - found["weight"]) * 0.1
    assert found["rate"] == pytest.approx(own)


def test_no_law_is_likelier_than_the_fitted_one():
    random = np.random.default_rng(5)
    exposure = random.uniform(20, 300, 60)
    events = random.poisson(random.gamma(3, 0.04, 60) * exposure).astype(float)
    prior = shrinkage.fit(events, exposure)
    best = shrinkage.log_likelihood(events, exposure, prior)
    size, chance = prior.shape, prior.shape / (prior.shape + prior.mean * exposure)
    assert best == pytest.approx(stats.nbinom.logpmf(events, size, chance).sum())
    for shape in prior.shape * np.geomspace(0.3, 3, 9):
        for mean in prior.mean * np.geomspace(0.7, 1.4, 9):
            other = shrinkage.Prior(shape, mean)
            assert shrinkage.log_likelihood(events, exposure, other) <= best + 1e-9


def test_equal_rates_become_one():
    prior = shrinkage.fit(np.array([10.0, 20.0, 30.0]), np.array([100.0, 200.0, 300.0]))
    assert np.isinf(prior.shape)
    assert prior.mean == pytest.approx(0.1)


def test_counts_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="base"):
        shrinkage.fit(np.array([1.0]), np.array([0.0]))


def test_interest_counts_those_who_consent_and_forgets_who(tmp_path):
    file = tmp_path / "interest.csv"
    file.write_text("commune_code,consent,respondent\nA,oui,ann\nA,non,bob\nB,oui,\nB,oui,\n")
    found = interest.read(file)
    assert found.to_dict("list") == {"commune_code": ["A", "B"], "interested": [1, 2]}


def test_a_respondent_who_stands_twice_is_refused_but_not_named(tmp_path):
    file = tmp_path / "interest.csv"
    file.write_text("commune_code,consent,respondent\nA,oui,Ann\nB,oui,bob\nA,oui, ann \n")
    with pytest.raises(InputError) as caught:
        interest.read(file)
    for language in ("fr", "en"):
        assert "4" in caught.value.text(language)
        assert "ann" not in caught.value.text(language).lower()


def communes() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "commune_code": list("ABCD"),
            "epci_code": ["E", "E", "F", "G"],
            "epci_name": ["e", "e", "f", "g"],
            "establishments": [100, 100, 50, 50],
            "teleworkable": [60.0, 40.0, 50.0, 50.0],
        }
    )


def test_epci_with_few_answers_share_a_rate():
    said = pd.DataFrame({"commune_code": list("ABCD"), "interested": [20, 10, 3, 2]})
    found = interest.blend(communes(), said, 5).set_index("epci_code")
    assert found.loc["F", "rate"] == found.loc["G", "rate"] != found.loc["E", "rate"]
    # towards the general rate, 35 in 200, from 0.3 and 0.05
    assert 0.05 < found.loc["F", "rate"] < 0.175 < found.loc["E", "rate"] < 0.3
    users = found["teleworkable"] * found["rate"]
    np.testing.assert_allclose(found["expected_users"], users)
    assert (found["expected_low"] < users).all()
    assert (users < found["expected_high"]).all()


@pytest.mark.parametrize(
    ("said", "key"),
    [({"Z": 30}, "interest_elsewhere"), ({"A": 3}, "interest_too_few")],
)
def test_interest_that_cannot_be_used(said, key):
    table = pd.DataFrame({"commune_code": list(said), "interested": list(said.values())})
    with pytest.raises(InputError) as caught:
        interest.blend(communes(), table, 5)
    assert caught.value.key == key
