"""The command line as a planner meets it: French, exit code 2 and one message, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from siting import texts
from siting.cli import app as cli
from siting.cli import location
from siting.network import osm
from siting.times import matrix as matrix_of_times

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def french():
    texts.set_language("fr")
    yield
    texts.set_language("fr")


def siting(capsys, *words):
    """Run the command in this process: exit code, what it printed, its errors."""
    with pytest.raises(SystemExit) as done:
        cli.main([str(word) for word in words])
    printed = capsys.readouterr()
    return done.value.code, printed.out, printed.err


def test_help_is_french_and_english_on_request(capsys):
    code, said, _ = siting(capsys, "--help")
    assert code == 0
    assert "Calcule une étude" in said
    code, said, _ = siting(capsys, "run", "--help", "--lang", "en")
    assert code == 0
    assert "Compute a study" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "il manque"),
        (["run", "--nope", "x"], "option inconnue : --nope"),
        (["fly"], "commande inconnue : fly"),
        (["run", "a.yaml", "b", "c"], "trop de mots : b c"),
        (["print", "a.yaml", "--jobs", "0"], "nombre au moins égal à 1 attendu"),
        (["run", "nowhere.yaml"], "introuvable"),
        (["--lang", "de", "run", "x"], "fr ou en"),
        (["times", "--limit", "-3"], "--limit"),
    ],
)
def test_mistakes_end_with_code_2_and_one_message(capsys, words, said):
    code, out, err = siting(capsys, *words)
    assert code == 2
    assert err.startswith("Erreur : ")
    assert said in err
    assert "Traceback" not in out + err


def test_check_lists_what_was_read(capsys):
    code, said, _ = siting(capsys, "check", ROOT / "configs" / "aveyron.yaml")
    assert code == 0
    assert "Tout est en ordre" in said
    assert "communes.csv" in said


def test_run_writes_its_files_and_prints_the_ranking(capsys, tmp_path):
    code, said, _ = siting(
        capsys, "run", ROOT / "configs" / "aveyron.yaml", "--out", tmp_path / "o"
    )
    assert code == 0
    for words in ("Population à portée, Aveyron", "≤ 20 min", "Classement", "modélis"):
        assert words in said
    names = {"access.csv", "coverage.csv", "manifest.json", "map.html", "scores.csv", "study.gpkg"}
    written = {path.name for path in (tmp_path / "o").iterdir()}
    assert names <= written
    assert all(name.startswith("measure_") for name in written - names)
    access = pd.read_csv(tmp_path / "o" / "access.csv", dtype=str)
    assert list(access.columns) == [
        "cell_id", "commune_code", "population", "service", "minutes", "facility_id", "reason",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_written_is_said(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = siting(
        capsys, "run", ROOT / "configs" / "aveyron.yaml", "--out", tmp_path / "file"
    )
    assert code == 2
    assert "écriture impossible" in err
    assert "--out" in err


def test_help_imports_nothing_heavy():
    heavy = ["geopandas", "pandas", "numpy", "numba", "folium", "osmium", "networkx", "pydantic"]
    script = (
        "import sys; from siting import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {heavy} if m in sys.modules], file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stderr.strip() == "[]"


def test_locate_chooses_sites_from_files(capsys, tmp_path):
    times = [("a", "s", 1), ("b", "s", 9), ("b", "t", 2), ("c", "t", 3), ("a", "t", 20)]
    matrix = pd.DataFrame(times, columns=["origin_id", "destination_id", "minutes"])
    matrix.to_csv(tmp_path / "m.csv", index=False)
    pd.DataFrame({"id": ["a", "b", "c"], "weight": [5, 1, 1]}).to_csv(
        tmp_path / "d.csv", index=False
    )
    words = ["locate", "--matrix", tmp_path / "m.csv", "--demand", tmp_path / "d.csv"]
    code, said, _ = siting(
        capsys, *words, "--model", "p-median", "-p", "2", "-o", tmp_path / "x.csv"
    )
    assert code == 0
    assert "Optimum prouvé" in said
    found = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert found["status"] == "proven"
    assert found["objective"] == found["lower_bound"] == found["upper_bound"] == 5 * 1 + 2 + 3
    code, said, _ = siting(
        capsys, *words, "--model", "lscp", "--max-minutes", "2", "-o", tmp_path / "y.csv"
    )
    assert code == location.EXIT_INFEASIBLE
    assert "Sans solution" in said
    code, _, err = siting(capsys, "locate", "--model", "lscp", "-o", tmp_path / "z.csv")
    assert code == 2
    assert "--orlib" in err


def test_locate_solves_an_orlib_file(capsys, benchmarks, tmp_path):
    file = benchmarks / "pmed" / "pmed1.txt"
    for model, optimum in (("p-median", 5819), ("p-center", 127)):
        code, _, _ = siting(
            capsys, "locate", "--orlib", file, "--model", model, "-o", tmp_path / "x.csv"
        )
        assert code == 0
        found = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
        assert (found["status"], found["objective"]) == ("proven", optimum)


def test_calibrate_writes_speeds_that_can_be_used(capsys, samples, tmp_path):
    roads = samples / "osm" / "andorra.osm.pbf"
    ends = [(1.5218, 42.5075), (1.6, 42.56), (1.49, 42.47), (1.533, 42.556), (1.575, 42.55)]
    network = osm.read(roads)
    points = pd.DataFrame(ends, columns=["lon", "lat"]).assign(id=[f"p{i}" for i in range(5)])
    joined = network.attach(points)
    minutes = matrix_of_times.dense(matrix_of_times.prepare(network), joined, joined).minutes
    rows = [
        (f"{i}{j}", *ends[i], *ends[j], 1.25 * minutes[i, j])
        for i in range(5)
        for j in range(5)
        if i != j
    ]
    names = ["id", "origin_lon", "origin_lat", "destination_lon", "destination_lat", "minutes"]
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "o.csv", index=False)
    words = ["calibrate", "--roads", roads, "--observed", tmp_path / "o.csv"]
    code, said, _ = siting(capsys, *words, "-o", tmp_path / "speeds.yaml")
    assert code == 0
    assert "Avant" in said
    points.to_csv(tmp_path / "p.csv", index=False)
    out = tmp_path / "t.parquet"
    code, _, _ = siting(
        capsys, "times", "--roads", roads, "--origins", tmp_path / "p.csv", "--destinations",
        tmp_path / "p.csv", "--speeds", tmp_path / "speeds.yaml", "-o", out,
    )  # fmt: skip
    assert code == 0
    found = pd.read_parquet(out)["minutes"].to_numpy().reshape(5, 5)
    off = ~pd.DataFrame(minutes).eq(0).to_numpy() & (minutes > 5)
    # trips observed a quarter slower: the fitted speeds come close to that
    assert abs((found / minutes)[off].mean() - 1.25) < 0.08
