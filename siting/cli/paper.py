"""Commands that draw for paper: print maps and charts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.errors import ConfigError, require_known
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.paper import Kind
    from siting.publish.missing import Missing

CHARTS = (
    "population_curve, before_after, criteria, rank_acceptability, tornado, lorenz, broadband, "
    "tornado_effects, tornado_balance"
)
MAPS = "access, coverage, candidates, digital, mesh, gap, gain"


def add(app: typer.Typer) -> None:
    """Add `print` and `charts`."""
    _add_print(app)
    _add_charts(app)


def _add_print(app: typer.Typer) -> None:
    """Add `print`."""

    @app.command(name="print", help=t("cli_print.help"))
    def print_maps(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("cli_print.out"), metavar="DIR")
        ] = None,
        size: Annotated[
            str, typer.Option("--format", help=t("cli_print.format"), metavar="A4|A3")
        ] = "A4",
        landscape: Annotated[
            bool, typer.Option("--landscape", help=t("cli_print.landscape"))
        ] = False,
        by: Annotated[
            str, typer.Option("--series", help=t("cli_print.series"), metavar="epci")
        ] = "",
        only: Annotated[
            list[str] | None,
            typer.Option("--map", help=t("cli_print.maps", known=MAPS), metavar="NAME"),
        ] = None,
        kinds: Annotated[
            list[str] | None, typer.Option("--as", help=t("cli_print.kinds"), metavar="KIND")
        ] = None,
        jobs: Annotated[int | None, typer.Option(help=t("cli_print.jobs"), min=1)] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.outputs import sheet_files
        from siting.outputs.paper import SIZES, paper
        from siting.publish import print_maps as study_print
        from siting.study import run as study
        from siting.study.stages import theme as study_theme

        wanted = _kinds(kinds)
        if size.upper() not in SIZES:
            raise ConfigError("unknown_paper", value=size)
        if by not in ("", "epci"):
            raise ConfigError("unknown_series", value=by)
        require_known("unknown_map", only or (), study_print.MAPS)
        settings = load(config)
        theme = study_theme.load(settings)
        folder = out or Path("maps") / settings.name / "print"
        sheet = paper(size.upper(), landscape=landscape)
        missing: dict[Missing, None] = {}
        workers = jobs or sheet_files.cores()
        with terminal.progress() as say, sheet_files.helpers(workers) as pool:
            result = study.run(settings, say)
            if by:
                sheets = study_print.each_epci(result, theme, only or ("access",))
            else:
                sheets = study_print.each(result, theme, only or ())
            made = study_print.sheets_of(sheets, missing)
            count = sheet_files.write(folder, made, sheet, theme, wanted, pool=pool, say=say)
        for absent in missing:
            terminal.print_line(t("cli_print.cannot", name=absent.name, why=absent.why))
        key = "cli_print.done_one" if count == 1 else "cli_print.done"
        terminal.print_line(t(key, count=count, folder=folder))


def _add_charts(app: typer.Typer) -> None:
    """Add `charts`."""

    @app.command(help=t("cli_charts.help"))
    def charts(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("cli_charts.out"), metavar="DIR")
        ] = None,
        only: Annotated[
            list[str] | None,
            typer.Option("--chart", help=t("cli_charts.only", known=CHARTS), metavar="NAME"),
        ] = None,
        kinds: Annotated[
            list[str] | None, typer.Option("--as", help=t("cli_charts.kinds"), metavar="KIND")
        ] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish import charts as study_charts
        from siting.study import run as study
        from siting.study.stages import theme as study_theme

        wanted = _kinds(kinds)
        require_known("unknown_chart", only or (), study_charts.NAMES)
        settings = load(config)
        theme = study_theme.load(settings)
        folder = out or Path("maps") / settings.name / "charts"
        with terminal.progress() as say:
            result = study.run(settings, say)
            made, missing = study_charts.draw(result, None, only or (), say)
            say(t("progress.outputs"))
            if made:
                study_charts.write(folder, made, theme, wanted)
        for absent in missing:
            terminal.print_line(t("cli_charts.cannot", name=absent.name, why=absent.why))
        key = "cli_charts.done_one" if len(made) == 1 else "cli_charts.done"
        terminal.print_line(t(key, count=len(made), folder=folder))


def _kinds(names: list[str] | None) -> "list[Kind]":
    from siting.outputs.paper import KINDS

    chosen = require_known("unknown_kind", names or (), KINDS)
    return [kind for kind in KINDS if not chosen or kind in chosen]
