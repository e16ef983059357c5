"""The dictionary of columns is what the contracts say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def script():
    where = importlib.util.spec_from_file_location("columns", ROOT / "scripts/write_columns.py")
    module = importlib.util.module_from_spec(where)
    where.loader.exec_module(module)
    return module


def test_the_page_is_what_the_contracts_say():
    written = script()
    assert written.TARGET.read_text(encoding="utf-8") == written.markdown()


def test_every_column_says_what_it_holds():
    silent = [
        f"{file}: {column.name}"
        for file, table in script().tables()
        for column in table.columns
        if not column.meaning
    ]
    assert silent == []


def test_no_file_is_told_twice():
    files = [file for file, _ in script().tables()]
    assert len(files) == len(set(files)) > 40
