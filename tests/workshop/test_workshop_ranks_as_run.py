"""The workshop ranks as `siting run` does: every criterion that exists, under any scenario.

The study holds a survey, relays, effects and evidence, so that no criterion is without its layer.
"""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting import config
from siting.config import WhatIf
from siting.ranking import criteria
from siting.study import inputs as study_inputs
from siting.study import prepared
from siting.study.stages import scores as study_scores
from siting.study.stages import site_facts
from siting.workshop import page_answers, scenario
from siting.workshop.scenario import Scenario
from siting.workshop.workshop import Workshop

FREQUENCIES = {"t05": "daily", "t10": "week3", "t15": "week1", "t20": "month2", "t30": "month1",
               "t45": "never"}  # fmt: skip
YEARS = (2018, 2026)
COMMUTE = {
    name: {"value": value, "low": value / 2, "high": value * 2, "source": "test"}
    for name, value in {"km": 20, "minutes": 25}.items()
}


def answers(path, communes):
    """Answers to the embedded questionnaire, alike but for where they come from."""
    columns = ["respondent", "part", "commune", "statut", "interet", "forfaits", "accord"]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, [*columns, *(f"frequence_{key}" for key in FREQUENCIES)])
        rows.writeheader()
        for number in range(40):
            row = {
                "respondent": f"{number:020x}",
                "part": "independents",
                "commune": communes[number % len(communes)],
                "statut": ("collaborative", "cultural", "artistic")[number % 3],
                "interet": "sure",
                "forfaits": "h24",
                "accord": "yes",
            }
            levels = {f"frequence_{key}": level for key, level in FREQUENCIES.items()}
            rows.writerow(row | levels)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The embedded study with every key that a criterion draws on, and small counts below 40."""
    folder = tmp_path_factory.mktemp("every_criterion")
    base = config.embedded("configs/aveyron.yaml")
    read = config.load(base)
    communes = pd.read_csv(read.territory.communes, dtype=str)
    answers(folder / "answers.csv", communes["code"].to_list()[:20])
    seats = communes.rename(columns={"chef_lieu_lon": "lon", "chef_lieu_lat": "lat"})
    points = seats[["name", "lon", "lat"]].assign(id=seats["code"], code=seats["code"])
    points.iloc[3::50].assign(kind="maison_emploi").to_csv(folder / "places.csv", index=False)
    sites = pd.read_csv(read.candidates, dtype=str)["id"].to_list()
    by_hand = [name for name, kind in criteria.DEFINITIONS.items() if kind.entered]
    evidence = [
        {"site_id": site, "criterion": name, "value": (3 * i + j) % 5, "evidence": "visite",
         "source": "EPCI", "date": "2026-10-01"}
        for i, site in enumerate(sites) for j, name in enumerate(by_hand) if (i + j) % 4
    ]  # fmt: skip
    pd.DataFrame(evidence).to_csv(folder / "evidence.csv", index=False)
    keys = {
        "extends": str(base),
        "survey": {"answers": "answers.csv", "margins": []},
        "offers": {"places": "places.csv", "date": "2026-11-25"},
        "effects": {"max_minutes": 30, "commute": COMMUTE},
        "timetables": {
            "feeds": [str(config.embedded("data/aveyron/modelled/demonstration_gtfs.zip"))],
            "days": [{"id": "tuesday", "name": "Mardi", "date": "2026-03-17"}],
            "window": "06:30-19:30",
            "hours": {"tuesday": "09:00-12:00,14:00-17:00"},
            "worth": False,
        },
        "measures": None,
        "cells": {"size_m": 4000},
        "census": {"fewest": 40},
        "scoring": {"evidence": "evidence.csv"},
        "criteria": [{"id": name, "weight": 1} for name in every_id()],
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(keys), encoding="utf-8")
    return config.load(path)


def every_id():
    """Ids of every criterion that exists, at two thresholds or years where they take one."""
    numbers = {"minutes": ("_10min", "_25min"), "year": [f"_{y}" for y in YEARS], "nothing": ("",)}
    there_and_back = ("_120min", "_240min")  # nobody is home again within 25 minutes
    return [
        name + number
        for name, kind in criteria.DEFINITIONS.items()
        for number in (there_and_back if kind.layer == "timetables" else numbers[kind.takes])
    ]


@pytest.fixture(scope="module", autouse=True)
def files_read(study):
    """The study's files, read once, with bus stops and car-pool areas at some chefs-lieux."""
    read = study_inputs.read(study)
    seats = site_facts.seats(read.communes)[["id", "name", "lon", "lat", "commune_code"]]
    layers = {"bus_stops": seats.iloc[::40], "carpool_areas": seats.iloc[5::60]}
    read = replace(read, **{name: table.reset_index(drop=True) for name, table in layers.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_inputs, "read", lambda _: read)
        yield read


@pytest.fixture(scope="module")
def workshop(study):
    return Workshop(prepared.prepare(study, lambda _: None))


def ranked_by_run(study, asked):
    """The ranking of `siting run` for a scenario, saved and read again."""
    changed = scenario.applied(asked, study)
    base = prepared.prepare(changed, lambda _: None)
    return study_scores.by_own_weights(changed, study_scores.values(base))


@st.composite
def scenarios(draw, read):
    """Sites opened, closed, moved and added, roads closed or slower, weights and thresholds."""
    sites, standing = read.candidates, list(read.services["france_services"]["id"])
    lon, lat = st.floats(2.1, 3.1).map(lambda x: round(x, 4)), st.floats(44.0, 44.7)
    moved = draw(st.lists(st.sampled_from(list(sites["id"])), max_size=3, unique=True))
    moved += ["added"] * draw(st.integers(0, 1))
    places = [
        {"id": site, "name": site, "lon": draw(lon), "lat": round(draw(lat), 4)} for site in moved
    ]
    opened = draw(st.lists(st.sampled_from([*sites["id"]]), max_size=2, unique=True))
    links = read.links[["from_code", "to_code"]].iloc[::25].to_numpy().tolist()
    change = WhatIf(
        open=tuple(opened),
        close=tuple(draw(st.lists(st.sampled_from(standing), max_size=5, unique=True))),
        candidates=tuple(places),
        closed_links=tuple(map(tuple, draw(st.lists(st.sampled_from(links), max_size=2)))),
        speed_factor=draw(st.sampled_from([1.0, 1.0, 0.8, 1.1])),
    )
    weight = st.sampled_from([0, 0, 1, 2, 7.5, 40])
    weights = {name: draw(weight) for name in every_id()}
    weights["population_gained_10min"] = 1  # never all zero, nor equipment alone
    limits = draw(st.lists(st.integers(3, 45), min_size=1, max_size=4, unique=True))
    return Scenario(what_if=change, weights=weights, thresholds_minutes=tuple(sorted(limits)))


@settings(
    max_examples=8,  # each is a study: two seconds
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_scenario_ranks_as_run_does(study, workshop, files_read, data):
    asked = data.draw(scenarios(files_read))
    here, there = workshop.ranking(asked.what_if, asked.weights), ranked_by_run(study, asked)
    assert list(here.sites["site_id"]) == list(there.sites["site_id"])
    # a criterion of no weight is left out of what is saved
    kept = [j for j, one in enumerate(here.criteria) if asked.weights[one.id] > 0]
    assert [here.criteria[j].id for j in kept] == [one.id for one in there.criteria]
    np.testing.assert_allclose(here.raw[:, kept], there.raw, rtol=1e-5, equal_nan=True)
    np.testing.assert_array_equal(here.of.small[:, kept], there.of.small)
    np.testing.assert_allclose(here.score, there.score, atol=1e-4)
    np.testing.assert_array_equal(here.rank, there.rank)


def test_every_criterion_has_values_that_tell_sites_apart(workshop):
    """Else the property above would hold of nothing."""
    values = workshop.values(WhatIf())
    assert {one.name for one in values.criteria} == set(criteria.DEFINITIONS)
    empty = [
        one.id
        for j, one in enumerate(values.criteria)
        if len(set(values.raw[~np.isnan(values.raw[:, j]), j])) < 2
    ]
    assert empty == []


def test_small_counts_follow_the_census(workshop, study):
    """With `census: fewest: 40` a count of 20 is not told, and the page says why."""
    told = page_answers.ranking(workshop, Scenario())
    assert told["fewest"] == study.census.fewest == 40
    hidden = 0
    for j, name in enumerate(told["criteria"]):
        if not name.startswith("independents"):
            continue
        for site in told["sites"]:
            assert site["small"][j] == (site["raw"][j] is None)
            assert site["raw"][j] is None or site["raw"][j] == 0 or site["raw"][j] >= 40
            hidden += site["small"][j]
    assert hidden
