"""What stages hand on is what their contracts describe, column by column."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting import config, contracts
from siting.config import validate
from siting.config.viability import ViabilityFile
from siting.contracts import Column, Table
from siting.errors import InputError
from siting.study import run as study
from siting.study.stages import registry, stage_contracts
from siting.study.stages import viability as study_viability

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"


def described(made: dict[str, pd.DataFrame], tables: tuple[Table, ...]) -> None:
    """Every column of every table has a contract, and every value fits it."""
    contracts.require(made, tables)
    by_name = {table.name: {column.name for column in table.columns} for table in tables}
    bare = {name: set(frame.columns) - by_name[name] for name, frame in made.items()}
    assert {name: columns for name, columns in bare.items() if columns} == {}


def test_every_table_of_a_stage_says_what_its_columns_hold():
    for stage in registry.STAGES:
        assert bool(stage.compute) == bool(stage.tables)
        for table in stage.tables:
            assert table.columns, table.name
            assert all(column.meaning for column in table.columns), table.name
            assert set(table.key) <= set(table.names), table.name


def test_the_page_of_columns_is_that_of_the_contracts():
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts" / "write_table_docs.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = (ROOT / "docs" / "en" / "tables.md").read_text(encoding="utf-8")
    assert written == script.page(), "run scripts/write_table_docs.py"


def test_telecentres():
    made = study.run(config.load(CONFIGS / "telecentres.yaml"), lambda _: None).extras
    tables = {table.name: table for stage in registry.STAGES for table in stage.tables}
    present = {name: frame for name, frame in made.items() if name in tables}
    assert {"census", "sample_design", "offers_rules", "effects_epci", "calendar"} <= set(present)
    described(present, tuple(tables[name] for name in present))


def test_a_site_to_be_judged():
    keys = validate(ViabilityFile, CONFIGS / "rodez.yaml").viability
    made = study_viability.tables(keys, study_viability.judge(keys, {}))
    described(
        {f"viability_{name}": table for name, table in made.items()}, stage_contracts.VIABILITY
    )


def test_an_infinite_number_fits_only_where_it_may():
    frame = pd.DataFrame({"users": [1.0, np.inf]})
    may = Column("users", "float", "users", infinite=True)
    contracts.check(frame, Table("t", (may,)), "t.csv")
    with pytest.raises(InputError) as caught:
        contracts.check(frame, Table("t", (Column("users", "float", "users"),)), "t.csv")
    assert "3" in caught.value.text("en")


def test_a_column_may_stand_aside():
    table = Table("t", (Column("a", "text", "a"), Column("b", "text", "b", may_be_absent=True)))
    assert list(contracts.check(pd.DataFrame({"a": ["x"]}), table, "t.csv").columns) == ["a"]
    with pytest.raises(InputError):
        contracts.check(pd.DataFrame({"a": ["x"], "b": [""]}), table, "t.csv")
