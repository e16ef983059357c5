"""The whole study: what passes check is run, and what must move with the inputs does."""

from __future__ import annotations

import pandas as pd
import pytest
import small_study
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting import config
from siting.errors import SitingError
from siting.study import run as study
from siting.study.stages import registry

slow = settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def quiet(_):
    return None


def ran(folder, keys=None, **tables):
    return study.run(config.load(small_study.write(folder, keys, **tables)), quiet)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return ran(tmp_path_factory.mktemp("plain"))


# ---- check is run without computing ----

MUTATIONS = [
    {"measures": {"closures_minutes": 120, "overlap_minutes": 600, "equity": {}}},
    {"measures": {"catchment": {"supply": "weekly_hours", "method": "raam"}}},
    {"measures": {"catchment": {"bands": [[0.5, 1], [700, 0.1]]}}},
    {"measures": {"catchment": {"bands": [[5, 0], [6, 0]]}}},
    {"measures": {"catchment": {"supply": "name"}}},
    {"measures": {"opportunities": {"wanted": 5}, "digital": {"fibre_share": 1}}},
    {"measures": {"baskets": ["basket.yaml", "far_basket.yaml"]}},
    {"measures": {"mesh": {"basket": "basket.yaml", "minutes": 0.1}}},
    {"layers": {}},
    {"layers": {"everyday": "everyday.csv"}},
    {"thresholds_minutes": [0.1]},
    {"thresholds_minutes": [500, 600]},
    {"roads": {"distances": "links.csv", "mode": "car", "speeds": "none.yaml"}},
    {"locate": {"model": "p-median", "p": 2}},
    {"locate": {"model": "lscp", "max_minutes": 1}},
    {"locate": {"model": "mclp", "p": 1, "max_minutes": 10, "floor": 0.99}},
    {"locate": {"model": "p-center", "p": 3, "sites": "cells", "existing": False}},
    {"locate": {"model": "p-median", "p": 1, "capacity": 10, "split": True}},
    {"what_if": {"open": ["s1", "s4"], "close": ["f0"], "speed_factor": 0.3}},
    {"what_if": {"close": ["f0", "f5"]}},
    {"what_if": {"closed_links": [["12001", "12002"], ["12001", "12004"]]}},
    {"what_if": {"candidates": [{"id": "s1", "name": "S", "lon": 0, "lat": 0}]}},
    {"plans": {"a": {"name": "A", "sites": ["s1"], "close": ["f5"]}}},
    {"offers": {"places": "facilities.csv"}},
    {"offers": {"places": "links.csv"}},
    {"census": {}},
    {"sample": {"size": 3}},
    {"effects": {"commute": {"km": 10, "minutes": 10}}},
    {"survey": {}},
    {"survey": {"questionnaire": "study.yaml"}},
    {"calendar": {"steps": [{"id": "a", "name": "A", "from": "2026-01-01", "days": 3}]}},
    {"calendar": {"steps": [{"id": "a", "name": "A", "after": "b", "days": 3}]}},
    {"criteria": [{"id": "minutes_to_station", "weight": 1}]},
    {"criteria": [{"id": "days", "weight": 1}, {"id": "minutes_to_relay", "weight": 1}]},
    {"scoring": {"method": "electre", "normalisation": "z_score"}},
    {
        "assumptions": {
            "outside_cap": {"value": 0.001, "unit": "km", "source": "x", "status": "hypothesis"}
        }
    },
]
TABLES = {
    "all": {},
    "one_candidate": {"candidates": small_study.tables()["candidates.csv"][:1]},
    "one_facility": {"facilities": small_study.tables()["facilities.csv"][:1]},
    "no_link": {"links": small_study.tables()["links.csv"][:1]},
    "nobody": {"cells": small_study.tables()["cells.csv"].assign(population=0.0)},
    "no_epci": {
        "communes": small_study.tables()["communes.csv"].assign(epci_code="", epci_name="")
    },
    "no_hours": {"facilities": small_study.tables()["facilities.csv"].assign(weekly_hours=None)},
}


@settings(slow, max_examples=40)
@given(
    mutations=st.lists(st.sampled_from(range(len(MUTATIONS))), max_size=4, unique=True),
    tables=st.sampled_from(sorted(TABLES)),
)
def test_what_passes_check_is_run_and_told(tmp_path, mutations, tables):
    keys = small_study.keys()
    for number in mutations:
        keys |= MUTATIONS[number]
    path = small_study.write(tmp_path, keys, **TABLES[tables])
    try:
        study.check(config.load(path), quiet)
    except SitingError:
        return  # said before anything is computed: that is the promise
    result = study.run(config.load(path), quiet)
    may = {table.name for stage in registry.STAGES for table in stage.tables if table.may_be_empty}
    every = {**result.measures, **result.extras, "access": result.access}
    every |= {"coverage": result.coverage, "scores": result.scores.table()}
    assert {name for name, table in every.items() if table.empty} <= may
    wanted = {
        stage.key for stage in registry.STAGES if stage.compute and stage.wanted(result.study)
    }
    silent = {"survey"} if result.study.survey and not result.study.survey.answers else set()
    told = {s.key for s in registry.STAGES if {table.name for table in s.tables} & set(every)}
    assert wanted - silent <= told


# ---- what must move with the inputs ----


@slow
@given(column=st.floats(0.02, 2.98), row=st.floats(0.02, 1.98))
def test_one_more_facility_never_lowers_coverage(tmp_path, plain, column, row):
    lon, lat = small_study.place(column, row)
    there = small_study.tables()["facilities.csv"]
    commune = small_study.CODES[int(row) * 3 + int(column)]
    new = pd.DataFrame([("new", "New", commune, lon, lat, "fixed", 5.0)], columns=there.columns)
    more = ran(tmp_path, facilities=pd.concat([there, new]))
    before, after = plain.coverage["covered_population"], more.coverage["covered_population"]
    assert (after >= before).all()
    assert (more.access["minutes"] <= plain.access["minutes"]).all()


@slow
@given(factor=st.sampled_from([2, 4, 8]))
def test_twice_the_people_are_covered_twice(tmp_path, plain, factor):
    tables = small_study.tables()
    cells = tables["cells.csv"].assign(population=lambda table: table["population"] * factor)
    communes = tables["communes.csv"]
    communes = communes.assign(population=communes["population"] * factor)
    more = ran(tmp_path, cells=cells, communes=communes)
    assert (
        more.coverage["covered_population"] == plain.coverage["covered_population"] * factor
    ).all()
    pd.testing.assert_series_equal(more.coverage["covered_share"], plain.coverage["covered_share"])
    assert more.scores.rank.tolist() == plain.scores.rank.tolist()
    assert more.scores.score.tolist() == pytest.approx(plain.scores.score.tolist())


@slow
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_says_nothing(tmp_path, plain, seed):
    shuffled = {
        name.removesuffix(".csv"): table.sample(frac=1, random_state=seed)
        for name, table in small_study.tables().items()
    }
    keys = small_study.keys()
    criteria = pd.Series(keys["criteria"]).sample(frac=1, random_state=seed)
    result = ran(tmp_path, keys | {"criteria": list(criteria)}, **shuffled)
    order = ["zone_kind", "zone_code", "threshold_minutes"]
    pd.testing.assert_frame_equal(
        result.coverage.sort_values(order, ignore_index=True),
        plain.coverage.sort_values(order, ignore_index=True),
    )
    columns = list(plain.scores.table().columns)
    pd.testing.assert_frame_equal(
        result.scores.table().set_index("site_id").sort_index()[columns[1:]],
        plain.scores.table().set_index("site_id").sort_index()[columns[1:]],
    )


@slow
@given(link=st.sampled_from([("12001", "12002"), ("12004", "12005"), ("12003", "12006")]))
def test_a_road_closed_lengthens_and_reopened_changes_nothing(tmp_path, plain, link):
    closed = ran(tmp_path, small_study.keys() | {"what_if": {"closed_links": [list(link)]}})
    far = closed.access["minutes"].fillna(1e9) >= plain.access["minutes"].fillna(1e9)
    assert far.all()
    reopened = ran(tmp_path, small_study.keys() | {"what_if": {"closed_links": []}})
    pd.testing.assert_frame_equal(reopened.access, plain.access)
    pd.testing.assert_frame_equal(reopened.coverage, plain.coverage)
    pd.testing.assert_frame_equal(reopened.scores.table(), plain.scores.table())
