"""Capacities, prices, floors and phases on files: the command's answer is the model's own."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.cli import app as cli
from siting.location import capacitated, phases
from siting.location.p_median import solve as p_median
from siting.location.problem import from_arrays


@pytest.fixture
def case(tmp_path, monkeypatch):
    """Files of 12 demands and 6 sites, the last of which serves already; their times."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(6)
    times = rng.integers(2, 40, (12, 6)).astype(float)
    weights = rng.integers(1, 9, 12).astype(float)
    demands, sites = [f"d{i:02}" for i in range(12)], [f"s{j}" for j in range(6)]
    pd.DataFrame(
        {
            "origin_id": np.repeat(demands, 6),
            "destination_id": np.tile(sites, 12),
            "minutes": times.ravel(),
        }
    ).to_csv("m.csv", index=False)
    zones = np.where(np.arange(12) < 4, "north", "south")
    pd.DataFrame({"id": demands, "weight": weights, "zone": zones}).to_csv("d.csv", index=False)
    room = np.array([22.0, 30, 18, 25, 40, 9])
    cost = np.array([10.0, 14, 8, 30, 22, 5])
    pd.DataFrame({"id": sites, "capacity": room}).to_csv("room.csv", index=False)
    pd.DataFrame({"id": sites, "cost": cost}).to_csv("cost.csv", index=False)
    pd.DataFrame({"id": ["s5"]}).to_csv("e.csv", index=False)
    problem = from_arrays(times, weights, demand_ids=demands, site_ids=sites, existing=["s5"])
    return problem, times, weights, room, cost


def ask(*options: str) -> tuple[int, dict]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["locate", "--matrix", "m.csv", "--demand", "d.csv", "-o", "x.csv", *options])
    return int(ended.value.code or 0), json.loads(Path("x.json").read_text(encoding="utf-8"))


def refused(*options: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["locate", "--matrix", "m.csv", "--demand", "d.csv", "-o", "x.csv", *options])
    return int(ended.value.code or 0)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("model", ["p-median", "mclp"])
def test_capacities(case, model, split):
    problem, _, weights, room, _ = case
    options = ["--model", model, "-p", "2", "--existing", "e.csv", "--candidates", "room.csv"]
    options += ["--split"] if split else []
    options += ["--max-minutes", "25"] if model == "mclp" else []
    code, told = ask(*options)
    if model == "mclp":
        own = capacitated.mclp(problem, 2, 25.0, room, split=split)
    else:
        own = capacitated.p_median(problem, 2, room, split=split)
    assert code == 0
    assert told["status"] == own.status == "proven"
    assert told["objective"] == pytest.approx(own.objective)
    served = pd.read_csv("x_allocation.csv").dropna(subset=["site_id"])
    size = served["demand_id"].str[1:].astype(int).map(dict(enumerate(weights)))
    load = (size * served["share"]).groupby(served["site_id"]).sum()
    assert (load <= room[load.index.str[1:].astype(int)] + 1e-3).all()


def test_only_listed_candidates_are_chosen(case):
    problem, times, weights, _, _ = case
    pd.DataFrame({"id": ["s0", "s1", "s2"]}).to_csv("c.csv", index=False)
    _, told = ask("--model", "p-median", "-p", "2", "--candidates", "c.csv", "--existing", "e.csv")
    best = min(
        times[:, [*plan, 5]].min(axis=1) @ weights for plan in itertools.combinations(range(3), 2)
    )
    assert told["objective"] == pytest.approx(best)
    assert problem.site_ids.size == 6


def test_a_budget_and_fixed_costs(case):
    _, times, weights, _, cost = case
    every = [s for k in range(6) for s in itertools.combinations(range(5), k)]
    value = {s: float(times[:, [*s, 5]].min(axis=1) @ weights) for s in every}
    files = ["--candidates", "cost.csv", "--existing", "e.csv"]
    _, told = ask("--model", "p-median", "--budget", "30", *files)
    assert told["objective"] == pytest.approx(
        min(value[s] for s in every if cost[list(s)].sum() <= 30)
    )
    _, told = ask("--model", "p-median", "--budget", "30", "-p", "1", *files)
    assert told["objective"] == pytest.approx(
        min(value[s] for s in every if len(s) < 2 and cost[list(s)].sum() <= 30)
    )
    _, told = ask("--model", "fixed-costs", "--cost-per-minute", "0.1", *files)
    assert told["objective"] == pytest.approx(
        min(0.1 * value[s] + cost[list(s)].sum() for s in every)
    )


def test_floors_by_zone(case):
    _, times, weights, _, _ = case
    north = np.arange(12) < 4
    best = -1.0
    for plan in itertools.combinations(range(6), 2):
        covered = weights * (times[:, list(plan)].min(axis=1) <= 12)
        if all(covered[z].sum() >= 0.4 * weights[z].sum() for z in (north, ~north)):
            best = max(best, covered.sum())
    code, told = ask("--model", "mclp", "-p", "2", "--max-minutes", "12", "--floor", "0.4")
    assert (code, told["status"]) == ((0, "proven") if best >= 0 else (3, "infeasible"))
    if best >= 0:
        assert told["objective"] == pytest.approx(best)
    code, told = ask("--model", "mclp", "-p", "1", "--max-minutes", "3", "--floor", "1")
    assert code == 3
    assert told["status"] == "infeasible"
    assert told["reason"]


def test_phases_are_nested(case):
    problem, *_ = case
    code, told = ask("--model", "p-median", "--phases", "1,2,4", "--existing", "e.csv")
    own = phases.solve(problem, [1, 2, 4], p_median)
    assert code == 0
    assert [one["objective"] for one in told["phases"]] == [one.objective for one in own]
    assert told["objective"] == own[-1].objective
    sites = pd.read_csv("x.csv").set_index("site_id")["phase"]
    assert sites["s5"] == 0
    for number, one in enumerate(own, 1):
        assert set(sites[(sites > 0) & (sites <= number)].index) == set(one.chosen)
    assert pd.read_csv("x_allocation.csv").groupby("phase").size().to_list() == [12, 12, 12]


@pytest.mark.usefixtures("case")
def test_what_does_not_go_together_is_refused():
    room, cost = ["--candidates", "room.csv"], ["--candidates", "cost.csv"]
    for options in (
        ["--model", "p-center", "-p", "2", *room],
        ["--model", "p-median", "-p", "2", "--split"],
        ["--model", "p-median", "--budget", "9"],
        ["--model", "p-median", "-p", "2", "--floor", "0.5"],
        ["--model", "mclp", "--max-minutes", "9", "-p", "2", "--floor", "0.5", *room],
        ["--model", "p-center", "--budget", "9", *cost],
        ["--model", "p-median", "-p", "2", "--phases", "1,2"],
        ["--model", "p-median", "--phases", "2,1"],
        ["--model", "p-median", "--phases", "1,99"],
        ["--model", "lscp", "--max-minutes", "20", "--phases", "1,2"],
    ):
        assert refused(*options) == 2, options
    pd.DataFrame({"id": ["s0", "nowhere"]}).to_csv("c.csv", index=False)
    assert refused("--model", "p-median", "-p", "1", "--candidates", "c.csv") == 2
    pd.DataFrame({"id": ["s0", "s1"], "capacity": [9, 9]}).to_csv("c.csv", index=False)
    both = ["--candidates", "c.csv", "--existing", "e.csv"]
    assert refused("--model", "p-median", "-p", "1", *both) == 2
