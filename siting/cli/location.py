"""Commands that choose sites."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siting.cli.output_names import ending
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
            Path | None, _option("out", "--out", "-o", metavar="X.csv", callback=ending(".csv"))
        ] = None,
        matrix: Annotated[Path | None, _option("matrix", metavar="M.parquet")] = None,
        demand: Annotated[Path | None, _option("demand", metavar="D.csv")] = None,
        orlib: Annotated[Path | None, _option("orlib", metavar="FILE")] = None,
        p: Annotated[int | None, _option("sites", "-p", min=1)] = None,
        existing: Annotated[Path | None, _option("existing", metavar="E.csv")] = None,
        required: Annotated[Path | None, _option("required", metavar="R.csv")] = None,
        closed: Annotated[Path | None, _option("closed", metavar="C.csv")] = None,
        candidates: Annotated[Path | None, _option("candidates", metavar="S.csv")] = None,
        split: Annotated[bool, _option("split", "--split")] = False,
        budget: Annotated[float | None, _option("budget", min=0)] = None,
        cost_per_minute: Annotated[float, _option("cost_per_minute", min=0)] = 1,
        floor: Annotated[float | None, _option("floor", min=0, max=1)] = None,
        phases: Annotated[str | None, _option("phases", metavar="1,2,3")] = None,
        max_minutes: Annotated[float | None, _option("minutes", min=0)] = None,
        full_minutes: Annotated[float, _option("full", min=0)] = 0,
        seconds: Annotated[float | None, _option("seconds", min=0)] = None,
        work: Annotated[float, _option("work", min=1)] = 120_000,
        seed: Annotated[int, _option("seed", min=0)] = 0,
    ) -> None:
        from siting.location import registry
        from siting.location.matrix_files import ProblemFiles
        from siting.location.question import LocationQuestion
        from siting.location.search import Limits

        timed = None if seconds is None else Limits(seconds=seconds, seed=seed)
        if config is not None:
            conditions = (candidates, budget, floor, phases, split or None)
            options = (matrix, demand, p, existing, required, closed, max_minutes, *conditions)
            if any(value is not None for value in (model, orlib, *options)):
                raise ConfigError("locate_config_alone")
            _of_study(config, out, timed)
            return
        limits = Limits(work=work, seed=seed) if timed is None else timed
        if orlib is not None:
            _of_orlib(orlib, model or "p-median", out or Path(f"{orlib.stem}.csv"), limits)
            return
        if model is None or out is None or matrix is None or demand is None:
            raise InputError("locate_needs")
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
        _of_files(tables, question, _sizes(phases, p), out, limits)


def _option(name: str, *flags: str, **facts: Any) -> Any:
    """An option of `locate`, told under its name in the catalogue."""
    return typer.Option(*flags, help=t(f"cli_locate.{name}"), **facts)


def _models() -> str:
    """Names of the models of this command."""
    from siting.location import registry

    return ", ".join(model.name for model in registry.offered("command_line"))


def _of_orlib(path: Path, model: str, out: Path, limits: "Limits") -> None:
    """Answer the question of an OR-Library file."""
    from siting.cli import terminal
    from siting.location import file_solver

    with terminal.progress() as say:
        say(t("cli_locate.solving"))
        answer = file_solver.locate_orlib(path, model, out, limits)
    _print([answer], out)


def _of_files(
    tables: "ProblemFiles",
    question: "LocationQuestion",
    sizes: list[int],
    out: Path,
    limits: "Limits",
) -> None:
    """Answer a question on files, in phases where there are sizes."""
    from siting.cli import terminal
    from siting.location import file_solver

    with terminal.progress() as say:
        say(t("cli_locate.solving"))
        try:
            if sizes:
                answers = file_solver.locate_phases(tables, question, sizes, out, limits)
            else:
                answers = [file_solver.locate(tables, question, out, limits)]
        except ModelError as error:
            values = {
                key: _as_options(str(value)) if key in NAMES_OF_PARAMETERS else value
                for key, value in error.values.items()
            }
            raise ModelError(error.key, **values) from error
    _print(answers, out)


def _print(answers: "list[Solution]", out: Path) -> None:
    """Show plans, and end as a command does that has none."""
    from siting.cli import terminal

    terminal.print_plans(answers, out)
    if any(answer.status == "infeasible" for answer in answers):
        raise typer.Exit(EXIT_INFEASIBLE)


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
