"""The command that opens the workshop."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from siting.texts import text as t

PORT = 8350


def add(app: typer.Typer) -> None:
    """Add `serve`."""

    @app.command(help=t("cli_workshop.help"))
    def serve(
        config: Annotated[Path, typer.Argument(help=t("cli_workshop.config"), metavar="CONFIG")],
        port: Annotated[
            int, typer.Option(help=t("cli_workshop.port"), min=0, max=65535, metavar="PORT")
        ] = PORT,
        host: Annotated[str, typer.Option(help=t("cli_workshop.host"))] = "127.0.0.1",
        token: Annotated[
            str, typer.Option(help=t("cli_workshop.token"), envvar="SITING_TOKEN", metavar="TEXT")
        ] = "",
        read_only: Annotated[
            bool, typer.Option("--read-only", help=t("cli_workshop.read_only"))
        ] = False,
        open_page: Annotated[bool, typer.Option("--open", help=t("cli_workshop.open"))] = False,
    ) -> None:
        gc.disable()  # what a start makes stays: looking for garbage among it is lost time
        from siting.cli import terminal
        from siting.config import load
        from siting.workshop import server

        server.require_safe(host, token)
        study = load(config)
        listening = server.listen(host, port)
        with listening:
            with terminal.progress() as say:
                desk = server.desk(study, config, say, read_only=read_only)
                app = server.guarded(desk, host, token)
            shown = f"[{host}]" if ":" in host else host
            address = f"http://{shown}:{listening.getsockname()[1]}/"
            listening.listen()  # whoever reads the address may ask at once
            typer.echo(t("cli_workshop.open_at", address=address))
            if open_page:
                typer.launch(address)
            server.serve(desk, app, listening)
