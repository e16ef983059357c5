"""The command that computes many studies."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siting.texts import number
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.publish.batch.gather import Gathered
    from siting.publish.batch.units import UnitOutcome


def add(app: typer.Typer) -> None:
    """Add `batch`."""

    @app.command(help=t("batch.help"))
    def batch(
        plan: Annotated[Path, typer.Argument(help=t("batch.plan"), metavar="PLAN")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("batch.out"), metavar="DIR")
        ] = None,
        workers: Annotated[
            int | None, typer.Option("--workers", min=1, max=512, help=t("batch.workers"))
        ] = None,
        scheduler: Annotated[
            str | None, typer.Option("--scheduler", help=t("batch.scheduler"), metavar="ADDRESS")
        ] = None,
    ) -> None:
        from siting import cluster
        from siting.cli import terminal
        from siting.publish.batch import engine, gather
        from siting.publish.batch import plan as batch_plan

        wanted, planned = batch_plan.read(plan)
        folder = out or Path("maps") / wanted.name
        processes = cluster.usual_workers() if workers is None else workers
        ended = []
        with terminal.progress() as say:
            say(t("batch.progress", done=0, total=len(planned)))
            for outcome in engine.outcomes(planned, folder.resolve(), processes, scheduler):
                ended.append(outcome)
                say(t("batch.progress", done=len(ended), total=len(planned)))
            gathered = gather.write(wanted, planned, ended, folder)
        _print(gathered, ended, folder)


def _print(gathered: "Gathered", ended: "list[UnitOutcome]", folder: Path) -> None:
    """Say what was computed, what stood already, what could not be."""
    from siting.cli import terminal

    kept = sum(outcome.kept for outcome in ended)
    failed = len(gathered.failed)
    counts = {"computed": len(ended) - kept - failed, "kept": kept, "failed": failed}
    terminal.print_line(t("batch.ended", **{key: number(value) for key, value in counts.items()}))
    if gathered.removed:
        terminal.print_line(t("batch.removed", files=number(gathered.removed)))
    for outcome in gathered.failed:
        terminal.print_line(t("batch.failed", unit=outcome.place, problem=outcome.problems[0]))
        for more in outcome.problems[1:]:
            terminal.print_line(f"    {more}")
    terminal.print_line(t("run.written", folder=folder))
    if failed:
        raise typer.Exit(2)
