"""Commands that run a study."""

from pathlib import Path
from typing import Annotated

import typer

from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `run` and `check`."""

    @app.command(help=t("cli.run.help"))
    def run(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("cli.run.out"), metavar="DIR")
        ] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish import run_folder
        from siting.study import run as study

        settings = load(config)
        with terminal.progress() as say:
            result = study.run(settings, say)
            folder = run_folder.write(result, out or Path("maps") / settings.name, say)
        terminal.print_result(result, folder)

    @app.command(help=t("cli.check.help"))
    def check(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
    ) -> None:
        from siting.cli import terminal
        from siting.cli.inputs_shown import print_inputs
        from siting.config import load
        from siting.study import run as study

        settings = load(config)
        with terminal.progress() as say:
            inputs = study.check(settings, say)
        print_inputs(inputs)
