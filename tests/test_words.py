"""One word, one meaning: names say what they hold."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "siting"
SAY_NOTHING = {"one", "found", "told", "said", "held", "asked"}
# rooms whose names are still to be given; the list only gets shorter
UNNAMED_ROOMS = {"outputs", "publish", "setup", "sources", "workshop"}


def modules() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if "embedded" not in p.parts]


def named(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Variables, parameters and fields that a module binds, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, node.lineno


def test_no_variable_has_a_name_that_says_nothing():
    bad = [
        f"{path.relative_to(PACKAGE)}:{line} {name}"
        for path in modules()
        if path.relative_to(PACKAGE).parts[0] not in UNNAMED_ROOMS
        for name, line in named(ast.parse(path.read_text(encoding="utf-8")))
        if name in SAY_NOTHING
    ]
    assert bad == []
