"""The embedded study's map in a real browser that can reach no host."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting import config, study

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    result = study.run(config.load(ROOT / "configs" / "aveyron.yaml"), lambda _: None)
    folder = study.write(result, tmp_path_factory.mktemp("map"), lambda _: None)
    assert (folder / "map.html").stat().st_size < 1_500_000
    return folder / "map.html"


@pytest.fixture(params=[(1280, 900), (400, 800)], ids=["desktop", "phone"])
def page(request, browser, map_file):
    width, height = request.param
    opened = browser.new_page(viewport={"width": width, "height": height})
    opened.problems, opened.asked = [], []
    opened.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.on("console", lambda m: opened.problems.append(m.text) if m.type == "error" else None)
    opened.on("request", lambda r: opened.asked.append(r.url))
    opened.goto(map_file.as_uri())
    opened.wait_for_selector("html[data-ready]")
    yield opened
    opened.close()


def test_opens_alone(page, map_file):
    assert page.problems == []
    asked = [url for url in page.asked if not url.startswith(("data:", "blob:"))]
    assert asked == [map_file.as_uri()]
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title() == "Accès aux France Services en Aveyron"
    assert page.get_attribute("html", "lang") == "fr"


def test_the_legend_says_classes_and_unit(page):
    legend = page.locator(".legend")
    if not legend.get_attribute("open") and page.viewport_size["width"] < 640:
        legend.locator("summary").first.click()
    said = legend.inner_text()
    for words in ("≤ 10 min", "20 – 30 min", "plus de 45 min", "pas de temps calculé", "modèle"):
        assert words in said
    legend.get_by_text("Sources et licences").click()
    said = legend.inner_text()
    assert "ANCT, 1er août 2024" in said
    assert "modélisé" in said
    assert "ODbL" in said


def test_search_finds_a_commune_without_its_accents(page):
    field = page.locator("input[type=search]")
    field.fill("severac d aveyron")
    field.press("Enter")
    page.wait_for_selector(".leaflet-popup h3")
    assert page.locator(".leaflet-popup h3").inner_text() == "Sévérac d'Aveyron"
    field.fill("Nulle part")
    field.press("Enter")
    assert page.locator(".said").inner_text() == "Commune introuvable"


def test_a_candidate_opens_its_score(page):
    page.evaluate("document.querySelector('.candidate').click()")
    rows = page.locator(".leaflet-popup tbody tr")
    rows.first.wait_for()
    assert rows.count() == 9
    assert "hab." in rows.first.inner_text()


def test_layers_can_be_chosen_and_nothing_is_asked(page):
    page.hover(".leaflet-control-layers")
    names = page.locator(".leaflet-control-layers-overlays label")
    assert names.count() == 5
    before = len(page.asked)
    names.nth(0).click()
    assert len(page.asked) == before
    # an online basemap asks a host, and only then
    page.locator(".leaflet-control-layers-base label").nth(1).click()
    page.wait_for_timeout(300)
    assert any("data.geopf.fr" in url for url in page.asked[before:])


def test_the_table_says_the_same(page):
    page.get_by_role("button", name="Tableau").click()
    rows = page.locator("dialog tbody").nth(1).locator("tr")
    assert rows.count() == 285
    page.get_by_role("button", name="Fermer").click()
    assert not page.locator("dialog").is_visible()
