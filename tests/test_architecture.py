"""A module imports only from stages to its left."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

PACKAGE = Path(__file__).parents[1] / "siting"
STAGES = [
    "sources",
    "territory",
    "network",
    "times",
    "measures",
    "survey",
    "sites",
    "outputs",
    "web",
]
COMMON = {"errors", "texts", "tables", "provenance", "files"}
ABOVE = {
    "study",
    "studies",
    "inputs",
    "ground",
    "setup",
    "what_if",
    "commands",
    "report",
    "cli",
    "terminal",
    "web",
}


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "embedded" not in p.parts)


def imported(path: Path) -> set[str]:
    """First-level names of siting that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] != "siting":
                continue
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("siting.")}
    return found - {"__version__"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_only_from_the_left(path):
    where = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    used = imported(path) - COMMON - {where}
    if where in STAGES and where != "web":
        assert used <= set(STAGES[: STAGES.index(where)])
    elif where in COMMON | {"config"}:
        assert not used
    elif where not in ABOVE:
        assert where == "__init__"


def test_public_names_are_few():
    import siting

    modules = [n for n, value in vars(siting).items() if isinstance(value, ModuleType)]
    assert len([n for n in vars(siting) if not n.startswith("_") and n not in modules]) <= 15


def test_each_test_file_has_its_own_name():
    """Pytest imports them by name alone: of two alike, one stops the whole run."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert [name for name in names if names.count(name) > 1] == []
