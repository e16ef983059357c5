"""The command line as a planner meets it: French, exit code 2 and one message, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from siting import cli, texts

ROOT = Path(__file__).parents[1]


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
