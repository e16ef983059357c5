"""Commands that run a study, and what an editor needs to write one."""

from pathlib import Path
from typing import Annotated

import typer

from siting.cli.output_names import ending
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `run`, `check` and `schema`."""

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

    @app.command(help=t("cli.schema.help"))
    def schema(
        kind: Annotated[str, typer.Option(help=t("cli.schema.kind"))] = "study",
        out: Annotated[
            Path | None,
            typer.Option(
                "--out",
                "-o",
                help=t("cli.schema.out"),
                metavar="FILE.json",
                callback=ending(".json"),
            ),
        ] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.config import schema as config_schema
        from siting.errors import require_known
        from siting.installation import file_kinds

        require_known("unknown_file_kind", (kind,), file_kinds.BY_NAME)
        chosen = file_kinds.BY_NAME[kind]
        if out is None:
            print(config_schema.text(kind=chosen), end="")  # noqa: T201 - the schema itself, for a pipe
            return
        config_schema.write_as(out, kind=chosen)
        terminal.print_line(t("cli.schema.written", path=out))
