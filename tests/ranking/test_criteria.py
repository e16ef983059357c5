"""Raw values of criteria, worked by hand on four cells and two sites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from siting import texts
from siting.errors import ConfigError
from siting.ranking import criteria, definition
from siting.ranking.candidate_facts import Reach, SiteFacts

NAN = np.nan


@pytest.fixture
def facts():
    people = Reach(
        np.array([100.0, 200.0, 300.0, 400.0]),
        np.array([[5, 30], [20, 20], [20.5, 10], [NAN, 1]], np.float32),
    )
    broadband = pd.DataFrame(
        {
            "code": ["A", "B", "A", "B"],
            "date": ["2018-03-31", "2018-03-31", "2026-06-30", "2026-06-30"],
            "premises": [100, 300, 200, 0],
            "ftth_premises": [0, 30, 150, 0],
        }
    )
    return SiteFacts(
        commune_codes=np.array(["A", "B"], object),
        people=people,
        minutes_now=np.array([4, 25, 25, NAN], np.float32),
        communes=np.array(["A", "B"], object),
        around={
            "chefs_lieux": Reach(np.ones(2), np.array([[0, 20], [20.1, 0]], np.float32)),
            "establishments": Reach(np.ones(2), np.array([[20, 20.1], [1, 1]], np.float32)),
        },
        nearest={"stations": np.array([12, NAN], np.float32)},
        broadband=broadband,
    )


def value(facts, name):
    return list(criteria.values([criteria.parse(name)], facts)[name])


def test_population_gained_counts_those_not_served_today(facts):
    # site 1: only the second cell; site 2: second (20 <= 20), third and fourth
    assert value(facts, "population_gained_20min") == [200, 900]
    assert value(facts, "population_gained_30min") == [0, 400]


def test_minutes_saved_is_a_mean_over_those_who_reach_something_today(facts):
    # 200 x 5 + 300 x 4.5 over 600 people; 200 x 5 + 300 x 15
    expected = [(1000 + 1350) / 600, (1000 + 4500) / 600]
    assert value(facts, "minutes_saved") == pytest.approx(expected)


def test_independents_within_the_threshold(facts):
    assert value(replace(facts, fewest=1), "independents_20min") == [2, 1]


def test_no_value_tells_a_small_count_of_independents(facts):
    minutes = np.full((6, 7), 30, np.float32)
    for site in range(7):
        minutes[:site, site] = 20
    there = replace(facts, around={"establishments": Reach(np.ones(6), minutes)}, fewest=5,
                    commune_codes=np.array(list("ABCDEFG"), object))  # fmt: skip
    assert value(there, "independents_20min") == [0, 2.5, 2.5, 2.5, 2.5, 5, 6]
    assert value(replace(there, fewest=40), "independents_20min") == [0, 20, 20, 20, 20, 20, 20]
    assert value(replace(there, fewest=2), "independents_20min") == [0, 1, 2, 3, 4, 5, 6]


def test_fibre_at_the_site_is_unknown_without_premises(facts):
    assert value(facts, "fibre_at_site_2018") == [0, 0.1]
    found = value(facts, "fibre_at_site_2026")
    assert found[0] == 0.75
    assert np.isnan(found[1])


def test_lack_of_fibre_around(facts):
    # site 1: commune A alone (B is 20.1 min away); site 2: both
    assert value(facts, "without_fibre_around_2018") == pytest.approx([1, 370 / 400])


def test_a_missing_table_or_date_is_unknown_not_zero(facts):
    for name in ("everyday_services_10min", "minutes_to_tiers_lieu", "fibre_at_site_2020"):
        assert np.isnan(value(facts, name)).all()


@pytest.mark.parametrize("name", ["population_gained", "minutes_saved_20min", "nonsense", "A"])
def test_unknown_criteria_are_refused(name):
    with pytest.raises(ConfigError, match="population_gained_20min"):
        criteria.parse(name)


def test_people_only_here_are_near_no_facility_and_no_other_candidate(facts):
    # within 20 min of nothing today: cells 2, 3, 4; of both sites: cell 2
    assert value(facts, "people_only_here_20min") == [0, 700]
    assert value(facts, "people_only_here_10min") == [0, 700]


def test_mesh_counts_tiers_lieux_and_competition_measures_the_nearest(facts):
    near = replace(
        facts,
        around={
            "tiers_lieux": Reach(np.ones(3), np.array([[5, 50], [40, 40.1], [NAN, 1]], np.float32))
        },
        nearest={"tiers_lieux": np.array([5, 1], np.float32)},
    )
    assert value(near, "tiers_lieux_40min") == [2, 1]
    assert value(near, "minutes_to_tiers_lieu") == [5, 1]


def test_what_is_entered_or_spared_is_unknown_until_it_is_there(facts):
    for name in ("image", "rent", "co2_spared", "minutes_to_bus", "services_here"):
        assert np.isnan(value(facts, name)).all()
    told = replace(
        facts,
        entered=pd.DataFrame({"image": [3.0, NAN]}),
        spared={"co2_kg": np.array([10.0, 20.0])},
        services_here=np.array([4.0, 0.0]),
    )
    assert value(told, "image")[0] == 3
    assert np.isnan(value(told, "image")[1])
    assert value(told, "co2_spared") == [10, 20]
    assert value(told, "services_here") == [4, 0]


def test_every_family_has_a_criterion_and_every_criterion_its_words():
    found = {family for one in criteria.DEFINITIONS.values() for family in one.families}
    wanted = {*definition.SEED, *definition.CGET, *definition.CHARTER, *definition.CHARTER_2016}
    assert found == wanted
    for name, one in criteria.DEFINITIONS.items():
        assert one.asked_by
        assert one.section in definition.SECTIONS
        for key in ("name", "unit", "how", "source"):
            for language in ("fr", "en"):
                assert texts.text(f"criteria.{name}.{key}", language, number=20)
    assert [n for n, one in criteria.DEFINITIONS.items() if one.equipment] == ["equipment"]
