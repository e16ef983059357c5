"""Options of commands that work on roads, and the roads that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.study.extract_roads import RoadsOfExtract

    RoadFiles = tuple[list[Path] | None, str, Path | None, str]
    """Extracts, period, table of speeds, département: as the options name them."""


def roads() -> Any:
    """Option of the extracts: named again and again, they are one network."""
    return typer.Option(help=t("cli.times.roads"), metavar="FILE.osm.pbf")


def mode() -> Any:
    """Option of the mode of travel."""
    return typer.Option(help=t("cli.times.mode"), metavar="car|bicycle|foot")


def any_mode() -> Any:
    """Option of the mode of travel, by timetable too."""
    return typer.Option(help=t("cli.times.mode"), metavar="car|bicycle|foot|transit")


def period() -> Any:
    """Option of the period of the day."""
    return typer.Option(help=t("cli_roads.options.period"))


def speeds() -> Any:
    """Option of a table of speeds."""
    return typer.Option(help=t("cli_roads.options.speeds"), metavar="FILE.yaml")


def department() -> Any:
    """Option of the département, whose speeds may differ."""
    return typer.Option(help=t("cli_roads.options.department"))


def router(
    roads: Sequence[Path],
    mode: str,
    period: str,
    speeds: Path | None,
    department: str,
    say: Callable[[str], None],
) -> Any:
    """Roads read and made ready."""
    from siting.cli import terminal
    from siting.network import osm
    from siting.network import speeds as speed_tables
    from siting.times import matrix

    speed_tables.require_department(department)
    say(t("progress.network"))
    chosen = speed_tables.load(speeds, mode=mode, period=period, department=department)
    network = osm.read(roads, mode=mode, speeds=chosen)
    terminal.print_line(network.report.text())
    return matrix.prepare(network)


def opened(
    named: RoadFiles,
    mode: str,
    elevation: Path | None,
    say: Callable[[str], None],
) -> RoadsOfExtract:
    """Roads that several processes open by path, made ready and kept here first."""
    from siting.cli import terminal
    from siting.network import speeds as speed_tables
    from siting.study.extract_roads import RoadsOfExtract

    files, period, speeds, department = named
    speed_tables.require_department(department)
    say(t("progress.network"))
    extracts = tuple(path.resolve() for path in files or ())
    table = None if speeds is None else speeds.resolve()
    ground = None if elevation is None else elevation.resolve()
    roads = RoadsOfExtract(extracts, mode, period, table, department, ground)
    terminal.print_line(roads.network().report.text())
    return roads
