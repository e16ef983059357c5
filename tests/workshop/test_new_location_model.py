"""A model added by one file in `siting/location/models` is offered and solved everywhere."""

from __future__ import annotations

import itertools
import json
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import toy_location_model as toy
from fastapi.testclient import TestClient

from siting import config, texts
from siting.cli import app as cli
from siting.errors import ModelError, ProblemsError
from siting.location import models, registry, solver
from siting.location.problem import from_arrays
from siting.location.question import LocationQuestion
from siting.location.search import Limits
from siting.study.stages import location as study_location
from siting.workshop import api

NAME = toy.MODEL.name


@pytest.fixture
def added(monkeypatch, tmp_path):
    """The toy model in a file beside those of the package."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "toy.py").write_text("from toy_location_model import MODEL\n", encoding="utf-8")
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(folder)])
    registry.models.cache_clear()
    yield
    registry.models.cache_clear()
    sys.modules.pop(f"{models.__name__}.toy", None)


def best(minutes, weights, free, opened=()):
    """Least value of two sites, and all values, by positions."""
    return min(
        toy.value(minutes, weights, [*opened, *pair]) for pair in itertools.combinations(free, 2)
    )


def status_of(*words):
    try:
        cli.main([str(word) for word in words])
    except SystemExit as ended:
        return ended.code
    return 0


@pytest.mark.usefixtures("added")
def test_the_command_line_solves_it(tmp_path, capsys):
    rng = np.random.default_rng(3)
    minutes, weights = rng.integers(2, 60, (15, 6)), rng.integers(1, 9, 15)
    pd.DataFrame(
        {
            "origin_id": np.repeat(np.arange(15), 6),
            "destination_id": np.tile(np.arange(6), 15),
            "minutes": minutes.ravel(),
        }
    ).to_csv(tmp_path / "m.csv", index=False)
    pd.DataFrame({"id": np.arange(15), "weight": weights}).to_csv(tmp_path / "d.csv", index=False)
    files = ["--matrix", tmp_path / "m.csv", "--demand", tmp_path / "d.csv"]
    words = ["locate", *files, "--model", NAME, "-o", tmp_path / "x.csv"]
    assert status_of(*words, "-p", "2") == 0
    proof = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert proof["objective"] == pytest.approx(best(minutes, weights, range(6)))
    assert status_of(*words, "--phases", "1,2") == 0
    phases = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["phases"]
    assert len(phases) == 2
    capsys.readouterr()
    assert status_of(*words) == 2
    assert "-p." in capsys.readouterr().err  # the option, not the parameter's name
    assert status_of(*words, "-p", "2", "--max-minutes", "9") == 2
    assert "--max-minutes" in capsys.readouterr().err
    assert status_of("locate", "--help") == 0
    assert NAME in capsys.readouterr().out.replace("\n", "")


@pytest.mark.usefixtures("added")
def test_an_orlib_file_asks_it(tmp_path):
    (tmp_path / "some.txt").write_text("3 3 1\n1 2 9\n2 3 1\n2 1 4\n", encoding="utf-8")
    words = ("locate", "--orlib", tmp_path / "some.txt", "--model", NAME, "-o", tmp_path / "x.csv")
    assert status_of(*words) == 0
    proof = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert proof["objective"] == 4**2 + 1  # from the middle of a path of two roads


@pytest.mark.usefixtures("added")
def test_a_study_solves_it(desk, tmp_path):
    path = tmp_path / "asked.yaml"
    path.write_text(f"extends: {desk.config}\nlocate: {{model: {NAME}, p: 2}}\n", encoding="utf-8")
    study = config.load(path)
    ground = replace(desk.workshop.ground, study=study)
    study_location.check(study, ground.read)
    located = study_location.solve(ground)
    minutes = located.problem.minutes.T
    free, opened = located.problem.candidates.tolist(), located.problem.open.tolist()
    assert located.last.objective == best(minutes, located.problem.weights, free, opened)


@pytest.mark.usefixtures("added")
def test_the_workshop_solves_it_in_another_process(desk):
    with TestClient(api.make(desk)) as client:
        offered = [model["id"] for model in client.get("/api/study").json()["models"]]
        assert NAME in offered
        started = client.post("/api/jobs", json={"model": NAME, "sites": 2, "max_minutes": None})
        assert started.status_code == 202, started.text
        until = time.monotonic() + 60
        state = started.json()
        while state["status"] == "running" and time.monotonic() < until:
            time.sleep(0.05)
            state = client.get(f"/api/jobs/{state['id']}").json()
    assert state["status"] == "done", state
    minutes, facilities, candidates = desk.workshop.choices(api.Scenario().what_if)
    free = range(len(facilities), len(facilities) + len(candidates))
    expected = best(minutes, desk.workshop.people, free, range(len(facilities)))
    assert state["result"]["objective"] == pytest.approx(expected)


def test_without_its_file_it_is_refused_everywhere(desk, tmp_path):
    assert NAME not in [model.name for model in registry.models()]
    assert status_of("locate", "--orlib", tmp_path / "any.txt", "--model", NAME) == 2
    path = tmp_path / "asked.yaml"
    path.write_text(f"extends: {desk.config}\nlocate: {{model: {NAME}, p: 2}}\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="locate"):
        config.load(path)
    with TestClient(api.make(desk)) as client:
        refused = client.post("/api/jobs", json={"model": NAME})
    assert refused.status_code == 409
    assert "mclp" in refused.json()["error"]


def test_models_of_the_page_have_a_name_in_both_languages():
    for model in registry.offered("workshop"):
        for language in texts.LANGUAGES:
            assert f"page.model_{model.name}" in texts.catalogue(language)


@pytest.mark.parametrize("model", registry.models(), ids=lambda model: model.name)
def test_each_model_answers_with_what_it_needs_alone(model):
    """Needed parameters suffice, each of them is needed, and no other is taken in silence."""
    rng = np.random.default_rng(5)
    between = rng.integers(1, 40, (8, 8)).astype(float)
    np.fill_diagonal(between, 0)
    problem = from_arrays(between)
    prices = pd.DataFrame({"cost": 5.0}, index=problem.site_ids)
    attributes = solver.Attributes(prices)
    values = {"p": 3, "max_minutes": 25.0}
    given = {name: values[name] for name in model.plain.needs}
    answer = solver.solve(problem, LocationQuestion(model.name, **given), Limits(), attributes)
    assert answer.status in ("proven", "infeasible")
    for name in given:
        less = {key: number for key, number in given.items() if key != name}
        with pytest.raises(ModelError) as caught:
            solver.solve(problem, LocationQuestion(model.name, **less), Limits(), attributes)
        assert f" {name}." in caught.value.text("en")
    others = {"p": 3, "max_minutes": 25.0, "full_minutes": 3.0, "levels": (5.0,)}
    others |= {"cost_per_minute": 2.0, "decay": np.exp, "split": True, "budget": 9.0, "floor": 0.1}
    for name, number in others.items():
        if name in model.plain.parameters or name in model.conditions:
            continue
        with pytest.raises(ModelError) as caught:
            solver.solve(
                problem,
                LocationQuestion(model.name, **given | {name: number}),
                Limits(),
                attributes,
            )
        assert "--" not in caught.value.text("fr")
