"""The command that writes the report of a study."""

from pathlib import Path
from typing import Annotated

import typer

from siting.errors import ConfigError, InputError
from siting.texts import grammar
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `report`."""

    @app.command(help=t("report.help"))
    def report(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[Path, typer.Option("--out", "-o", help=t("report.out"), metavar="FILE|DIR")],
        template: Annotated[
            Path | None, typer.Option(help=t("report.template"), metavar="T.docx")
        ] = None,
        format_: Annotated[
            str, typer.Option("--format", help=t("report.format"), metavar="docx,pdf,odt")
        ] = "",
        by: Annotated[
            str, typer.Option("--series", help=t("sheets.series"), metavar="epci|atlas")
        ] = "",
        jobs: Annotated[int | None, typer.Option(help=t("sheets.jobs"), min=1)] = None,
        language: Annotated[str, typer.Option(help=t("report.language"), metavar="fr|en")] = "",
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish.report import compose
        from siting.study import run as study

        compose.speak(language)
        wanted = compose.formats(format_, out)
        if by not in ("", "epci", "atlas"):
            raise ConfigError("unknown_series", value=by)
        if by == "epci" and out.suffix[1:].lower() in compose.FORMATS:
            raise InputError("report_series_file", out=out)
        if template is not None:
            if "docx" not in wanted:
                raise InputError("report_template_docx", file=template)
            from siting.outputs.documents import docx

            docx.check(template)
        settings = load(config)
        with terminal.progress() as say:
            result = study.run(settings, say)
            if by == "epci":
                from siting.outputs import sheet_files
                from siting.publish.report import sheets

                workers = jobs or sheet_files.cores()
                paths = sheets.write(result, out, wanted, template, jobs=workers, say=say)
            elif by == "atlas":
                from siting.publish.report import sheets

                made = sheets.atlas(result, say)
                say(t("report.progress.write"))
                paths = compose.write(made, out, f"{settings.name}-atlas", wanted, template)
            else:
                made = compose.document(result, compose.compare(result, say), say)
                say(t("report.progress.write"))
                paths = compose.write(
                    made, out, f"{settings.name}-{t('report.file')}", wanted, template
                )
        if by == "epci":
            terminal.print_line(
                grammar.counted("sheets.done", len(paths) // len(wanted), folder=out)
            )
            return
        for path in paths:
            terminal.print_line(t("report.done", path=path))
