"""The folder for a web server: links that lead somewhere, a page for everybody, nothing outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe

from siting import texts
from siting.publish import portal
from siting.publish.report import figures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Links(HTMLParser):
    """Addresses of a page, and the names that it can be sent to."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.names, self.pictures = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.addresses += [given[key] for key in ("href", "src") if key in given]
        self.names |= {given["id"]} if "id" in given else set()
        self.pictures += [given] if tag == "img" else []


@pytest.fixture(scope="module", params=texts.LANGUAGES)
def written(request, compared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "draw", lambda *_: figures.Figures({}, ()))  # of the report alone
        texts.set_language(request.param)
        pages = [folder / portal.HOME, folder / texts.text("portal.declaration")]
        try:
            done = portal.write(*compared, folder, "", lambda _: None)
        finally:
            texts.set_language("fr")
    return folder, pages, done, request.param


def test_every_link_is_relative_and_leads_somewhere(written):
    folder, pages, _, _ = written
    for page in pages:
        read = Links(page.read_text(encoding="utf-8"))
        assert len(read.addresses) > 1
        for address in read.addresses:
            name, _, inside = address.partition("#")
            if name:
                assert not re.match(r"[a-z]+:|/", name)
                assert (folder / unquote(name)).is_file()
            else:
                assert inside in read.names
        assert all(picture["alt"] for picture in read.pictures)


def test_it_holds_the_finding_the_files_and_stays_small(written, compared):
    folder, pages, done, language = written
    page = pages[0].read_text(encoding="utf-8")
    row = (
        compared[0].coverage.query("zone_kind == 'department' and threshold_minutes == 20").iloc[0]
    )
    left = texts.number(round(row["population"]) - round(row["covered_population"]), 0, language)
    assert left in page
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert done.count == len(files)
    assert done.size == sum(path.stat().st_size for path in files) < portal.MOST
    assert {path.suffix for path in files} >= {".pdf", ".pptx", ".xlsx", ".zip", ".html", ".png"}
    assert "1200" in page
    assert 'property="og:image"' in page


@pytest.mark.parametrize("size", [(1366, 768), (400, 800)])
def test_a_browser_shows_it_to_everybody_and_asks_for_nothing_else(written, browser, size):
    _, pages, _, language = written
    for path in pages:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        problems, asked = [], []
        page.on("console", lambda message, kept=problems: kept.append(message.text))
        page.on("request", lambda request, kept=asked: kept.append(request.url))
        page.goto(path.as_uri())
        assert problems == []
        assert all(url.startswith(path.parent.as_uri()) for url in asked)
        assert page.get_attribute("html", "lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert [each["id"] for each in Axe().run(page).response["violations"]] == []
        page.close()
