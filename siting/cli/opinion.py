"""The command that writes the consultation pack."""

from pathlib import Path
from typing import Annotated

import typer

from siting.atomic_files import replacing_all
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `opinion`."""

    @app.command(help=t("opinion.help"))
    def opinion(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[Path, typer.Option("--out", "-o", help=t("opinion.out"), metavar="DIR")],
        format_: Annotated[
            str, typer.Option("--format", help=t("opinion.format"), metavar="docx,pdf,odt")
        ] = "docx",
        jobs: Annotated[int | None, typer.Option(help=t("sheets.jobs"), min=1)] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.outputs import sheet_files
        from siting.publish import opinion as study_opinion
        from siting.publish.report import compose, sheets
        from siting.study import run as study

        wanted = compose.formats(format_, out)
        settings = load(config)
        with terminal.progress() as say:
            result = study.run(settings, say)
            workers = jobs or sheet_files.cores()
            with replacing_all(out) as part:
                count = study_opinion.write(result, part, say)
                sheets.write(result, part, wanted, inside=t("opinion.file"), jobs=workers, say=say)
        terminal.print_line(t("opinion.done", count=count, folder=out))
