"""OR-Library files at their published optima, files in and out, and spopt's second opinion."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError, ModelError
from siting.location import covering, file_solver, lscp, mclp, orlib, p_center, p_median
from siting.location.matrix_files import ProblemFiles
from siting.location.problem import from_arrays, from_tables
from siting.location.question import LocationQuestion
from siting.location.search import Limits, Search

SMALL = ["pmed1", "pmed3", "pmed5", "pmed7", "pmed9", "pmed11", "pmed13", "pmed15"]
LARGE = [f"pmed{k}" for k in range(17, 40, 2)]
INSTANCES = [*SMALL, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)]


@pytest.mark.parametrize("name", INSTANCES)
def test_orlib_instances_are_proven_at_their_published_optima(benchmarks, tmp_path, name):
    with (benchmarks / "pmed" / "optima.csv").open(encoding="utf-8") as stream:
        published = {row["instance"]: row for row in csv.DictReader(stream)}[name]
    for model, column in (("p-median", "p_median_optimum"), ("p-center", "p_center_optimum")):
        path = benchmarks / "pmed" / f"{name}.txt"
        file_solver.locate_orlib(path, model, tmp_path / "x.csv", Limits())
        summary = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
        best = float(published[column])
        assert summary["status"] == "proven"
        assert summary["objective"] == summary["lower_bound"] == summary["upper_bound"] == best
        assert summary["gap"] == 0
        assert len(pd.read_csv(tmp_path / "x.csv")) == int(published["p"])


def test_the_last_of_repeated_edges_holds(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("3 4 1\n1 2 9\n2 3 1\n2 1 4\n1 1 0\n", encoding="utf-8")
    instance = orlib.read(path)
    assert instance.p == 1
    assert instance.distance.tolist() == [[0, 4, 5], [4, 0, 1], [5, 1, 0]]


@pytest.mark.parametrize(
    "text", ["", "3 1", "3 2 1\n1 2 3", "2 1 1\n1 9 3", "2 1 1\n1 2 -3", "2 1 1\n1 b 3", "2.5 0 1"]
)
def test_files_that_are_not_orlib_are_refused(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        orlib.read(path)
    assert "a.txt" in caught.value.text("fr")


@pytest.fixture
def inputs(tmp_path):
    rng = np.random.default_rng(4)
    xy, sites = rng.random((80, 2)) * 60, rng.random((12, 2)) * 60
    minutes = np.sqrt(((xy[:, None] - sites[None]) ** 2).sum(axis=2)).astype(np.float32)
    demand, site = np.nonzero(minutes < 45)
    matrix = pd.DataFrame(
        {
            "origin_id": [f"d{i}" for i in demand],
            "destination_id": [f"s{j:02}" for j in site],
            "minutes": minutes[demand, site],
        }
    )
    people = pd.DataFrame({"id": [f"d{i}" for i in range(80)], "weight": rng.integers(1, 90, 80)})
    matrix.to_parquet(tmp_path / "m.parquet")
    matrix.to_csv(tmp_path / "m.csv", index=False)
    people.to_csv(tmp_path / "d.csv", index=False)
    pd.DataFrame({"id": ["s03"]}).to_csv(tmp_path / "e.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("model", ["p-median", "p-center", "weighted-p-center", "mclp", "lscp"])
def test_locate_writes_sites_allocation_and_summary(inputs, model):
    limit = 25.0 if model in ("mclp", "lscp") else None
    question = LocationQuestion(model, None if model == "lscp" else 3, limit)
    answers = [
        file_solver.locate(
            ProblemFiles(inputs / name, inputs / "d.csv", existing=inputs / "e.csv"),
            question,
            inputs / "x.csv",
            Limits(),
        )
        for name in ("m.parquet", "m.csv")
    ]
    sites = pd.read_csv(inputs / "x.csv")
    allocation = pd.read_csv(inputs / "x_allocation.csv")
    summary = json.loads((inputs / "x.json").read_text(encoding="utf-8"))
    assert answers[0].summary() == answers[1].summary()
    assert answers[0].proof() == summary
    assert summary["status"] == "proven"
    assert list(summary) == ["status", "objective", "lower_bound", "upper_bound", "gap"]
    assert sites.loc[sites["role"] == "existing", "site_id"].tolist() == ["s03"]
    assert (sites["role"] == "new").sum() == len(answers[0].chosen)
    assert set(allocation["site_id"].dropna()) <= set(sites["site_id"])
    assert len(allocation) == 80
    if model == "p-median":
        weights = pd.read_csv(inputs / "d.csv").set_index("id")["weight"]
        again = (allocation["minutes"] * allocation["demand_id"].map(weights)).sum()
        assert again == pytest.approx(summary["objective"], rel=1e-5)


def test_identifiers_may_be_whole_numbers(tmp_path):
    rng = np.random.default_rng(1)
    matrix = pd.DataFrame(
        {
            "origin_id": np.repeat(np.arange(20), 5),
            "destination_id": np.tile(np.arange(100, 105), 20),
            "minutes": rng.integers(1, 30, 100),
        }
    )
    matrix.to_parquet(tmp_path / "m.parquet")
    matrix.to_csv(tmp_path / "m.csv", index=False)
    pd.DataFrame({"id": np.arange(20), "weight": 1}).to_csv(tmp_path / "d.csv", index=False)
    found = {}
    for column in ("id", "site_id", "destination_id"):
        pd.DataFrame({column: [101]}).to_csv(tmp_path / "e.csv", index=False)
        for name in ("m.parquet", "m.csv"):
            tables = ProblemFiles(tmp_path / name, tmp_path / "d.csv", existing=tmp_path / "e.csv")
            found[column, name] = file_solver.locate(
                tables, LocationQuestion("p-median", 2), tmp_path / "x.csv", Limits()
            ).objective
    assert len(set(found.values())) == 1
    assert "101" in pd.read_csv(tmp_path / "x.csv", dtype=str)["site_id"].to_list()
    pd.DataFrame({"origin_id": ["a", None], "destination_id": "s", "minutes": 1.0}).to_parquet(
        tmp_path / "m.parquet"
    )
    with pytest.raises(InputError, match="origin_id"):
        file_solver.locate(
            ProblemFiles(tmp_path / "m.parquet", tmp_path / "d.csv"),
            LocationQuestion("p-median", 2),
            tmp_path / "x.csv",
            Limits(),
        )


def test_locate_refuses_what_it_cannot_answer(inputs):
    def ask(question, **paths):
        given = {"matrix": inputs / "m.csv", "demand": inputs / "d.csv"} | paths
        file_solver.locate(ProblemFiles(**given), question, inputs / "x.csv", Limits())

    for question in (
        LocationQuestion("p-median"),
        LocationQuestion("mclp", 3),
        LocationQuestion("lscp"),
        LocationQuestion("nothing", 3),
        LocationQuestion("p-median", 99),
        LocationQuestion("lscp", 3, 20.0),
        LocationQuestion("p-dispersion", 3, 20.0),
        LocationQuestion("mclp", 3, 20.0, full_minutes=5.0),
        LocationQuestion("p-median", 3, cost_per_minute=2.0),
        LocationQuestion("fixed-costs", budget=9.0),
    ):
        with pytest.raises(ModelError):
            ask(question)
    with pytest.raises(InputError):
        ask(LocationQuestion("p-median", 3), matrix=inputs / "absent.parquet")
    (inputs / "other.csv").write_text("id,weight\nz,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="commun"):
        ask(LocationQuestion("p-median", 3), demand=inputs / "other.csv")
    assert not (inputs / "x.csv").exists()


def test_a_repeated_pair_is_refused():
    matrix = pd.DataFrame(
        {"origin_id": ["a", "a"], "destination_id": ["s", "s"], "minutes": [1.0, 2.0]}
    )
    with pytest.raises(InputError, match="a/s"):
        from_tables(matrix, pd.DataFrame({"id": ["a"], "weight": [1.0]}))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_spopt_agrees(seed):
    pulp = pytest.importorskip("pulp")
    locate = pytest.importorskip("spopt.locate")
    rng = np.random.default_rng(seed)
    times = rng.random((40, 12)) * 30
    weights = rng.integers(1, 50, 40).astype(float)
    problem = from_arrays(times, weights)
    solver = pulp.PULP_CBC_CMD(msg=False)
    median = locate.PMedian.from_cost_matrix(times, weights, 3).solve(solver)
    center = locate.PCenter.from_cost_matrix(times, 3).solve(solver)
    most = locate.MCLP.from_cost_matrix(times, weights, 8.0, 3).solve(solver)
    fewest = locate.LSCP.from_cost_matrix(times, 20.0).solve(solver)
    mine = {
        "median": (p_median.solve(problem, 3), median),
        "center": (p_center.solve(problem, 3), center),
        "most": (mclp.solve(problem, 3, 8.0), most),
        "fewest": (lscp.solve(problem, 20.0), fewest),
    }
    for answer, theirs in mine.values():
        assert answer.objective == pytest.approx(pulp.value(theirs.problem.objective), rel=1e-6)


def test_groups_hold_the_same_cover():
    rng = np.random.default_rng(0)
    xy, sites = rng.random((20_000, 2)) * 30, rng.random((70, 2)) * 30
    weights = rng.integers(1, 9, 20_000).astype(float)
    groups = covering.of_points(xy, weights, sites, 4.0)
    cover = ((sites[:, None] - xy[None]) ** 2).sum(axis=2) <= 16.0
    assert (groups.cover[:, groups.group_of] == cover).all()
    assert len(np.unique(groups.cover, axis=1).T) == groups.weight.size
    same = covering.of_cover(cover, weights)
    assert (same.group_of == groups.group_of).all()
    assert (same.weight == groups.weight).all()
    plan = np.array([3, 14, 15])
    assert groups.value(plan) == weights[cover[plan].any(axis=0)].sum()


def test_maximal_cover_of_many_points_is_proven():
    rng = np.random.default_rng(1)
    xy, sites = rng.random((100_000, 2)) * 30, rng.random((40, 2)) * 30
    weights = rng.integers(1, 101, 100_000).astype(float)
    groups = covering.of_points(xy, weights, sites, 5.5)
    search = Search(Limits())
    with search.running():
        mclp.choose(groups, 6, search)
    assert search.closed
    assert search.lower == search.upper == weights.sum() - groups.value(search.sites)


def test_sixteen_bits_are_solved_as_they_are():
    rng = np.random.default_rng(2)
    times = rng.integers(0, 60_000, (120, 60)).astype(np.uint16)
    weights = rng.integers(1, 9, 120).astype(float)
    exact = p_median.solve(from_arrays(times.astype(float), weights), 6)
    short = p_median.solve(from_arrays(times, weights), 6)
    assert short.status == exact.status == "proven"
    assert short.objective == exact.objective
    times[5] = np.iinfo(np.uint16).max
    assert p_median.solve(from_arrays(times, weights), 6).status == "infeasible"
