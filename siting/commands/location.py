"""Commands that choose sites."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.errors import ConfigError, InputError
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.sites.location.search import Limits

EXIT_INFEASIBLE = 3


def add(app: typer.Typer) -> None:
    """Add `locate`."""

    @app.command(help=t("cli_locate.help"))
    def locate(
        config: Annotated[
            Path | None, typer.Argument(help=t("cli_locate.config"), metavar="CONFIG")
        ] = None,
        model: Annotated[str | None, typer.Option(help=t("cli_locate.model"))] = None,
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("cli_locate.out"), metavar="X.csv")
        ] = None,
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

        asks = (model, matrix, demand, orlib, p, existing, required, closed, max_minutes)
        if config is not None:
            if any(one is not None for one in asks):
                raise ConfigError("locate_config_alone")
            _of_study(config, out, None if seconds is None else Limits(seconds=seconds, seed=seed))
            return
        if orlib is not None:
            model, out = model or "p-median", out or Path(f"{orlib.stem}.csv")
        if model is None or out is None:
            raise InputError("locate_needs")
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
                raise InputError("locate_needs")
        terminal.print_plan(found, out)
        if found.status == "infeasible":
            raise typer.Exit(EXIT_INFEASIBLE)


def _of_study(config: Path, out: Path | None, limits: "Limits | None") -> None:
    """Answer the question that a study asks under `locate:`."""
    from siting import ground, location_tables, study_location, terminal
    from siting.config import load

    study = load(config)
    if study.locate is None:
        raise ConfigError("no_locate", file=config)
    out = out or Path("maps") / study.name / "location.csv"
    with terminal.progress() as say:
        base = ground.prepare(study, say)
        say(t("cli_locate.solving"))
        found = study_location.solve(base, limits)
    tables = location_tables.tables(base, found)
    location_tables.write(out, tables)
    terminal.print_located(found, tables["location"], out)
    if any(one.status == "infeasible" for one in found.answers):
        raise typer.Exit(EXIT_INFEASIBLE)
