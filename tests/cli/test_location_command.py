"""`locate:` in a study: every model, on the study's own minutes, and what the command writes."""

from __future__ import annotations

import csv
import itertools
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting import config
from siting.cli import app as cli
from siting.errors import ConfigError, ModelError, ProblemsError
from siting.study import prepared
from siting.study import run as study
from siting.study.stages import location as study_location
from siting.study.stages import location_tables

ROOT = Path(__file__).parents[2]
FACILITIES = ROOT / "data" / "aveyron" / "france_services.csv"


def quiet(_):
    return None


def asking(tmp_path, text, name="asked"):
    path = tmp_path / f"{name}.yaml"
    head = f"extends: {ROOT}/configs/aveyron.yaml\nname: {name}\ncells: {{size_m: 3000}}\n"
    path.write_text(f"{head}locate: {{{text}}}\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The ground of the study with large cells; `locate:` does not change it."""
    path = asking(tmp_path_factory.mktemp("base"), "model: mclp, p: 2, max_minutes: 20")
    return prepared.prepare(config.load(path), quiet)


@pytest.fixture
def found(base, tmp_path):
    """Answer a question on the same ground."""

    def answer(text):
        asked = config.load(asking(tmp_path, text)).locate
        other = replace(base, study=base.study.model_copy(update={"locate": asked}))
        study_location.check(other.study, other.read)
        located = study_location.solve(other)
        return located, location_tables.tables(other, located)

    return answer


def every_plan(base, p):
    """Minutes to the nearest of the facilities and of each choice of p candidates."""
    people = base.cells["population"].to_numpy(float)
    cells = pd.DataFrame(base.cells).rename(columns={"cell_id": "id"})
    now = np.nanmin(base.minutes(cells, base.read.services["france_services"]), axis=1)
    new = base.minutes(cells, base.read.candidates)
    for plan in itertools.combinations(range(new.shape[1]), p):
        yield people, np.fmin(now, np.nanmin(new[:, list(plan)], axis=1))


@pytest.mark.parametrize(
    ("text", "value", "sense"),
    [
        ("model: mclp, max_minutes: 20", lambda w, t: w[t <= 20].sum(), max),
        (
            "model: gradual-coverage, max_minutes: 20, full_minutes: 10",
            lambda w, t: w @ np.clip((20 - t.astype(float)) / 10, 0, 1),
            max,
        ),
        ("model: p-median", lambda w, t: w @ t.astype(float), min),
        ("model: p-center", lambda _, t: t.max(), min),
        ("model: weighted-p-center", lambda w, t: (w * t).max(), min),
        ("model: equity", lambda _, t: t.max(), min),
    ],
    ids=["mclp", "gradual", "p-median", "p-center", "weighted-p-center", "equity"],
)
def test_models_find_the_best_of_all_plans(base, found, text, value, sense):
    best = sense(value(people, times) for people, times in every_plan(base, 2))
    located, tables = found(f"{text}, p: 2")
    assert located.last.status == "proven"
    assert located.last.objective == pytest.approx(best, rel=1e-6)
    sites = tables["location"]
    assert (sites["phase"] == 0).sum() == len(base.read.services["france_services"])
    assert (sites["phase"] == 1).sum() == 2
    assert sites["people"].sum() == pytest.approx(base.cells["population"].sum())


def test_coverage_of_a_plan_is_that_of_the_same_scenario(found, tmp_path):
    located, tables = found("model: mclp, p: 2, max_minutes: 15")
    opened = ", ".join(located.last.chosen)
    path = tmp_path / "scenario.yaml"
    head = f"extends: {ROOT}/configs/aveyron.yaml\ncells: {{size_m: 3000}}\n"
    path.write_text(f"{head}what_if: {{open: [{opened}]}}\n", encoding="utf-8")
    told = study.run(config.load(path), quiet).coverage
    assert tables["location_coverage"].drop(columns="phase").equals(told)
    whole = told[(told["zone_kind"] == "department") & (told["threshold_minutes"] == 15)]
    assert whole["covered_population"].item() == located.last.objective


def test_fewest_sites_for_everybody(base, found):
    every = len(base.read.candidates)
    limit = math.ceil(max(times.max() for _, times in every_plan(base, every)))
    located, _ = found(f"model: lscp, max_minutes: {limit}")
    assert located.last.status == "proven"
    fewest = len(located.last.chosen)
    assert min(times.max() for _, times in every_plan(base, fewest)) <= limit
    assert min(times.max() for _, times in every_plan(base, fewest - 1)) > limit


def test_phases_are_nested_and_told(found):
    located, tables = found("model: p-median, phases: [1, 2, 4]")
    chosen = [set(one.chosen) for one in located.answers]
    assert chosen[0] < chosen[1] < chosen[2]
    opened = tables["location"].set_index("site_id")["phase"]
    assert all(opened[site] == 1 for site in chosen[0])
    assert all(opened[site] == 3 for site in chosen[2] - chosen[1])
    assert set(tables["location"]["role"]) == {"existing", "new"}
    told = json.loads(location_tables.document(tables))
    assert [len(one["sites"]) for one in told["phases"]] == [1, 2, 4]
    assert told["objective"] == told["phases"][-1]["objective"] < told["phases"][0]["objective"]


def test_floors_hold_in_every_epci(found):
    def shares(some):
        table = some["location_coverage"]
        kept = (table["zone_kind"] == "epci") & (table["threshold_minutes"] == 20)
        return table[kept]["covered_share"]

    free, before = found("model: mclp, p: 3, max_minutes: 20")
    floor = shares(before).min() + 0.01  # the free plan does not reach it
    located, tables = found(f"model: mclp, p: 3, max_minutes: 20, floor: {floor:.6f}")
    assert located.last.status == "proven"
    assert located.last.objective <= free.last.objective
    assert shares(tables).min() >= floor - 1e-6
    high, told = found("model: mclp, p: 1, max_minutes: 5, floor: 0.9")
    assert high.last.status == "infeasible"
    assert len(told["location_blocked"]) > 0
    assert told["location"].empty
    told = json.loads(location_tables.document(told))
    assert told["objective"] is None
    assert told["blocking_demand"]
    assert told["reason"]


def test_capacities_are_kept(base, found):
    text = "model: p-median, p: 5, existing: false, demand: communes, capacity: 80000"
    located, tables = found(text)
    assert located.last.status in ("proven", "stopped")
    assert located.last.objective is not None
    people = tables["location"]["people"]
    assert people.max() <= 80000
    assert people.sum() == base.read.communes["population"].sum()
    short, _ = found(text.replace("80000", "40000"))
    assert short.last.status == "infeasible"
    assert short.last.reason.key == "capacity"


def test_facilities_may_be_what_is_chosen(base, found):
    located, tables = found("model: p-median, p: 10, sites: facilities")
    facilities = base.read.services["france_services"]
    outside = ~facilities["commune_code"].isin(base.read.communes["code"])
    assert set(located.last.chosen) <= set(facilities.loc[~outside, "id"])
    standing = tables["location"][tables["location"]["role"] == "existing"]["site_id"]
    assert set(standing) == set(facilities.loc[outside, "id"])


def test_every_cell_may_be_a_site(base, found):
    located, tables = found("model: p-median, p: 1, sites: cells")
    cells = pd.DataFrame(base.cells).rename(columns={"cell_id": "id"})
    now = np.nanmin(base.minutes(cells, base.read.services["france_services"]), axis=1)
    best = (np.fmin(base.minutes(cells, cells), now[:, None]).T @ cells["population"]).min()
    assert located.last.status == "proven"
    assert located.last.objective == pytest.approx(best, rel=1e-6)
    assert set(tables["location"].query("phase == 1")["site_id"]) <= set(base.cells["cell_id"])


@pytest.mark.parametrize(
    "text",
    [
        "model: mclp, p: 2",
        "model: mclp, max_minutes: 20",
        "model: p-median, p: 2, phases: [1, 2]",
        "model: p-median, phases: [2, 2]",
        "model: lscp, max_minutes: 20, p: 2",
        "model: p-center, p: 2, capacity: 3",
        "model: p-median, p: 2, split: true",
        "model: p-median, p: 2, floor: 0.5",
        "model: p-median, p: 0",
        "model: best, p: 2",
    ],
)
def test_questions_without_sense_are_refused(tmp_path, text):
    with pytest.raises(ProblemsError) as caught:
        config.load(asking(tmp_path, text))
    assert "locate" in caught.value.text("fr")
    assert caught.value.text("fr") != caught.value.text("en")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("model: p-median, p: 200", "p_out_of_range"),
        ("model: p-median, p: 2, required: [nowhere]", "unknown_sites"),
        ("model: p-median, p: 2, required: [rodez], closed: [rodez]", "open_and_closed"),
        ("model: p-median, p: 2, service: nothing", "unknown_service"),
        ("model: p-median, p: 2, capacity: {rodez: 3}", "capacity_missing"),
        ("model: p-median, p: 2, capacity: {nowhere: 3}", "capacity_unknown"),
        ("model: mclp, p: 2, max_minutes: 9, floor: {nowhere: 0.5}", "floor_unknown"),
    ],
)
def test_what_the_study_does_not_have(base, tmp_path, text, key):
    settings = config.load(asking(tmp_path, text))
    with pytest.raises((ConfigError, ModelError)) as caught:
        study_location.check(settings, base.read)
    assert caught.value.key == key


def status_of(arguments):
    try:
        cli.main([str(one) for one in arguments])
    except SystemExit as end:
        return end.code
    return 0


def test_the_command_and_run_write_the_same(tmp_path, capsys):
    path = asking(tmp_path, "model: mclp, phases: [1, 2], max_minutes: 20")
    assert status_of(["locate", path, "-o", tmp_path / "a" / "location.csv"]) == 0
    assert "prouvé" in capsys.readouterr().out
    assert status_of(["run", path, "--out", tmp_path / "b"]) == 0
    written = sorted((tmp_path / "a").iterdir())
    assert {one.name for one in written} == {
        "location.csv",
        "location_allocation.csv",
        "location_blocked.csv",
        "location_coverage.csv",
        "location_summary.csv",
        "location.json",
    }
    for one in written:
        assert one.read_bytes() == (tmp_path / "b" / one.name).read_bytes()
    with (tmp_path / "a" / "location.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(row["role"] == "new" for row in rows) == 2


def test_without_a_plan_the_exit_says_so(tmp_path, capsys):
    path = asking(tmp_path, "model: lscp, max_minutes: 5")
    assert status_of(["locate", path, "-o", tmp_path / "x.csv"]) == 3
    assert "Portez la limite" in capsys.readouterr().out
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["blocking_demand"]


def test_one_question_at_a_time(tmp_path, capsys):
    path = asking(tmp_path, "model: p-median, p: 2")
    assert status_of(["locate", path, "-p", "3"]) == 2
    assert "locate" in capsys.readouterr().err
    assert status_of(["locate", ROOT / "configs" / "rodez.yaml"]) == 2
    assert "locate" in capsys.readouterr().err
    assert status_of(["locate", "--model", "p-median"]) == 2


def test_an_orlib_file_needs_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "some.txt").write_text("3 3 1\n1 2 9\n2 3 1\n2 1 4\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert status_of(["locate", "--orlib", "some.txt"]) == 0
    told = json.loads((tmp_path / "some.json").read_text(encoding="utf-8"))
    assert told == {
        "status": "proven",
        "objective": 5,
        "lower_bound": 5,
        "upper_bound": 5,
        "gap": 0,
    }
    assert status_of(["locate", "--orlib", "some.txt", "--model", "p-center", "-o", "c.csv"]) == 0
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["objective"] == 4
