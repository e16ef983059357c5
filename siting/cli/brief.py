"""The command that writes the one-page brief of a study."""

from pathlib import Path
from typing import Annotated

import typer

from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `brief`."""

    @app.command(help=t("brief.help"))
    def brief(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[Path, typer.Option("--out", "-o", help=t("brief.out"), metavar="FILE|DIR")],
        format_: Annotated[
            str, typer.Option("--format", help=t("report.format"), metavar="docx,pdf,odt")
        ] = "",
        language: Annotated[str, typer.Option(help=t("report.language"), metavar="fr|en")] = "",
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish.report import brief as study_brief
        from siting.publish.report import compose
        from siting.study import run as study

        compose.speak(language)
        wanted = compose.formats(format_, out)
        settings = load(config)
        with terminal.progress() as say:
            result = study.run(settings, say)
            made = study_brief.document(result, compose.compare(result, say))
            say(t("report.progress.write"))
            paths = compose.write(made, out, f"{settings.name}-{t('brief.file')}", wanted, None)
        for path in paths:
            terminal.print_line(t("report.done", path=path))
