"""Commands that begin a study: its configuration, its official files."""

from pathlib import Path
from typing import Annotated

import typer

from siting.cli.output_names import ending
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `init` and `fetch`."""

    @app.command(help=t("setup.init.help"))
    def init(
        out: Annotated[
            Path,
            typer.Option(
                "--out",
                "-o",
                help=t("setup.init.out"),
                metavar="CONFIG.yaml",
                callback=ending(".yaml", ".yml"),
            ),
        ],
        department: Annotated[
            str | None, typer.Option(help=t("setup.init.department"), metavar="12")
        ] = None,
        epci: Annotated[
            str | None, typer.Option(help=t("setup.init.epci"), metavar="SIREN")
        ] = None,
        communes: Annotated[
            Path | None, typer.Option(help=t("setup.init.communes"), metavar="FILE")
        ] = None,
        territory: Annotated[
            str | None, typer.Option(help=t("setup.init.territory"), metavar="NAME")
        ] = None,
        official: Annotated[
            bool, typer.Option("--official", help=t("setup.init.official"))
        ] = False,
    ) -> None:
        from siting.cli import terminal
        from siting.setup import init as setup_init

        begun = setup_init.begin(
            setup_init.NamedTerritory(department, epci, communes, official, territory), out
        )
        key = "fetch_next" if begun.to_fetch else "check_next"
        terminal.print_line(t(f"setup.init.{key}", path=begun.path))
        if epci is not None and not begun.to_fetch:
            terminal.print_line(t("setup.init.epci_partial"))
        if territory is not None and (doubtful := setup_init.doubtful(territory)):
            terminal.print_line(t("setup.init.doubtful", names=doubtful))

    @app.command(help=t("setup.fetch.help"))
    def fetch(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help=t("setup.fetch.dry_run"))] = False,
        mirror: Annotated[
            Path | None, typer.Option(help=t("setup.fetch.mirror"), metavar="DIR")
        ] = None,
        proxy: Annotated[
            str | None, typer.Option(help=t("setup.fetch.proxy"), metavar="URL")
        ] = None,
        verify: Annotated[bool, typer.Option("--verify", help=t("setup.fetch.verify"))] = False,
        workers: Annotated[int, typer.Option(help=t("setup.fetch.workers"), min=1, max=16)] = 4,
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.setup import fetch as setup_fetch
        from siting.setup.asking import Settings

        study = load(config)
        settings = Settings(mirror=mirror, proxy=proxy, workers=workers)
        if verify:
            if not terminal.print_addresses(setup_fetch.verify(study, settings)):
                raise typer.Exit(1)
            return
        if dry_run:
            planned, whole = setup_fetch.plan(study, settings)
            terminal.print_downloads(planned, whole=whole)
            return
        with terminal.downloads() as (say, progress):
            made = setup_fetch.fetch(study, settings, say, progress)
        terminal.print_prepared(made, config)
