"""The command that writes the consultation pack."""

from pathlib import Path
from typing import Annotated

import typer

from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `opinion`."""

    @app.command(help=t("opinion.help"))
    def opinion(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[Path, typer.Option("--out", "-o", help=t("opinion.out"), metavar="DIR")],
    ) -> None:
        from siting import study, study_opinion, terminal
        from siting.config import load

        settings = load(config)
        with terminal.progress() as say:
            count = study_opinion.write(study.run(settings, say), out, say)
        terminal.print_line(t("opinion.done", count=count, folder=out))
