"""`siting compare`: plans against scenarios that open and close the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from siting import cli, config, study

ROOT = Path(__file__).parents[1]


def test_a_plan_is_the_scenario_that_opens_the_same(tmp_path):
    head = f"extends: {ROOT}/configs/aveyron.yaml\ncells: {{size_m: 3000}}\n"
    sites = list(pd.read_csv(ROOT / "data/aveyron/candidates.csv")["id"][:3])
    closed = pd.read_csv(ROOT / "data/aveyron/france_services.csv")["id"][0]
    (tmp_path / "a.yaml").write_text(
        f"{head}plans:\n  one: {{name: Un, sites: [{sites[0]}]}}\n"
        f"  two: {{name: Deux, sites: [{sites[1]}, {sites[2]}], close: ['{closed}']}}\n",
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
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", str(tmp_path / "a.yaml"), "--plans", "three"])
    assert ended.value.code == 2
