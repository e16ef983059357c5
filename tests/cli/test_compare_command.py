"""`siting compare`: plans against scenarios that open and close the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting import config
from siting.cli import app as cli
from siting.errors import SitingError
from siting.publish import charts
from siting.publish import plans as published_plans
from siting.publish.maps import folder
from siting.study import comparison as study_plans
from siting.study import prepared
from siting.study import run as study

ROOT = Path(__file__).parents[2]


def test_a_plan_is_the_scenario_that_opens_the_same(tmp_path):
    head = f"extends: {ROOT}/configs/aveyron.yaml\ncells: {{size_m: 3000}}\n"
    sites = list(pd.read_csv(ROOT / "data/aveyron/candidates.csv")["id"][:3])
    closed = pd.read_csv(ROOT / "data/aveyron/france_services.csv")["id"][0]
    (tmp_path / "a.yaml").write_text(
        f"{head}plans:\n  one: {{name: Un, sites: [{sites[0]}]}}\n"
        f"  two: {{name: Deux, sites: [{sites[1]}, {sites[2]}], close: ['{closed}']}}\n"
        f"site_costs: {{{sites[0]}: 900, {sites[1]}: {{value: 500, high: 700}}, "
        f"{sites[2]}: 300}}\n",
        encoding="utf-8",
    )
    (tmp_path / "b.yaml").write_text(
        f"{head}what_if: {{open: [{sites[1]}, {sites[2]}], close: ['{closed}']}}\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as ended:
        cli.main(
            ["compare", str(tmp_path / "a.yaml"), "--plans", "one,two", "-o", f"{tmp_path}/x.csv"]
        )
    assert not ended.value.code
    found = pd.read_csv(tmp_path / "x.csv").set_index("plan")
    assert list(found.index) == ["now", "one", "two"]
    told = study.run(config.load(tmp_path / "b.yaml"), lambda _: None).coverage
    whole = told[(told["zone_kind"] == "department") & (told["threshold_minutes"] == 20)]
    assert found.loc["two", "covered_20"] == pytest.approx(whole["covered_population"].item())
    assert found.loc["two", "covered_20"] == pytest.approx(
        found.loc["now", "covered_20"] + found.loc["two", "gained_20"] - found.loc["two", "lost_20"]
    )
    assert found.loc["one", "people_farther"] == 0
    assert found["cost"].to_list() == [0, 900, 800]
    assert found["cost_high"].to_list() == [0, 900, 1000]
    assert found["gini_minutes"].between(0.1, 0.9).all()
    assert found["pareto_20"].to_list()[0] == 1
    # the next site gains what the plan that opens it gains
    following = found.loc["now", "next_site_20"]
    (tmp_path / "c.yaml").write_text(
        f"{head}plans: {{next: {{name: Suivant, sites: [{following}]}}}}\n", encoding="utf-8"
    )
    with pytest.raises(SystemExit):
        cli.main(
            ["compare", str(tmp_path / "c.yaml"), "--plans", "next", "-o", f"{tmp_path}/y.csv"]
        )
    after = pd.read_csv(tmp_path / "y.csv").set_index("plan")
    assert after.loc["next", "gained_20"] == pytest.approx(found.loc["now", "next_gain_20"])
    assert found.loc["now", "next_gain_20"] >= found.loc["one", "gained_20"]
    assert "cost" not in after
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", str(tmp_path / "a.yaml"), "--plans", "three"])
    assert ended.value.code == 2


def test_a_plan_does_only_what_the_scenario_has_left(tmp_path):
    site = pd.read_csv(ROOT / "data/aveyron/candidates.csv")["id"][0]
    closed, other = pd.read_csv(ROOT / "data/aveyron/france_services.csv")["id"][:2]
    (tmp_path / "a.yaml").write_text(
        f"extends: {ROOT}/configs/aveyron.yaml\ncells: {{size_m: 3000}}\n"
        f"what_if: {{open: [{site}], close: ['{closed}']}}\nplans:\n"
        f"  done: {{name: Fait, sites: [{site}], close: ['{closed}']}}\n"
        f"  more: {{name: Plus, sites: [{site}], close: ['{closed}', '{other}']}}\n",
        encoding="utf-8",
    )
    study_run = config.load(tmp_path / "a.yaml")
    study.check(study_run, lambda _: None)
    table = study_plans.compare(
        prepared.prepare(study_run, lambda _: None), ["done", "more"]
    ).set_index("plan")
    assert table.loc["done", "covered_20"] == table.loc["now", "covered_20"]
    assert table.loc["more", "lost_20"] > 0
    result = study.run(study_run, lambda _: None)
    (chart,), _ = charts.draw(result, only=["before_after"])
    assert chart.table["before"].to_list() == chart.table["after"].to_list()
    assert folder.write(result, tmp_path / "maps", ["candidates"], lambda _: None).files
    done, _ = published_plans.of_study(result)  # the map of gains
    people = done.access["population"][done.access["minutes"] <= 20].sum()
    assert people == pytest.approx(table.loc["now", "covered_20"])
    unknown = study_run.plans["done"].model_copy(update={"close": ("nowhere",)})
    with pytest.raises(SitingError, match="nowhere"):
        study.check(study_run.model_copy(update={"plans": {"done": unknown}}), lambda _: None)


def test_the_front_holds_the_plans_that_no_other_beats():
    cost = np.array([0.0, 5, 5, 9, np.nan, 9])
    covered = np.array([10.0, 30, 20, 30, 99, 40])
    assert study_plans.pareto(cost, covered) == pytest.approx([1, 1, 0, 0, np.nan, 1], nan_ok=True)
    # twins are both on it
    assert study_plans.pareto(np.array([1.0, 1]), np.array([2.0, 2])).tolist() == [1, 1]
