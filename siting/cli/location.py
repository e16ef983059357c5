"""Commands that choose sites."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.errors import ConfigError, InputError, ModelError
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.location.question import Question
    from siting.location.result import Solution
    from siting.location.search import Limits

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
        candidates: Annotated[
            Path | None, typer.Option(help=t("cli_locate.candidates"), metavar="S.csv")
        ] = None,
        split: Annotated[bool, typer.Option("--split", help=t("cli_locate.split"))] = False,
        budget: Annotated[float | None, typer.Option(help=t("cli_locate.budget"), min=0)] = None,
        cost_per_minute: Annotated[
            float, typer.Option(help=t("cli_locate.cost_per_minute"), min=0)
        ] = 1,
        floor: Annotated[
            float | None, typer.Option(help=t("cli_locate.floor"), min=0, max=1)
        ] = None,
        phases: Annotated[
            str | None, typer.Option(help=t("cli_locate.phases"), metavar="1,2,3")
        ] = None,
        max_minutes: Annotated[
            float | None, typer.Option(help=t("cli_locate.minutes"), min=0)
        ] = None,
        full_minutes: Annotated[float, typer.Option(help=t("cli_locate.full"), min=0)] = 0,
        seconds: Annotated[float | None, typer.Option(help=t("cli_locate.seconds"), min=0)] = None,
        work: Annotated[float, typer.Option(help=t("cli_locate.work"), min=1)] = 120_000,
        seed: Annotated[int, typer.Option(help=t("cli_locate.seed"), min=0)] = 0,
    ) -> None:
        from siting.cli import terminal
        from siting.location import files
        from siting.location.question import Question
        from siting.location.search import Limits

        conditions = (candidates, budget, floor, phases, split or None)
        asks = (matrix, demand, p, existing, required, closed, max_minutes, *conditions)
        if config is not None:
            if any(one is not None for one in (model, orlib, *asks)):
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
                answers = [found]
            elif matrix is not None and demand is not None:
                question = Question(
                    model,
                    p,
                    max_minutes,
                    full_minutes,
                    split=split,
                    budget=budget,
                    cost_per_minute=cost_per_minute,
                    floor=floor,
                )
                roles = {
                    "existing": existing,
                    "required": required,
                    "closed": closed,
                    "candidates": candidates,
                }
                asked = (matrix, demand, question)
                answers = _of_files(asked, _sizes(phases, p), out, limits, roles)
            else:
                raise InputError("locate_needs")
        terminal.print_plans(answers, out)
        if any(one.status == "infeasible" for one in answers):
            raise typer.Exit(EXIT_INFEASIBLE)


def _of_files(
    asked: "tuple[Path, Path, Question]",
    sizes: list[int],
    out: Path,
    limits: "Limits",
    roles: dict[str, Path | None],
) -> "list[Solution]":
    """Answer a question on a matrix and a table of demand, in phases where there are sizes."""
    from siting.location import files

    matrix, demand, question = asked
    if sizes:
        return files.locate_phases(matrix, demand, question, sizes, out, limits, **roles)
    return [files.locate(matrix, demand, question, out, limits, **roles)]


def _sizes(phases: str | None, p: int | None) -> list[int]:
    """Sizes of the phases, as `1,2,3`; none where there are no phases."""
    if phases is None:
        return []
    parts = [one.strip() for one in phases.split(",")]
    if p is not None:
        raise ModelError("phases_or_p")
    if not all(one.isdigit() and int(one) > 0 for one in parts):
        raise ModelError("phases_not_increasing", sizes=phases)
    return [int(one) for one in parts]


def _of_study(config: Path, out: Path | None, limits: "Limits | None") -> None:
    """Answer the question that a study asks under `locate:`."""
    from siting.cli import terminal
    from siting.config import load
    from siting.study import prepared
    from siting.study.stages import location as study_location
    from siting.study.stages import location_tables

    study = load(config)
    if study.locate is None:
        raise ConfigError("no_locate", file=config)
    out = out or Path("maps") / study.name / "location.csv"
    with terminal.progress() as say:
        base = prepared.prepare(study, say)
        say(t("cli_locate.solving"))
        found = study_location.solve(base, limits)
    tables = location_tables.tables(base, found)
    location_tables.write(out, tables)
    terminal.print_located(found, tables["location"], out)
    if any(one.status == "infeasible" for one in found.answers):
        raise typer.Exit(EXIT_INFEASIBLE)
