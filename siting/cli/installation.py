"""Commands about the installation itself: is it sound, and studies to try it out."""

from pathlib import Path
from typing import Annotated

import typer

from siting.texts import text as t

EXIT_UNSOUND = 1
SIGNS = {"fine": "[green]✓[/]", "noted": "[yellow]![/]", "wrong": "[red]✗[/]"}


def add(app: typer.Typer) -> None:
    """Add `doctor` and `demo`."""

    @app.command(help=t("doctor.help"))
    def doctor() -> None:
        from rich.console import Console
        from rich.markup import escape

        from siting.installation import doctor as machine

        console = Console(highlight=False)
        verdicts = []
        for check in machine.checks():
            line = t("doctor.line", name=check.name, detail=check.detail)
            console.print(SIGNS[check.verdict], escape(line), soft_wrap=True)
            verdicts.append(check.verdict)
        key = "wrong" if "wrong" in verdicts else "noted" if "noted" in verdicts else "fine"
        console.print(t(f"doctor.all_{key}"))
        if key == "wrong":
            raise typer.Exit(EXIT_UNSOUND)

    @app.command(help=t("doctor.demo.help"))
    def demo(
        folder: Annotated[Path, typer.Argument(help=t("doctor.demo.folder"), metavar="DIR")],
    ) -> None:
        from siting.cli import terminal
        from siting.installation import demo as embedded_studies

        copied = embedded_studies.copy(folder)
        terminal.print_line(t("doctor.demo.written", folder=folder, count=len(copied)))
        first = copied[0].relative_to(folder).as_posix()
        terminal.print_line(t("doctor.demo.next", folder=folder, config=first))
