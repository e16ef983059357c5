"""The command that writes a study's data as files to hand on."""

from pathlib import Path
from typing import Annotated

import typer

from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `export`."""

    @app.command(help=t("exports.help"))
    def export(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        formats: Annotated[
            list[str] | None,
            typer.Option(
                "--format",
                "-f",
                help=t("exports.format", formats=", ".join(t("exports.formats").split())),
                metavar="FORMAT",
            ),
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("exports.out"), metavar="DIR")
        ] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish import exports as study_exports
        from siting.study import run as study
        from siting.study.stages import theme as study_theme

        settings = load(config)
        chosen = study_exports.require_formats(formats or ())
        look = study_theme.load(settings)
        folder = out or Path("maps") / settings.name / "data"
        with terminal.progress() as say:
            result = study.run(settings, say)
            written = study_exports.write(result, folder, chosen, say, look)
        for name, reason in written.skipped.items():
            terminal.print_line(t("exports.skipped", name=name, reason=reason))
        terminal.print_line(t("exports.done", count=len(written.files), folder=folder))
