"""Write `docs/columns.md`, the dictionary of the columns of a run's tables, from the contracts.

Run it after a change of a contract; a test compares the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from siting import contracts
from siting.study.stages import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from siting.contracts import Table

TARGET = Path(__file__).parents[1] / "docs" / "columns.md"
HEAD = """# Columns of the tables of a run

Written by `scripts/write_columns.py` from the contracts that are checked where each stage ends: do
not edit. An empty unit is that of a code, a name or a plain number; "may be empty" says so of the
values of a column.
"""


def tables() -> Iterator[tuple[str, Table]]:
    """Give the file of each table that a run writes, and its contract."""
    yield "access.csv", contracts.ACCESS
    yield "coverage.csv", contracts.COVERAGE
    for stage in registry.STAGES:
        prefix = "measure_" if stage.key == "measures" else ""
        for table in stage.tables:
            yield f"{prefix}{table.name}.csv", table


def markdown() -> str:
    """Give the whole page."""
    parts = [HEAD]
    for file, table in tables():
        rows = [f"## `{file}`", "", "| column | type | unit | meaning |", "|---|---|---|---|"]
        for column in table.columns:
            meaning = column.meaning + ("" if column.required else "; may be empty")
            cells = (f"`{column.name}`", column.kind, column.unit, meaning.replace("|", "\\|"))
            rows.append(f"| {' | '.join(cells)} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(markdown(), encoding="utf-8", newline="\n")
