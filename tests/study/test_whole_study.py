"""The whole study: what passes check is run, and told."""

from __future__ import annotations

import small_study
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting import config
from siting.errors import SitingError
from siting.study import run as study
from siting.study.stages import registry


def quiet(_):
    return None


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


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
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
