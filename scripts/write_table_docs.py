"""Write docs/en/tables.md, the columns of the tables of a study, from their contracts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from siting import contracts
from siting.study.stages import registry

if TYPE_CHECKING:
    from siting.contracts import Column, Table

PAGE = Path(__file__).parents[1] / "docs" / "en" / "tables.md"
HEAD = """# The columns of the tables

Written by `scripts/write_table_docs.py` from the contracts that `siting run` checks where a stage
ends; a test compares the two. A column marked `*` may be blank: a small count hides it, or there is
nothing to tell. One marked `°` stands only in the tables of studies that give it.
"""


def page() -> str:
    """The page, as the contracts say it."""
    parts = [HEAD]
    parts += [
        section(
            "Travel times, coverage and ranking",
            (contracts.ACCESS, contracts.COVERAGE, contracts.SCORES),
        )
    ]
    parts += [section(f"`{s.key}:`", s.tables) for s in registry.STAGES if s.tables]
    return "\n".join(parts)


def section(title: str, tables: tuple[Table, ...]) -> str:
    """The tables of one stage."""
    return "\n".join([f"## {title}", "", *map(described, tables)])


def described(table: Table) -> str:
    """One table: its columns, their types, units and meanings."""
    lines = [f"### {table.name}.csv", "", "| column | type | unit | meaning |", "|---|---|---|---|"]
    lines += [
        f"| {_named(column)} | {column.kind} | {column.unit} | {column.meaning} |"
        for column in table.columns
    ]
    return "\n".join([*lines, ""])


def _named(column: Column) -> str:
    marks = ("" if column.required else " *") + (" °" if column.may_be_absent else "")
    return f"`{column.name}`{marks}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
