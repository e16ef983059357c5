"""A map in somebody's page: what is printed works under a strict policy, from disk and by HTTP."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from siting.cli import app as cli
from siting.errors import InputError
from siting.outputs import embedding, scales, web_map
from siting.outputs.theme import DEFAULT

NAME = "L'accès à l'été </script> \"&amp;\""
STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; "


def small_map():
    communes = gpd.GeoDataFrame(
        {
            "code": ["12001"],
            "name": ["Rodez"],
            "population": [300],
            "epci_code": ["1"],
            "epci_name": ["E"],
            "chef_lieu_lon": [2.1],
            "chef_lieu_lat": [44.1],
        },
        geometry=[box(2.0, 44.0, 2.2, 44.2)],
        crs=4326,
    )
    view = web_map.View("x", f"Phrase {NAME}", scales.minutes(DEFAULT), communes=np.array([12.0]))
    return web_map.WebMap(NAME, "d", web_map.Ground(communes), (), (view,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    web_map.write(out / "ma carte.html", small_map())
    return out


@dataclass
class Site:
    """A folder, by HTTP, with the policy that a page is answered with."""

    address: str
    policies: dict[str, str]


@pytest.fixture
def site(folder):
    policies = {}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            from urllib.parse import unquote

            name = unquote(self.path).strip("/")
            path = folder / name
            self.send_response(200 if path.is_file() else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if name in policies:
                self.send_header("Content-Security-Policy", policies[name])
            self.end_headers()
            if path.is_file():
                self.wfile.write(path.read_bytes())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_port}", policies)
    server.shutdown()
    server.server_close()


def host_page(*parts):
    body = "\n".join(parts)
    head = '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>h</title></head>'
    return f"{head}<body>{body}</body></html>"


def shown(browser, address):
    """Open a page; give its problems and the map's frame once it is drawn."""
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.set_default_timeout(120_000)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.goto(address)
    inner = page.frame_locator("iframe").first
    inner.locator("html[data-ready]").wait_for()
    inner.locator(".legend").wait_for()
    page.wait_for_function("document.querySelector('iframe').height !== '640'")
    return page, inner, problems


CASES = [(kind, how) for kind in ("src", "srcdoc") for how in ("file", "http")]


@pytest.mark.browser
@pytest.mark.parametrize(("kind", "how"), CASES)
def test_what_is_printed_works_under_a_strict_policy(browser, folder, site, kind, how):
    frame = embedding.read(folder / "ma carte.html")
    found = embedding.snippets(frame)
    code = found.iframe if kind == "src" else found.srcdoc
    policy = STRICT + (found.iframe_policy if kind == "src" else found.srcdoc_policy)
    name = f"{kind}-{how}.html"
    page_text = host_page(code, found.script)
    if how == "file":
        # a page from disk has no header: its policy stands in it; 'self' names no file
        own = policy.replace("'self'", "file:")
        meta = f'<meta http-equiv="Content-Security-Policy" content="{own}">'
        page_text = page_text.replace("<head>", f"<head>{meta}", 1)
    (folder / name).write_text(page_text, encoding="utf-8")
    site.policies[name] = policy
    address = f"{site.address}/{name}" if how == "http" else (folder / name).as_uri()
    page, inner, problems = shown(browser, address)
    assert problems == []
    assert inner.locator("h1").inner_text() == NAME
    element = page.locator("iframe")
    assert element.get_attribute("title") == NAME
    assert element.get_attribute("sandbox") == "allow-scripts"
    assert f"Phrase {NAME}" in page.locator("figcaption").inner_text()
    # 884 pixels of width ask for this height
    width = element.bounding_box()["width"]
    assert int(element.get_attribute("height")) == pytest.approx(width * 0.66, abs=4)
    page.close()


@pytest.mark.browser
def test_without_its_hashes_the_policy_stops_the_srcdoc(browser, folder, site):
    found = embedding.snippets(embedding.read(folder / "ma carte.html"))
    (folder / "bare.html").write_text(host_page(found.srcdoc), encoding="utf-8")
    site.policies["bare.html"] = STRICT
    page = browser.new_page()
    refused = []
    page.on("console", lambda m: refused.append(m.text))
    page.goto(f"{site.address}/bare.html")
    page.wait_for_timeout(500)
    assert any("Content Security Policy" in one for one in refused)
    assert page.frame_locator("iframe").locator("html[data-ready]").count() == 0
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("how", ["file", "http"])
def test_a_page_of_several_maps(browser, folder, site, how, capsys):
    web_map.write(folder / "deux.html", small_map())
    name = f"several-{how}.html"
    paths = [str(folder / one) for one in ("ma carte.html", "deux.html")]
    with pytest.raises(SystemExit) as ended:
        cli.main(["embed", *paths, "--page", str(folder / name), "--title", NAME])
    assert ended.value.code == 0
    assert "2 carte" in capsys.readouterr().out
    address = f"{site.address}/{name}" if how == "http" else (folder / name).as_uri()
    page, _, problems = shown(browser, address)
    page.locator("iframe").last.scroll_into_view_if_needed()
    page.frame_locator("iframe").last.locator("html[data-ready]").wait_for()
    assert problems == []
    assert page.locator("h1").inner_text() == NAME
    assert page.locator("nav a").count() == page.locator("iframe").count() == 2
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    page.close()


def test_the_command_prints_both_variants_and_their_hashes(folder, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["embed", str(folder / "ma carte.html"), "--base", "https://exemple.fr/cartes/"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.count("<iframe") == said.count('sandbox="allow-scripts"') == 2
    assert 'src="https://exemple.fr/cartes/ma%20carte.html"' in said
    assert 'srcdoc="' in said
    assert "frame-src https://exemple.fr;" in said
    assert len(set(re.findall(r"sha256-[A-Za-z0-9+/=]{44}", said))) >= 5


def test_what_is_no_map_is_refused(tmp_path):
    with pytest.raises(InputError, match="none"):
        embedding.read(tmp_path / "none.html")
    for name, content in {"a.html": b"<title>x</title>", "b.html": b"\xff\xfe"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="carte"):
            embedding.read(tmp_path / name)


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(max_size=30))
def test_any_name_stays_in_its_attribute(title, page):
    frame = embedding.Frame("m.html", title, title, page.replace("\x00", ""))
    found = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    Tags().feed(embedding.snippets(frame).srcdoc)
    tags = [tag for tag, _ in found]
    assert tags == ["figure", "iframe", "figcaption"]
    assert found[1][1]["title"] == title
    assert found[1][1]["srcdoc"] == frame.page
