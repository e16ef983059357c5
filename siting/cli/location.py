"""Commands that choose sites."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.errors import ConfigError, InputError, ModelError
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.location.matrix_files import ProblemFiles
    from siting.location.question import LocationQuestion
    from siting.location.result import Solution
    from siting.location.search import Limits

EXIT_INFEASIBLE = 3
# parameters of a question, and the options that give them
OPTIONS = {
    "p": "-p",
    "max_minutes": "--max-minutes",
    "full_minutes": "--full-minutes",
    "split": "--split",
    "budget": "--budget",
    "cost_per_minute": "--cost-per-minute",
    "floor": "--floor",
    "phases": "--phases",
}
NAMES_OF_PARAMETERS = ("parameter", "parameters", "condition")  # values of errors that name them


def add(app: typer.Typer) -> None:
    """Add `locate`."""

    @app.command(help=t("cli_locate.help"))
    def locate(
        config: Annotated[
            Path | None, typer.Argument(help=t("cli_locate.config"), metavar="CONFIG")
        ] = None,
        model: Annotated[
            str | None, typer.Option(help=t("cli_locate.model", models=_models()))
        ] = None,
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
        from siting.location import files, registry
        from siting.location.matrix_files import ProblemFiles
        from siting.location.question import LocationQuestion
        from siting.location.search import Limits

        conditions = (candidates, budget, floor, phases, split or None)
        options = (matrix, demand, p, existing, required, closed, max_minutes, *conditions)
        if config is not None:
            if any(value is not None for value in (model, orlib, *options)):
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
                answers = [files.locate_orlib(orlib, model, out, limits)]
            elif matrix is not None and demand is not None:
                question = LocationQuestion(
                    registry.get(model, "command_line").name,
                    p,
                    max_minutes,
                    full_minutes,
                    split=split,
                    budget=budget,
                    cost_per_minute=cost_per_minute,
                    floor=floor,
                )
                tables = ProblemFiles(matrix, demand, existing, required, closed, candidates)
                answers = _of_files(tables, question, _sizes(phases, p), out, limits)
            else:
                raise InputError("locate_needs")
        terminal.print_plans(answers, out)
        if any(answer.status == "infeasible" for answer in answers):
            raise typer.Exit(EXIT_INFEASIBLE)


def _models() -> str:
    """Names of the models of this command."""
    from siting.location import registry

    return ", ".join(model.name for model in registry.offered("command_line"))


def _of_files(
    tables: "ProblemFiles",
    question: "LocationQuestion",
    sizes: list[int],
    out: Path,
    limits: "Limits",
) -> "list[Solution]":
    """Answer a question on files, in phases where there are sizes."""
    from siting.location import files

    try:
        if sizes:
            return files.locate_phases(tables, question, sizes, out, limits)
        return [files.locate(tables, question, out, limits)]
    except ModelError as error:
        values = {
            key: _as_options(str(value)) if key in NAMES_OF_PARAMETERS else value
            for key, value in error.values.items()
        }
        raise ModelError(error.key, **values) from error


def _as_options(parameters: str) -> str:
    """Options that give parameters, comma between them; what no option gives stays as it is."""
    names = parameters.split(", ")
    return ", ".join(OPTIONS.get(name, name) for name in names)


def _sizes(phases: str | None, p: int | None) -> list[int]:
    """Sizes of the phases, as `1,2,3`; none where there are no phases."""
    if phases is None:
        return []
    parts = [part.strip() for part in phases.split(",")]
    if p is not None:
        raise ModelError("phases_or_p")
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise ModelError("phases_not_increasing", sizes=phases)
    return [int(part) for part in parts]


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
        located = study_location.solve(base, limits)
    tables = location_tables.tables(base, located)
    location_tables.write(out, tables)
    terminal.print_located(located, tables["location"], out)
    if any(answer.status == "infeasible" for answer in located.answers):
        raise typer.Exit(EXIT_INFEASIBLE)
