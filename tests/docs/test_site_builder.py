"""What builds the site refuses dead links, writes types, and tells every key; the search works."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from siting.config import schema

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module


def test_links_that_lead_nowhere_and_foreign_scripts_are_told(script, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(
        '<h1 id="top">a</h1><a href="sub/b.html#there">b</a><a href="sub/b.html#no">c</a>'
        '<a href="gone.html">d</a><a href="https://example.org/">e</a><a href="#top">f</a>'
        '<script src="https://cdn.example.org/x.js"></script>',
        encoding="utf-8",
    )
    (tmp_path / "sub" / "b.html").write_text(
        '<p id="there"><a href="../index.html#top">up</a><img src="no.png"></p>', encoding="utf-8"
    )
    assert script("build_site").faults(tmp_path) == [
        "index.html: loads https://cdn.example.org/x.js",
        "index.html: sub/b.html#no",
        "index.html: gone.html",
        str(Path("sub", "b.html")) + ": no.png",
    ]


def test_types_come_from_the_annotations(script):
    def area(width: float, *sides: int) -> list[str]:
        """."""

    lines = [
        *("Areas.", "", "Parameters", "----------", "width", "    Metres.", "*sides", "    More."),
        *("", "Returns", "-------", "What there is,", "in order.", "", "Raises", "------"),
        *("ValueError", "    Never."),
    ]
    script("docstring_types").add(None, "function", "area", area, None, lines)
    assert lines == [
        *("Areas.", "", "Parameters", "----------", "width : float", "    Metres."),
        *("*sides : int", "    More.", "", "Returns", "-------", "list[str]"),
        *("    What there is,", "    in order.", "", "Raises", "------", "ValueError"),
        "    Never.",
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_keys_tells_each_once(language, script):
    keys = schema.keys(language)
    page = script("key_pages").page(keys, language)
    told = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(told) == sorted(key.path for key in keys)
    assert all(key.description.replace("|", r"\|") in page for key in keys)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_commands_tells_every_command(language, script):
    from siting import texts

    before = texts.language()
    page = script("command_pages").page(language)
    assert texts.language() == before
    assert texts.text("cli_locate.help", language) in page
    for command in ("run", "locate", "survey form", "serve"):
        assert f"## `siting {command}`\n" in page


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "words"), [("search.html", "isochrone"), ("en/search.html", "p-median")]
)
def test_the_search_works_from_disk(page, words, browser):
    site = ROOT / "build" / "site"
    if not (site / page).is_file():
        pytest.skip("no site: make docs")
    shown = browser.new_page()
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto((site / page).as_uri() + f"?q={words}")
    shown.wait_for_selector("#search-results li a")
    assert all(address.startswith(("file:", "data:")) for address in asked)
    shown.close()
