"""Every fenced block of the README and of the site runs, or says why it does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import official_files
import page_snippets
import pytest
from page_snippets import Block

ROOT = Path(__file__).parents[2]
WRITTEN = {"generated", "examples"}  # made by scripts, which the tests run too
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [
    *("README.md", "CONTRIBUTING.md", "maps/README.md"),
    *(page.relative_to(ROOT).as_posix() for page in DOCS if page.parent.name not in WRITTEN),
]
RUN = [page for page in PAGES if page_snippets.blocks(ROOT / page)]
POINTS = (
    "id,lon,lat,population,capacity\nvella,1.5218,42.5075,22000,3\njulia,1.4917,42.4637,9500,2\n"
)
TRIPS = """id,origin_lon,origin_lat,destination_lon,destination_lat,minutes
1,1.5218,42.5075,1.4917,42.4637,11
2,1.5976,42.5676,1.5218,42.5075,17
3,1.5148,42.5450,1.4917,42.4637,18
"""


def _files(page: str, folder: Path, request: pytest.FixtureRequest) -> None:
    """What the reader of a page has beside it; skipped where a sample is needed and absent."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if "region.osm.pbf" in text:
        samples = request.getfixturevalue("samples")
        shutil.copyfile(samples / "osm" / "andorra.osm.pbf", folder / "region.osm.pbf")
    for name in ("homes", "places", "domiciles", "lieux"):
        (folder / f"{name}.csv").write_text(POINTS, encoding="utf-8")
    (folder / "demand.csv").write_text("id,weight\nvella,22000\njulia,9500\n", encoding="utf-8")
    (folder / "trips.csv").write_text(TRIPS, encoding="utf-8")
    if "--mirror miroir" in text:
        official_files.mirror(folder / "miroir")


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_the_blocks_of_a_page_run(page, tmp_path, monkeypatch, request):
    _files(page, tmp_path, request)
    monkeypatch.chdir(tmp_path)
    page_snippets.run(ROOT / page, tmp_path)


def test_every_fence_is_read():
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        fences = sum(
            line.startswith("```") and not line.startswith("```{") for line in text.splitlines()
        )
        directives = text.count("\n```{") + text.startswith("```{")
        assert fences - directives == 2 * len(page_snippets.blocks(ROOT / page)), page


def test_what_cannot_be_is_refused(tmp_path):
    page = tmp_path / "page.md"

    def blocks(text: str) -> None:
        page.write_text(text, encoding="utf-8")
        page_snippets.run(page, tmp_path)

    with pytest.raises(AssertionError, match="which language"):
        blocks("```\nsiting run\n```\n")
    with pytest.raises(AssertionError, match="say why"):
        blocks("```bash\nmake demo\n```\n")
    with pytest.raises(AssertionError, match="--colour"):
        blocks("<!-- not run: slow -->\n```bash\nsiting maps a.yaml --colour\n```\n")
    with pytest.raises(AssertionError, match="not printed: 3"):
        blocks("```python\nprint(2)\n```\n```text\n3\n```\n")
    blocks("<!-- not run: slow -->\n```bash\nsiting maps a.yaml --only access # one\n```\n")


def test_commands_are_parsed_as_the_command_line_does():
    block = Block(1, "bash", "siting survey form a.yaml \\\n  -o b.docx  # c\n\n# d\n")
    assert page_snippets.commands(block) == [["siting", "survey", "form", "a.yaml", "-o", "b.docx"]]
    page_snippets.parse(["siting", "survey", "form", "a.yaml", "-o", "b.docx"])
    with pytest.raises(Exception, match="forms"):
        page_snippets.parse(["siting", "survey", "forms"])
