"""The street: which rooms may import from which, and that no circle and no detour comes back."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

PACKAGE = Path(__file__).parents[1] / "siting"

# What every room may use: they know nothing of a study.
COMMON = {
    "errors", "texts", "contracts", "provenance", "atomic_files", "version", "settings", "entries",
    "yaml_files", "compiled", "archives", "vector_files",
}  # fmt: skip

# room -> the rooms that it may import from, beside COMMON. Nothing else passes.
ALLOWED: dict[str, set[str]] = {
    "__init__": {"api", "location", "version"},
    "version": set(),
    "errors": set(),
    "texts": set(),
    "contracts": set(),
    "provenance": set(),
    "atomic_files": set(),
    "settings": set(),
    "entries": set(),
    "yaml_files": set(),
    "archives": set(),
    "vector_files": set(),
    "compiled": set(),
    "cluster": set(),
    "config": {"location", "measures", "sources"},  # their registries
    "sources": set(),
    "network": set(),
    "territory": {"sources"},
    "setup": {"config", "sources", "territory"},
    "times": {"cluster", "network"},
    "measures": {"times", "network"},
    "survey": {"sources", "measures"},
    "ranking": {"cluster"},
    "location": {"sources", "measures"},
    "economics": set(),
    "offers": {"survey"},
    "outputs": {"times", "survey"},
    "study": {
        "cluster", "config", "sources", "territory", "network", "times", "measures", "survey",
        "ranking", "location", "economics", "offers", "outputs",
    },
    "publish": {
        "cluster", "config", "network", "times", "measures", "survey", "ranking", "economics",
        "outputs", "study",
    },
    "api": {
        "config",
        "sources",
        "network",
        "times",
        "measures",
        "ranking",
        "location",
        "study",
        "publish",
    },
    "workshop": {
        "config", "territory", "network", "times", "ranking", "location", "outputs", "study",
        "publish",
    },
    "installation": {
        "config", "measures", "offers", "outputs", "publish", "study", "survey",
    },
    "cli": {
        "cluster", "config", "sources", "setup", "network", "times", "survey", "ranking",
        "location", "economics", "outputs", "study", "publish", "workshop", "installation",
    },
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "embedded" not in p.parts)


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def names() -> frozenset[str]:
    return frozenset(map(dotted, modules()))


def imported(path: Path) -> set[str]:
    """Modules of siting that a module imports, wherever in it, for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "siting":
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in names() else str(node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "siting"}
    return found - {dotted(path)}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


@cache
def graph() -> nx.DiGraph:
    arrows = nx.DiGraph()
    for path in modules():
        arrows.add_edges_from((dotted(path), used) for used in imported(path))
    return arrows


def rooms() -> nx.DiGraph:
    return nx.DiGraph((room(a), room(b)) for a, b in graph().edges if room(a) != room(b))


def rooms_used() -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for path in modules():
        used.setdefault(room(dotted(path)), set()).update(map(room, imported(path)))
    return used


def circles(arrows: nx.DiGraph) -> list[list[str]]:
    return [sorted(ring) for ring in nx.strongly_connected_components(arrows) if len(ring) > 1]


def test_imports_only_what_is_allowed():
    used = rooms_used()
    beyond = {
        name: sorted(met - {name, "__init__"} - COMMON - ALLOWED[name])
        for name, met in used.items()
        if met - {name, "__init__"} - COMMON - ALLOWED[name]
    }
    assert beyond == {}


def test_allows_nothing_that_nobody_uses():
    used = rooms_used()
    assert {n: sorted(ALLOWED[n] - used[n]) for n in ALLOWED if ALLOWED[n] - used[n]} == {}


def test_no_circle():
    """Neither between modules nor between rooms; imports for types alone count too."""
    assert [
        sorted(ring) for ring in nx.strongly_connected_components(graph()) if len(ring) > 1
    ] == []
    rooms = nx.DiGraph((room(a), room(b)) for a, b in graph().edges if room(a) != room(b))
    assert [sorted(ring) for ring in nx.strongly_connected_components(rooms) if len(ring) > 1] == []


def test_the_street_is_short():
    """At most twelve rooms stand one behind the other."""
    assert len(nx.dag_longest_path(rooms())) <= 12


def test_public_names_are_few():
    import siting

    assert len(set(siting.__all__) - {"__version__"}) <= 15


def test_each_test_file_has_its_own_name():
    """Pytest imports them by name alone: of two alike, one stops the whole run."""
    files = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert [name for name in files if files.count(name) > 1] == []


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_each_room_says_why_it_exists(name):
    path = PACKAGE / name / "__init__.py" if (PACKAGE / name).is_dir() else PACKAGE / f"{name}.py"
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
