"""Many studies at once: the same bytes however they are spread, nothing finished is lost."""

from __future__ import annotations

import json

import pandas as pd
import psutil
import pytest
import yaml
from pyarrow import dataset

from siting.cli import app as cli
from siting.errors import SitingError
from siting.publish.batch import engine, gather, plan, units

SCENARIOS = {
    "today": {},
    "strict": {"thresholds_minutes": [10, 15]},
    "broken": {"roads": {"distances": "nowhere.csv"}},
}


@pytest.fixture
def path(tmp_path):
    """A plan of one territory and three scenarios, one of which lacks a file."""
    content = {
        "name": "essai",
        "territories": {"12": "configs/aveyron.yaml"},
        "scenarios": SCENARIOS,
    }
    place = tmp_path / "plan.yaml"
    place.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return place


def run(path, folder, workers, each=lambda _: None):
    wanted, planned = plan.read(path)
    ended = []
    for outcome in engine.outcomes(planned, folder, workers, None):
        ended.append(outcome)
        each(outcome)
    return ended, gather.write(wanted, planned, ended, folder)


def content(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def kill_a_worker(_):
    """End one of the processes that compute, as a system short of memory does."""
    for child in psutil.Process().children():
        if "spawn_main" in " ".join(child.cmdline()):
            child.kill()
            return


def test_the_same_bytes_here_and_spread_and_resumed(path, tmp_path):
    alone, spread = tmp_path / "alone", tmp_path / "spread"
    ended, gathered = run(path, alone, 1)
    assert [outcome.problems != () for outcome in ended] == [False, False, True]
    assert "nowhere.csv" in gathered.failed[0].problems[0]
    run(path, spread, 2, kill_a_worker)
    assert content(alone) == content(spread)

    # what is finished stands; what is damaged is made again
    part = alone / units.TABLES / "coverage" / ended[0].place / units.PART
    part.write_bytes(part.read_bytes()[:-1])
    again, _ = run(path, alone, 1)
    assert [outcome.kept for outcome in again] == [False, True, False]
    assert content(alone) == content(spread)

    # every figure is the study's own, and readers of partitions find it
    table = dataset.dataset(alone / units.TABLES / "coverage", partitioning="hive").to_table()
    own = pd.read_parquet(part)
    strict = table.to_pandas().query("scenario == 'strict'")
    assert sorted(strict["threshold_minutes"].unique()) == [10, 15]
    compared = pd.read_csv(alone / gather.COMPARED, dtype={"territory": str})
    assert set(compared["territory"]) == {"12"}
    today = compared[compared["scenario"] == "today"]
    whole = own[own["zone_kind"] == "department"]
    assert list(today["covered_population"]) == pytest.approx(list(whole["covered_population"]))

    # a unit that leaves the plan leaves the folder
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    del written["scenarios"]["strict"], written["scenarios"]["broken"]
    path.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    _, gathered = run(path, alone, 1)
    assert gathered.removed > 0
    assert not list(alone.rglob("scenario=strict"))
    manifest = json.loads((alone / "manifest.json").read_text(encoding="utf-8"))
    assert [unit["scenario"] for unit in manifest["units"]] == ["today"]
    assert set(manifest["units"][0]["files"]) < set(content(alone))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"territories": {}}, "territories"),
        ({"territories": {"a/b": "configs/aveyron.yaml"}}, "territories"),
        ({"territories": {"12": "missing.yaml"}}, "missing.yaml"),
        ({"scenarios": {"s": {"tresholds": [1]}}}, "tresholds"),
        ({"modes": ["bus"]}, "modes"),
        ({"modes": ["foot"]}, "roads"),  # a table of distances is by car
        ({"engine": "spark"}, "engine"),
    ],
)
def test_a_wrong_plan_is_refused_before_anything_is_computed(path, tmp_path, capsys, change, said):
    written = yaml.safe_load(path.read_text(encoding="utf-8")) | change
    path.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["batch", str(path), "-o", str(tmp_path / "out"), "--workers", "1"])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_scheduler_that_is_not_there_is_named(path, tmp_path):
    _, planned = plan.read(path)
    with pytest.raises(SitingError, match=r"127\.0\.0\.1:9"):
        list(engine.outcomes(planned, tmp_path / "out", 1, "tcp://127.0.0.1:9"))
