"""The command line: parse, call, print. No computing here, and no heavy import at start.

Help and messages are French unless `--lang en` (anywhere on the line) or `SITING_LANG=en` says
otherwise. What the user gave wrong ends with exit code 2 and one clear message, never a traceback.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO

import typer
import typer.rich_utils
from typer.exceptions import TyperException

from siting import __version__, texts
from siting.errors import InputError, SitingError
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_INFEASIBLE = 3


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the entry point of the `siting` command."""
    _speak_utf8(sys.stdout)
    _speak_utf8(sys.stderr)
    try:
        words = _take_language(list(sys.argv[1:] if arguments is None else arguments))
        _translate_frame()
        status = build()(args=words, prog_name="siting", standalone_mode=False)
    except SitingError as error:
        _fail(error.text())
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        print(t("cli.interrupted"), file=sys.stderr)  # noqa: T201 - the last word of the program
        sys.exit(EXIT_INTERRUPTED)
    except TyperException as error:
        _fail(_usage(error))
    else:
        sys.exit(status if isinstance(status, int) else 0)


def build() -> typer.Typer:
    """Make the application, its texts in the current language."""
    app = typer.Typer(
        name="siting",
        help=t("cli.help"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def root(
        lang: Annotated[str, typer.Option(help=t("cli.lang"), metavar="fr|en")] = texts.language(),
        version: Annotated[
            bool, typer.Option("--version", help=t("cli.version"), callback=_version, is_eager=True)
        ] = False,
    ) -> None:
        pass

    @app.command(help=t("cli.run.help"))
    def run(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[Path | None, typer.Option(help=t("cli.run.out"), metavar="DIR")] = None,
    ) -> None:
        from siting import study, terminal
        from siting.config import load

        settings = load(config)
        with terminal.progress() as say:
            result = study.run(settings, say)
            folder = study.write(result, out or Path("maps") / settings.name, say)
        terminal.print_result(result, folder)

    @app.command(help=t("cli.check.help"))
    def check(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
    ) -> None:
        from siting import study, terminal
        from siting.config import load

        settings = load(config)
        with terminal.progress() as say:
            inputs = study.check(settings, say)
        terminal.print_inputs(inputs)

    _road_commands(app)
    _site_commands(app)
    return app


def _road_commands(app: typer.Typer) -> None:
    """Add the commands that work on an OSM extract alone."""
    mode_help, period_help = t("cli.times.mode"), t("cli_roads.options.period")
    speeds_help, department_help = t("cli_roads.options.speeds"), t("cli_roads.options.department")
    Roads = Annotated[Path, typer.Option(help=t("cli.times.roads"), metavar="FILE.osm.pbf")]  # noqa: N806
    Mode = Annotated[str, typer.Option(help=mode_help, metavar="car|bicycle|foot")]  # noqa: N806
    Period = Annotated[str, typer.Option(help=period_help)]  # noqa: N806
    Speeds = Annotated[Path | None, typer.Option(help=speeds_help, metavar="FILE.yaml")]  # noqa: N806
    Department = Annotated[str, typer.Option(help=department_help)]  # noqa: N806

    @app.command(help=t("cli.times.help"))
    def times(
        roads: Roads,
        origins: Annotated[Path, typer.Option(help=t("cli.times.origins"), metavar="A.csv")],
        destinations: Annotated[
            Path, typer.Option(help=t("cli.times.destinations"), metavar="B.csv")
        ],
        out: Annotated[
            Path, typer.Option("--out", "-o", help=t("cli.times.out"), metavar="OUT.parquet")
        ],
        mode: Mode = "car",
        limit: Annotated[float | None, typer.Option(help=t("cli.times.limit"), min=0)] = None,
        nearest: Annotated[
            int | None, typer.Option(help=t("cli_roads.options.nearest"), metavar="K", min=1)
        ] = None,
        period: Period = "off_peak",
        speeds: Speeds = None,
        department: Department = "",
        elevation: Annotated[
            Path | None, typer.Option(help=t("cli_roads.options.elevation"), metavar="DEM.tif")
        ] = None,
    ) -> None:
        from siting import terminal
        from siting.sources import points
        from siting.times import matrix

        start, end = points.read(origins), points.read(destinations)
        with terminal.progress() as say:
            router = _router(roads, mode, period, speeds, department, say)
            if elevation is not None:
                from siting.network import offroad

                say(t("cli_roads.options.ground"))
                ground = offroad.ground(router.network, elevation)
                walked = offroad.WalkedNetwork(router.network, ground)
                router = replace(router, network=walked)
            say(t("progress.times"))
            count = matrix.write(out, router, start, end, limit, nearest)
        terminal.print_line(t("cli.times.done", pairs=texts.number(count), path=out))

    @app.command(help=t("cli_roads.isochrones.help"))
    def isochrones(
        roads: Roads,
        points: Annotated[
            Path, typer.Option(help=t("cli_roads.isochrones.points"), metavar="P.csv")
        ],
        minutes: Annotated[
            str, typer.Option(help=t("cli_roads.isochrones.minutes"), metavar="10,20,30")
        ],
        out: Annotated[
            Path,
            typer.Option("--out", "-o", help=t("cli_roads.isochrones.out"), metavar="OUT.gpkg"),
        ],
        mode: Mode = "car",
        away: Annotated[bool, typer.Option("--from", help=t("cli_roads.isochrones.away"))] = False,
        cell: Annotated[
            float, typer.Option(help=t("cli_roads.isochrones.cell"), min=5, max=5000)
        ] = 100,
        raster: Annotated[
            Path | None, typer.Option(help=t("cli_roads.isochrones.raster"), metavar="DIR")
        ] = None,
        period: Period = "off_peak",
        speeds: Speeds = None,
        department: Department = "",
    ) -> None:
        from siting import terminal
        from siting.outputs import isochrone_files
        from siting.sources import points as point_files

        limits = _minutes(minutes)
        places = point_files.read(points)
        with terminal.progress() as say:
            router = _router(roads, mode, period, speeds, department, say)
            say(t("cli_roads.isochrones.sketch"))
            count = isochrone_files.write(
                out, router, places, limits, towards=not away, cell_m=cell, rasters=raster
            )
        terminal.print_line(
            t("cli_roads.isochrones.done", count=texts.number(count), path=out, cell=f"{cell:g}")
        )

    @app.command(help=t("cli_roads.route.help"))
    def route(
        roads: Roads,
        start: Annotated[
            str, typer.Option("--from", help=t("cli_roads.route.start"), metavar="lon,lat")
        ],
        end: Annotated[str, typer.Option("--to", help=t("cli_roads.route.end"), metavar="lon,lat")],
        out: Annotated[
            Path | None,
            typer.Option("--out", "-o", help=t("cli_roads.route.out"), metavar="OUT.geojson"),
        ] = None,
        mode: Mode = "car",
        period: Period = "off_peak",
        speeds: Speeds = None,
        department: Department = "",
    ) -> None:
        from siting import terminal
        from siting.outputs import isochrone_files
        from siting.times import routes

        ends = [_position(start), _position(end)]
        with terminal.progress() as say:
            router = _router(roads, mode, period, speeds, department, say)
            found = routes.between(router, *ends)
        if out is not None:
            isochrone_files.write_route(out, found)
        terminal.print_route(found)

    @app.command(help=t("cli_roads.calibrate.help"))
    def calibrate(
        roads: Roads,
        observed: Annotated[
            Path, typer.Option(help=t("cli_roads.calibrate.observed"), metavar="O.csv")
        ],
        out: Annotated[
            Path | None,
            typer.Option("--out", "-o", help=t("cli_roads.calibrate.out"), metavar="SPEEDS.yaml"),
        ] = None,
        mode: Mode = "car",
        period: Period = "off_peak",
        speeds: Speeds = None,
        department: Department = "",
    ) -> None:
        from siting import terminal
        from siting.network import speeds as speed_tables
        from siting.sources import reading
        from siting.times import calibration

        trips = reading.checked(observed, calibration.OBSERVED)
        with terminal.progress() as say:
            router = _router(roads, mode, period, speeds, department, say)
            say(t("cli_roads.calibrate.fit"))
            found = calibration.calibrate(router.network, trips)
        if out is not None:
            speed_tables.write_fitted(out, speeds, mode, found.factors)
        terminal.print_calibration(found)


def _site_commands(app: typer.Typer) -> None:
    """Add the commands that choose sites."""

    @app.command(help=t("cli_locate.help"))
    def locate(
        model: Annotated[str, typer.Option(help=t("cli_locate.model"))],
        out: Annotated[
            Path, typer.Option("--out", "-o", help=t("cli_locate.out"), metavar="X.csv")
        ],
        matrix: Annotated[
            Path | None, typer.Option(help=t("cli_locate.matrix"), metavar="M.parquet")
        ] = None,
        demand: Annotated[
            Path | None, typer.Option(help=t("cli_locate.demand"), metavar="D.csv")
        ] = None,
        orlib: Annotated[
            Path | None, typer.Option(help=t("cli_locate.orlib"), metavar="FILE")
        ] = None,
        p: Annotated[int | None, typer.Option("-p", help=t("cli_locate.sites"), min=1)] = None,
        existing: Annotated[
            Path | None, typer.Option(help=t("cli_locate.existing"), metavar="E.csv")
        ] = None,
        required: Annotated[
            Path | None, typer.Option(help=t("cli_locate.required"), metavar="R.csv")
        ] = None,
        closed: Annotated[
            Path | None, typer.Option(help=t("cli_locate.closed"), metavar="C.csv")
        ] = None,
        max_minutes: Annotated[
            float | None, typer.Option(help=t("cli_locate.minutes"), min=0)
        ] = None,
        full_minutes: Annotated[float, typer.Option(help=t("cli_locate.full"), min=0)] = 0,
        seconds: Annotated[float | None, typer.Option(help=t("cli_locate.seconds"), min=0)] = None,
        work: Annotated[float, typer.Option(help=t("cli_locate.work"), min=1)] = 120_000,
        seed: Annotated[int, typer.Option(help=t("cli_locate.seed"), min=0)] = 0,
    ) -> None:
        from siting import terminal
        from siting.sites.location import files
        from siting.sites.location.search import Limits

        if seconds is None:
            limits = Limits(work=work, seed=seed)
        else:
            limits = Limits(seconds=seconds, seed=seed)
        with terminal.progress() as say:
            say(t("cli_locate.solving"))
            if orlib is not None:
                found = files.locate_orlib(orlib, model, out, limits)
            elif matrix is not None and demand is not None:
                question = files.Question(model, p, max_minutes, full_minutes)
                chosen = {"existing": existing, "required": required, "closed": closed}
                found = files.locate(matrix, demand, question, out, limits, **chosen)
            else:
                _fail(t("cli_locate.need"))
        terminal.print_plan(found, out)
        if found.status == "infeasible":
            raise typer.Exit(EXIT_INFEASIBLE)


def _router(
    roads: Path,
    mode: str,
    period: str,
    speeds: Path | None,
    department: str,
    say: "Callable[[str], None]",
) -> Any:
    """Roads read and made ready."""
    from siting import terminal
    from siting.network import osm
    from siting.network import speeds as speed_tables
    from siting.times import matrix

    say(t("progress.network"))
    chosen = speed_tables.load(speeds, mode=mode, period=period, department=department)
    network = osm.read(roads, mode=mode, speeds=chosen)
    terminal.print_line(network.report.text())
    return matrix.prepare(network)


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


def _version(asked: bool) -> None:  # noqa: FBT001 - typer's calling convention
    if asked:
        print(f"siting {__version__}")  # noqa: T201 - what the option is for
        raise typer.Exit


def _take_language(words: list[str]) -> list[str]:
    """Take `--lang xx` out of the words, wherever it stands, and speak it from now on."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name != "--lang":
            kept.append(word)
            continue
        value = value if equals else next(rest, "")
        if value not in texts.LANGUAGES:
            _fail(t("cli.bad_language", value=value))
        texts.set_language(value)
    return kept


def _translate_frame() -> None:
    """Give the help's own headings the current language."""
    frame = typer.rich_utils
    frame.ARGUMENTS_PANEL_TITLE = t("cli.frame.arguments")
    frame.OPTIONS_PANEL_TITLE = t("cli.frame.options")
    frame.COMMANDS_PANEL_TITLE = t("cli.frame.commands")
    frame.DEFAULT_STRING = t("cli.frame.default")
    frame.REQUIRED_LONG_STRING = t("cli.frame.required")


def _usage(error: TyperException) -> str:
    """Say a mistake in the command's words in the current language."""
    parameter = getattr(error, "param", None)
    name = getattr(error, "option_name", None) or (parameter and parameter.get_error_hint()) or ""
    if error.message.startswith("No such command"):
        return t("cli.usage.command", name=error.message.split("'")[1])
    key = f"cli.usage.{type(error).__name__}"
    if key not in texts.catalogue(texts.language()):
        return t("cli.usage.other", detail=error.format_message())
    return t(key, name=name, detail=error.message)


def _fail(message: str) -> NoReturn:
    print(t("cli.error", message=message), file=sys.stderr)  # noqa: T201 - errors go to stderr
    sys.exit(EXIT_USAGE)


def _speak_utf8(stream: TextIO) -> None:
    """French needs accents, whatever the console's code page is."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")
