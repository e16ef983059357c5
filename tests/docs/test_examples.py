"""Every example runs, and prints what its page of the site shows."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))


@pytest.fixture(scope="module")
def example_pages():
    path = ROOT / "scripts" / "example_pages.py"
    spec = importlib.util.spec_from_file_location("example_pages", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script  # dataclasses look their module up
    spec.loader.exec_module(script)
    return script


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_what_its_page_shows(name, example_pages, request):
    path = ROOT / "examples" / f"{name}.py"
    extract = None
    if "region.osm.pbf" in path.read_text(encoding="utf-8"):
        extract = request.getfixturevalue("samples") / "osm" / "andorra.osm.pbf"
    page = example_pages.run(path, extract)
    written = (ROOT / "docs" / "en" / "examples" / f"{name}.md").read_text(encoding="utf-8")
    assert page.text == written, f"run scripts/example_pages.py {name}"
    figures = {path.name for path in (ROOT / "docs" / "en" / "examples").glob(f"{name}_*.png")}
    assert set(page.figures) == figures


def test_every_example_has_its_page_and_is_listed():
    pages = {path.stem for path in (ROOT / "docs" / "en" / "examples").glob("*.md")}
    assert pages == set(EXAMPLES)
    listed = (ROOT / "docs" / "en" / "examples.md").read_text(encoding="utf-8")
    assert all(f"examples/{name}\n" in listed for name in EXAMPLES)


def test_cells_are_read(example_pages):
    assert example_pages.cells("# %% [markdown]\n# # A\n\n# %%\n1\n") == [
        (" [markdown]", "# # A\n\n"),
        ("", "1\n"),
    ]
