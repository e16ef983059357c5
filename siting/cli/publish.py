"""The command that writes a folder for a web server."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from siting.errors import ConfigError
from siting.texts import number
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `publish`."""

    @app.command(help=t("portal.help"))
    def publish(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[Path, typer.Option("--out", "-o", help=t("portal.out"), metavar="DIR")],
        base: Annotated[str, typer.Option("--base", help=t("portal.base"), metavar="URL")] = "",
        language: Annotated[str, typer.Option(help=t("report.language"), metavar="fr|en")] = "",
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish import portal as study_portal
        from siting.publish.report import compose
        from siting.study import run as study

        compose.speak(language)
        place = urlsplit(base)
        if base and (place.scheme not in ("http", "https") or not place.netloc or base[-1] != "/"):
            raise ConfigError("portal_base", value=base)
        settings = load(config)
        with terminal.progress() as say:
            result = study.run(settings, say)
            written = study_portal.write(result, compose.compare(result, say), out, base, say)
        for name, reason in written.missing:
            terminal.print_line(t("portal.skipped", name=name, reason=reason))
        if not base:
            terminal.print_line(t("portal.no_base"))
        if written.heaviest:
            most = number(study_portal.MOST / 1e6)
            terminal.print_line(t("portal.heavy", most=most, files=", ".join(written.heaviest)))
        values = {"count": written.count, "size": number(written.size / 1e6, 1)}
        terminal.print_line(t("portal.done", folder=out, index=out / study_portal.HOME, **values))
