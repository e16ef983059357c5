"""Commands that write themed maps, and that say how to put a map in a page."""

from pathlib import Path
from typing import Annotated

import typer

from siting.errors import ConfigError
from siting.publish.maps import registry
from siting.texts import text as t


def add(app: typer.Typer) -> None:
    """Add `maps` and `embed`."""
    _add_maps(app)
    _add_embed(app)


def _add_maps(app: typer.Typer) -> None:
    """Add `maps`."""

    @app.command(help=t("maps.help"))
    def maps(
        config: Annotated[Path, typer.Argument(help=t("cli.config"), metavar="CONFIG")],
        out: Annotated[
            Path | None, typer.Option("--out", "-o", help=t("maps.out"), metavar="DIR")
        ] = None,
        only: Annotated[
            list[str] | None,
            typer.Option(
                "--only",
                help=t("maps.only", themes=", ".join(registry.names())),
                metavar="THEME",
            ),
        ] = None,
    ) -> None:
        from siting.cli import terminal
        from siting.config import load
        from siting.publish.maps import folder as map_folder
        from siting.study import run as study
        from siting.study.stages import theme as study_theme

        settings = load(config)
        registry.chosen(only or ())
        look = study_theme.load(settings)
        notes: list[str] = []
        with terminal.progress() as say:
            result = study.run(settings, say)
            folder = out or Path("maps") / settings.name
            written = map_folder.write(result, folder, only or (), say, look, notes.append)
        for note in notes:
            terminal.print_line(note)
        for name, reason in written.skipped.items():
            sentence = t("maps.skipped", name=t(f"maps.theme.{name}"), reason=reason)
            terminal.print_line(sentence)
        count = len(written.files)
        key = "maps.done_one" if count == 1 else "maps.done" if count else "maps.none_done"
        values = {"count": count, "folder": folder, "index": folder / "maps.html"}
        terminal.print_line(t(key, **values))


def _add_embed(app: typer.Typer) -> None:
    """Add `embed`."""

    @app.command(help=t("embed.help"))
    def embed(
        paths: Annotated[list[Path], typer.Argument(help=t("embed.map"), metavar="MAP...")],
        page: Annotated[
            Path | None, typer.Option("--page", help=t("embed.page"), metavar="FILE")
        ] = None,
        base: Annotated[str, typer.Option("--base", help=t("embed.base"), metavar="URL")] = "",
        variant: Annotated[
            str, typer.Option("--variant", help=t("embed.variant"), metavar="all|src|srcdoc")
        ] = "all",
        height: Annotated[
            int, typer.Option("--height", min=200, max=2000, help=t("embed.height"))
        ] = 640,
        title: Annotated[str, typer.Option("--title", help=t("embed.title"))] = "",
    ) -> None:
        from siting.cli import maps_shown

        if variant not in ("all", "src", "srcdoc"):
            raise ConfigError("embed_variant", value=variant)
        if page is None:
            maps_shown.show_snippets(paths, base, variant, height, title)
        else:
            maps_shown.write_page(paths, page, base, title)
