"""The page of the commands, from what `siting --help` says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from siting import texts
from siting.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEADS = {
    "fr": "# Les commandes\n\nÉcrite à chaque construction du site, d'après `siting --help`.\n",
    "en": "# The commands\n\nWritten at each build of the site, from what `siting --help` says.\n",
}


def write(path: Path, language: str) -> None:
    """Write the page of a language."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(language), encoding="utf-8", newline="\n")


def page(language: str) -> str:
    """The page: a section a command, with its arguments and options."""
    before = texts.language()
    texts.set_language(language)
    try:
        tree = typer.main.get_command(app.build())
        return "\n".join([LEADS[language], *_sections("siting", tree)])
    finally:
        texts.set_language(before)


def _sections(name: str, command: Any) -> Iterator[str]:
    if hasattr(command, "commands"):
        for below, child in command.commands.items():
            yield from _sections(f"{name} {below}", child)
        return
    words = [_word(param) for param in command.params if param.param_type_name == "argument"]
    yield f"## `{name}`\n\n{command.help}\n\n```text\n{' '.join([name, *words, '…'])}\n```\n"
    yield "\n".join(
        f"`{_word(param)}`{' *' if param.required else ''}\n: {param.help or ''}\n"
        for param in command.params
    )


def _word(param: Any) -> str:
    """How a parameter is written: its names, and what stands after them."""
    shown = param.metavar or ""
    if param.param_type_name == "argument":
        return str(shown or param.name.upper())
    return " ".join([", ".join(param.opts), shown]).strip()
