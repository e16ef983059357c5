"""Names that a spreadsheet would compute, characters of control, an output of no name."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest
import small_study
from hypothesis import given
from hypothesis import strategies as st

from siting import config
from siting.cli import main
from siting.errors import InputWarning
from siting.outputs import tables
from siting.outputs.data_files import About, ColumnMeaning, write_table
from siting.sources import facts
from siting.study import inputs

FORMULAS = ["=1+1", "+33 5", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", '=HYPERLINK("x")']


@pytest.mark.parametrize("name", FORMULAS)
def test_a_csv_for_spreadsheets_holds_no_formula(tmp_path, name):
    table = pd.DataFrame({"name": [name, "Rodez"], "minutes": [-1.5, 2.0]})
    definitions = {"name": ColumnMeaning("nom"), "minutes": ColumnMeaning("temps", "min")}
    about = About("titre", ())
    for french in (True, False):
        path = tmp_path / f"{french}.csv"
        write_table(path, table, definitions, about, french=french)
        separator, decimal = (";", ",") if french else (",", ".")
        back = pd.read_csv(path, sep=separator, decimal=decimal, encoding="utf-8-sig")
        assert back["name"].tolist() == [f"'{name}" if french else name, "Rodez"]
        assert back["minutes"].tolist() == [-1.5, 2]


@given(values=st.lists(st.text(max_size=6), min_size=1))
def test_no_text_for_spreadsheets_begins_as_a_formula(values):
    shown = tables.for_spreadsheets(pd.DataFrame({"name": values}, dtype=object))["name"]
    for value, text in zip(values, shown, strict=True):
        assert text.removeprefix("'") == value.removeprefix("'")
        if text.startswith(tables.FORMULA):
            float(text)  # a number, which nobody computes


def test_characters_of_control_are_removed_with_a_warning(tmp_path):
    candidates = small_study.tables()["candidates.csv"]
    candidates.loc[1, "name"] = "Ro\u0007dez\u202e\x1b[31m\nNord"
    path = small_study.write(tmp_path, candidates=candidates)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        names = facts.candidates(tmp_path / "candidates.csv")["name"]
    assert names[1] == "Rodez[31m Nord"
    (warning,) = [entry.message for entry in caught if isinstance(entry.message, InputWarning)]
    assert "candidates.csv" in warning.text("fr")
    assert "ligne 3" in warning.text("fr")
    read = inputs.read(config.load(path))
    assert [(role, told.key) for role, told in read.warnings] == [
        ("candidates", "control_characters")
    ]


@pytest.mark.parametrize("words", [["-o", ""], ["--out", " "], ["--out="]])
def test_an_output_of_no_name_is_refused(tmp_path, monkeypatch, capsys, words):
    path = small_study.write(tmp_path)
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["run", str(path), *words])
    assert ended.value.code == 2
    assert "--out" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before
