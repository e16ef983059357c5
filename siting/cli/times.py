"""The command that writes travel times between two lists of points: by road, or by timetable."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting import texts
from siting.cli import cluster_options, road_options, transit_options
from siting.cli.output_names import ending
from siting.errors import ConfigError
from siting.texts import text as t

if TYPE_CHECKING:
    import pandas as pd


def add(app: typer.Typer) -> None:
    """Add `times`."""

    @app.command(help=t("cli.times.help"))
    def times(
        origins: Annotated[Path, typer.Option(help=t("cli.times.origins"), metavar="A.csv")],
        destinations: Annotated[
            Path, typer.Option(help=t("cli.times.destinations"), metavar="B.csv")
        ],
        out: Annotated[
            Path,
            typer.Option(
                "--out",
                "-o",
                help=t("cli.times.out"),
                metavar="OUT.parquet",
                callback=ending(".parquet"),
            ),
        ],
        roads: Annotated[list[Path] | None, road_options.roads()] = None,
        mode: Annotated[str, road_options.any_mode()] = "car",
        limit: Annotated[float | None, typer.Option(help=t("cli.times.limit"), min=0)] = None,
        nearest: Annotated[
            int | None, typer.Option(help=t("cli_roads.options.nearest"), metavar="K", min=1)
        ] = None,
        period: Annotated[str, road_options.period()] = "off_peak",
        speeds: Annotated[Path | None, road_options.speeds()] = None,
        department: Annotated[str, road_options.department()] = "",
        elevation: Annotated[
            Path | None, typer.Option(help=t("cli_roads.options.elevation"), metavar="DEM.tif")
        ] = None,
        timetable: Annotated[list[Path] | None, transit_options.timetable()] = None,
        date: Annotated[str | None, transit_options.option("date", "2026-03-12")] = None,
        depart: Annotated[str | None, transit_options.option("depart", "07:00-09:00")] = None,
        arrive: Annotated[str | None, transit_options.option("arrive", "08:00-09:00")] = None,
        percentiles: Annotated[str | None, transit_options.option("percentiles", "5,50,95")] = None,
        walk_speed: Annotated[float | None, transit_options.number("walk_speed")] = None,
        walk_limit: Annotated[float | None, transit_options.number("walk_limit")] = None,
        rides: Annotated[
            int | None, typer.Option(help=t("cli_transit.rides"), metavar="N", min=1)
        ] = None,
        access: Annotated[str | None, transit_options.option("access", "bicycle|car")] = None,
        back: Annotated[bool, typer.Option("--return", help=t("cli_transit.return"))] = False,
        stay: Annotated[float | None, transit_options.number("stay")] = None,
        open_hours: Annotated[str | None, transit_options.opening()] = None,
        workers: Annotated[int | None, cluster_options.workers()] = None,
        scheduler: Annotated[str | None, cluster_options.scheduler()] = None,
    ) -> None:
        from siting.sources import points

        of_roads = {
            "--nearest": nearest,
            "--elevation": elevation,
            "--workers": workers,
            "--scheduler": scheduler,
        }
        of_transit = {
            "--timetable": timetable,
            "--date": date,
            "--depart": depart,
            "--arrive": arrive,
            "--percentiles": percentiles,
            "--walk-speed": walk_speed,
            "--walk-limit": walk_limit,
            "--rides": rides,
            "--access": access,
            "--return": back or None,
            "--stay": stay,
            "--open": open_hours,
        }
        transit_options.require_fitting(
            mode, of_roads if mode == transit_options.TRANSIT else of_transit
        )
        start, end = points.read(origins), points.read(destinations)
        named = (roads, period, speeds, department)
        if mode == transit_options.TRANSIT:
            question = transit_options.read(of_transit, limit)
            count = transit_options.write(out, named, start, end, question)
        else:
            shared = workers or 1, scheduler
            count = _write(out, named, mode, (start, end), limit, nearest, elevation, shared)
        from siting.cli import terminal

        terminal.print_line(t("cli.times.done", pairs=texts.number(count), path=out))


def _write(
    out: Path,
    named: "road_options.RoadFiles",
    mode: str,
    points: "tuple[pd.DataFrame, pd.DataFrame]",
    limit: float | None,
    nearest: int | None,
    elevation: Path | None,
    shared: tuple[int, str | None],
) -> int:
    """Write times by road, the origins shared by processes; give the number of pairs."""
    from siting import cluster
    from siting.cli import terminal
    from siting.times import matrix

    roads, period, speeds, department = named
    if not roads:
        raise ConfigError("option_needed", option="--roads", mode=f"--mode {mode}")
    with terminal.progress() as say, cluster.spread(*shared) as spread:
        if spread is not map:
            opened = road_options.opened(named, mode, elevation, say)
            say(t("progress.times"))
            return matrix.write(out, opened(), *points, limit, nearest, spread, opened)
        router = road_options.router(roads, mode, period, speeds, department, say)
        if elevation is not None:
            from siting.network import offroad

            say(t("cli_roads.options.ground"))
            ground = offroad.ground(router.network, elevation)
            walked = offroad.WalkedNetwork(router.network, ground)
            router = replace(router, network=walked)
        say(t("progress.times"))
        return matrix.write(out, router, *points, limit, nearest)
