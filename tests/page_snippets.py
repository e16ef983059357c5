"""The fenced blocks of a Markdown page, and what it takes to run them.

A block that cannot run says why in a comment before it: `<!-- not run: reason -->`. A yaml block
that a reader adds to a file says which: `<!-- added to: study.yaml -->`.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer
import yaml

from siting import cli
from siting.cli import app

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = frozenset({"python", "bash", "text", "yaml"})
FENCE = re.compile(
    r"^(?:<!-- (?P<mark>not run|added to): (?P<said>[^\n]+) -->\n+)?"
    r"```(?P<language>[^\n]*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its line in the page, what it is, and why it is not run."""

    line: int
    language: str
    body: str
    not_run: str = ""
    added_to: str = ""


def blocks(page: Path) -> list[Block]:
    """The blocks of a page in order, directives of Sphinx left out."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            text.count("\n", 0, match.start("body")),
            match["language"],
            match["body"],
            *((match["said"], "") if match["mark"] == "not run" else ("", match["said"] or "")),
        )
        for match in FENCE.finditer(text)
        if not match["language"].startswith("{")
    ]


def commands(block: Block) -> list[list[str]]:
    """The words of each command of a bash block, comments left out."""
    lines = block.body.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def parse(words: list[str]) -> None:
    """Parse a command of siting without running it; click's own error where it is not one."""
    command: Any = typer.main.get_command(app.build())
    context = command.make_context("siting", list(words[1:]), resilient_parsing=True)
    rest = [*context._protected_args, *context.args]
    while hasattr(command, "commands") and rest:
        _, command, rest = command.resolve_command(context, rest)
        context = type(context)(command, parent=context)
    command.make_parser(context).parse_args(list(rest))


def run(page: Path, folder: Path) -> None:
    """Run the blocks of a page one after the other; the present folder is the reader's."""
    names: dict[str, object] = {}
    printed = None
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        assert block.language in LANGUAGES, f"{where}: which language is it?"
        if block.language == "text":
            if printed is not None:
                _require_lines(where, block.body, printed)
            printed = None
        elif block.not_run:
            printed = None
            _parse_all(where, block)
        elif block.language == "yaml":
            documents = list(yaml.safe_load_all(block.body))
            assert documents, where
            assert all(documents), where
            if block.added_to:
                with (folder / block.added_to).open("a", encoding="utf-8") as file:
                    file.write(f"\n{block.body}")
        elif block.language == "python":
            printed = _python(block, names)
        else:
            printed = "".join(_siting(where, words) for words in commands(block))


def _parse_all(where: str, block: Block) -> None:
    """Parse the commands of siting in a block that is not run."""
    if block.language != "bash":
        return
    for words in commands(block):
        if words[0] == "siting" and "…" not in words:
            try:
                parse(words)
            except Exception as error:
                raise AssertionError(f"{where}: {shlex.join(words)}: {error}") from error


def _python(block: Block, names: dict[str, object]) -> str:
    """Run a block of Python; what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(block.body, names)  # noqa: S102 - our own pages
    return out.getvalue()


def _siting(where: str, words: list[str]) -> str:
    """Run a command of siting in this process; what it prints."""
    assert words[0] == "siting", f"{where}: {words[0]} is not run: say why"
    out, code = io.StringIO(), None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            cli.main(words[1:])
        except SystemExit as ended:
            code = ended.code
    assert not code, f"{where}: {shlex.join(words)}\n{out.getvalue()}"
    return out.getvalue()


def _require_lines(where: str, shown: str, printed: str) -> None:
    """Hold that a page shows lines of what was printed, in order; `…` stands for others."""
    expected = [" ".join(line.split()) for line in shown.splitlines() if line.strip(" …")]
    actual = iter([" ".join(line.split()) for line in printed.splitlines()])
    for line in expected:
        assert line in actual, f"{where}: not printed: {line}\n{printed}"
