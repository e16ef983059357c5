"""Commands that work on an OSM extract alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from siting import texts
from siting.cli import cluster_options, road_options, transit_options
from siting.cli.output_names import ending
from siting.errors import ConfigError, InputError
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `isochrones`, `route` and `calibrate`."""
    _add_isochrones(app)
    _add_route(app)
    _add_calibrate(app)


def _add_isochrones(app: typer.Typer) -> None:
    """Add `isochrones`."""

    @app.command(help=t("cli_roads.isochrones.help"))
    def isochrones(
        points: Annotated[
            Path, typer.Option(help=t("cli_roads.isochrones.points"), metavar="P.csv")
        ],
        minutes: Annotated[
            str, typer.Option(help=t("cli_roads.isochrones.minutes"), metavar="10,20,30")
        ],
        out: Annotated[
            Path,
            typer.Option(
                "--out",
                "-o",
                help=t("cli_roads.isochrones.out"),
                metavar="OUT.gpkg",
                callback=ending(".gpkg", ".parquet", ".geoparquet"),
            ),
        ],
        roads: Annotated[list[Path] | None, road_options.roads()] = None,
        mode: Annotated[str, road_options.any_mode()] = "car",
        away: Annotated[bool, typer.Option("--from", help=t("cli_roads.isochrones.away"))] = False,
        cell: Annotated[
            float, typer.Option(help=t("cli_roads.isochrones.cell"), min=5, max=5000)
        ] = 100,
        raster: Annotated[
            Path | None, typer.Option(help=t("cli_roads.isochrones.raster"), metavar="DIR")
        ] = None,
        period: Annotated[str, road_options.period()] = "off_peak",
        speeds: Annotated[Path | None, road_options.speeds()] = None,
        department: Annotated[str, road_options.department()] = "",
        timetable: Annotated[list[Path] | None, transit_options.timetable()] = None,
        date: Annotated[str | None, transit_options.option("date", "2026-03-12")] = None,
        depart: Annotated[str | None, transit_options.option("depart", "07:00-09:00")] = None,
        arrive: Annotated[str | None, transit_options.option("arrive", "08:00-09:00")] = None,
        walk_speed: Annotated[float | None, transit_options.number("walk_speed")] = None,
        walk_limit: Annotated[float | None, transit_options.number("walk_limit")] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.outputs import isochrone_files
        from siting.sources import points as point_files
        from siting.times import isochrones as drawing

        limits = _minutes(minutes)
        places = point_files.read(points)
        named = (roads, period, speeds, department)
        of_transit = transit_options.given(timetable, date, depart, arrive, walk_speed, walk_limit)
        with terminal.progress() as say:
            if mode == transit_options.TRANSIT:
                question = transit_options.read(of_transit, limits[-1])
                draw = transit_options.surfaces(named, question, say, towards=not away, cell_m=cell)
            else:
                transit_options.require_fitting(mode, of_transit)
                router = _router(named, mode, say)
                draw = drawing.by_road(router, limits[-1], towards=not away, cell_m=cell)
            say(t("cli_roads.isochrones.sketch"))
            count = isochrone_files.write_drawn(out, places, limits, draw, raster)
        terminal.print_line(
            t("cli_roads.isochrones.done", count=texts.number(count), path=out, cell=f"{cell:g}")
        )


def _router(named: "road_options.RoadFiles", mode: str, say: Callable[[str], None]) -> Any:
    """Roads that are named, read and made ready; refused where none are."""
    roads, period, speeds, department = named
    if roads is None:
        raise ConfigError("option_needed", option="--roads", mode=f"--mode {mode}")
    return road_options.router(roads, mode, period, speeds, department, say)


def _add_route(app: typer.Typer) -> None:
    """Add `route`."""

    @app.command(help=t("cli_roads.route.help"))
    def route(
        start: Annotated[
            str, typer.Option("--from", help=t("cli_roads.route.start"), metavar="lon,lat")
        ],
        end: Annotated[str, typer.Option("--to", help=t("cli_roads.route.end"), metavar="lon,lat")],
        roads: Annotated[list[Path] | None, road_options.roads()] = None,
        out: Annotated[
            Path | None,
            typer.Option(
                "--out",
                "-o",
                help=t("cli_roads.route.out"),
                metavar="OUT.geojson",
                callback=ending(".geojson", ".json"),
            ),
        ] = None,
        mode: Annotated[str, road_options.any_mode()] = "car",
        period: Annotated[str, road_options.period()] = "off_peak",
        speeds: Annotated[Path | None, road_options.speeds()] = None,
        department: Annotated[str, road_options.department()] = "",
        timetable: Annotated[list[Path] | None, transit_options.timetable()] = None,
        date: Annotated[str | None, transit_options.option("date", "2026-03-12")] = None,
        depart: Annotated[str | None, transit_options.option("depart", "07:00-09:00")] = None,
        arrive: Annotated[str | None, transit_options.option("arrive", "08:00-09:00")] = None,
        walk_speed: Annotated[float | None, transit_options.number("walk_speed")] = None,
        walk_limit: Annotated[float | None, transit_options.number("walk_limit")] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.outputs import isochrone_files
        from siting.times import routes

        ends = [_position(start), _position(end)]
        named = (roads, period, speeds, department)
        of_transit = transit_options.given(timetable, date, depart, arrive, walk_speed, walk_limit)
        if mode == transit_options.TRANSIT:
            question = transit_options.read(of_transit, None)
            ways = transit_options.journeys(named, ends, question)
            if out is not None:
                isochrone_files.write_journeys(out, ways)
            terminal.print_journeys(ways)
            return
        transit_options.require_fitting(mode, of_transit)
        with terminal.progress() as say:
            router = _router(named, mode, say)
            way = routes.between(router, *ends)
        if out is not None:
            isochrone_files.write_route(out, way)
        terminal.print_route(way)


def _add_calibrate(app: typer.Typer) -> None:
    """Add `calibrate`."""

    @app.command(help=t("cli_roads.calibrate.help"))
    def calibrate(
        roads: Annotated[list[Path], road_options.roads()],
        observed: Annotated[
            Path, typer.Option(help=t("cli_roads.calibrate.observed"), metavar="O.csv")
        ],
        out: Annotated[
            Path | None,
            typer.Option(
                "--out",
                "-o",
                help=t("cli_roads.calibrate.out"),
                metavar="SPEEDS.yaml",
                callback=ending(".yaml", ".yml"),
            ),
        ] = None,
        mode: Annotated[str, road_options.mode()] = "car",
        period: Annotated[str, road_options.period()] = "off_peak",
        speeds: Annotated[Path | None, road_options.speeds()] = None,
        department: Annotated[str, road_options.department()] = "",
        workers: Annotated[int, cluster_options.workers()] = 1,
        scheduler: Annotated[str | None, cluster_options.scheduler()] = None,
    ) -> None:
        from siting import cluster
        from siting.cli import terminal
        from siting.network import speeds as speed_tables
        from siting.sources import reading
        from siting.times import calibration

        trips = reading.checked(observed, calibration.OBSERVED)
        with terminal.progress() as say, cluster.spread(workers, scheduler) as spread:
            if spread is map:
                opened = None
                network = road_options.router(roads, mode, period, speeds, department, say).network
            else:
                named = roads, period, speeds, department
                opened = road_options.opened(named, mode, None, say).network
                network = opened()
            say(t("cli_roads.calibrate.fit"))
            fitted = calibration.calibrate(network, trips, spread, opened)
        if out is not None:
            speed_tables.write_fitted(out, speeds, mode, fitted.factors)
        terminal.print_calibration(fitted)


def _position(value: str) -> tuple[float, float]:
    """Longitude and latitude of `lon,lat`."""
    try:
        lon, lat = (float(part) for part in value.split(","))
    except ValueError:
        raise InputError("bad_position", value=value) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InputError("bad_position", value=value)
    return lon, lat


def _minutes(value: str) -> list[float]:
    """Increasing minutes of `10,20,30`."""
    try:
        limits = [float(part) for part in value.split(",")]
    except ValueError:
        raise InputError("bad_minutes", value=value) from None
    if limits != sorted(set(limits)) or not 0 < limits[0] <= limits[-1] <= 1440:
        raise InputError("bad_minutes", value=value)
    return limits
