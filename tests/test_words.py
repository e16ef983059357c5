"""One word, one meaning: names say what they hold."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "siting"
SAY_NOTHING = {"one", "found", "told", "said", "held", "asked"}


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
        for name, line in named(ast.parse(path.read_text(encoding="utf-8")))
        if name in SAY_NOTHING
    ]
    assert bad == []


# classes that the front door shows under the name that its users know
AT_THE_FRONT_DOOR = {"Result", "Study"}


def test_one_class_to_a_name():
    where: dict[str, list[str]] = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # a private class is its module's own
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where.setdefault(node.name, []).append(path.relative_to(PACKAGE).as_posix())
    twice = {name: paths for name, paths in where.items() if len(paths) > 1}
    assert set(twice) == AT_THE_FRONT_DOOR, twice
    assert all(any(p.startswith("api/") for p in twice[name]) for name in AT_THE_FRONT_DOOR)


def test_one_module_to_an_alias():
    known = {".".join(("siting", *p.relative_to(PACKAGE).with_suffix("").parts)) for p in modules()}
    bound: dict[str, set[str]] = {}
    aliases = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for name in node.names:
                    if f"{node.module}.{name.name}" in known:
                        called = name.asname or name.name
                        bound.setdefault(called, set()).add(f"{node.module}.{name.name}")
                        aliases |= {called} if name.asname else set()
    assert {alias: bound[alias] for alias in sorted(aliases) if len(bound[alias]) > 1} == {}
