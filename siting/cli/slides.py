"""The command that writes the deck of a study."""

from pathlib import Path
from typing import Annotated

import typer

from siting.errors import InputError
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `slides`."""

    @app.command(help=t("slides.help"))
    def slides(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[Path, typer.Option("--out", "-o", help=t("slides.out"), metavar="FILE|DIR")],
        language: Annotated[str, typer.Option(help=t("report.language"), metavar="fr|en")] = "",
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish.report import compose
        from siting.publish.report import slides as study_slides
        from siting.study import run as study

        compose.speak(language)
        if out.suffix and out.suffix.lower() != study_slides.ENDING and not out.is_dir():
            raise InputError("slides_ending", out=out)
        settings = load(config)
        with terminal.progress() as say:
            result = study.run(settings, say)
            made, missing = study_slides.document(result, compose.compare(result, say), say)
            say(t("report.progress.write"))
            path = study_slides.write(made, out, f"{settings.name}-{t('slides.file')}")
        for absent in missing:
            terminal.print_line(t("slides.left_out", slide=absent.name, reason=absent.why))
        terminal.print_line(t("slides.done", path=path, count=len(made.slides) + 1))
