"""The command that puts plans side by side."""

import math
from pathlib import Path
from typing import Annotated

import typer

from siting.cli.output_names import ending
from siting.texts import number
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `compare`."""

    @app.command(help=t("cli_compare.help"))
    def compare(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        plans: Annotated[str, typer.Option(help=t("cli_compare.plans"), metavar="A,B,C")],
        out: Annotated[
            Path | None,
            typer.Option(
                "--out", "-o", help=t("cli_compare.out"), metavar="X.csv", callback=ending(".csv")
            ),
        ] = None,
    ) -> None:
        from rich.console import Console
        from rich.table import Table

        from siting.cli import terminal
        from siting.config import load
        from siting.study import comparison, prepared

        settings = load(config)
        names = [plan.strip() for plan in plans.split(",") if plan.strip()]
        comparison.check(settings, names)
        with terminal.progress() as say:
            tables = comparison.compare(prepared.prepare(settings, say), names)
        path = out or Path("maps") / settings.name / "compare.csv"
        comparison.write(path, tables)
        shown = Table()
        shown.add_column("")
        for row in tables.to_dict("records"):
            label = row["name"] or t("cli_compare.now")
            shown.add_column(label, justify="right")
        for key in tables.columns[2:]:
            stem, _, limit = key.rpartition("_")
            if stem == "next_site":
                label = t("cli_compare.rows.next_site", minutes=limit)
                shown.add_row(label, *(str(cell) or "-" for cell in tables[key]))
                continue
            if stem == "pareto":
                label = t("cli_compare.rows.pareto", minutes=limit)
                shown.add_row(
                    label, *(t(f"cli_compare.pareto.{_word(cell)}") for cell in tables[key])
                )
                continue
            digits = 3 if stem == "gini" else 1 if "minutes" in key else 0
            label = (
                t(f"cli_compare.rows.{stem}", minutes=limit)
                if stem in ("covered", "gained", "lost", "next_gain")
                else t(f"cli_compare.rows.{key}")
            )
            shown.add_row(label, *(_shown(float(value), digits) for value in tables[key]))
        console = Console()
        if not console.is_terminal:
            console = Console(width=terminal.PIPED_WIDTH)
        console.print(shown)
        terminal.print_line(t("cli_compare.written", path=path))


def _shown(value: float, digits: int) -> str:
    """A number, or that it is not known."""
    return number(value, digits) if math.isfinite(value) else "?"


def _word(value: float) -> str:
    """Whether a plan is on the front."""
    return "unknown" if math.isnan(value) else "yes" if value else "no"
