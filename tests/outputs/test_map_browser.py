"""The embedded study's maps in a real browser that can reach no host."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from siting import config
from siting.publish import run_folder
from siting.publish.maps import folder as map_folder
from siting.publish.maps import registry
from siting.study import run as study

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    settings = config.load(ROOT / "configs" / "aveyron.yaml")
    plans = {"two": {"name": "Plan d'essai", "sites": ("decazeville", "najac")}}
    plan = type(settings).model_validate(
        settings.model_dump() | {"plans": plans}, context={"base": settings.base}
    )
    result = study.run(plan, lambda _: None)
    out = run_folder.write(result, tmp_path_factory.mktemp("map"), lambda _: None)
    written = map_folder.write(result, out, (), lambda _: None)
    assert set(written.files) == set(registry.names())
    assert not written.skipped
    return out


def opened(browser, path, width, height):
    page = browser.new_page(viewport={"width": width, "height": height})
    page.problems, page.asked = [], []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
    page.on("request", lambda r: page.asked.append(r.url))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    return page


@pytest.fixture(params=[(1280, 900), (400, 800)], ids=["desktop", "phone"])
def page(request, browser, folder):
    shown = opened(browser, folder / "map.html", *request.param)
    shown.file = folder / "map.html"
    yield shown
    shown.close()


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:120])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("name", ["map", *(f"map_{one}" for one in registry.names())])
def test_every_map_opens_alone_and_everyone_can_use_it(browser, folder, name):
    path = folder / f"{name}.html"
    assert path.stat().st_size < 1_500_000
    page = opened(browser, path, 1280, 900)
    assert page.problems == []
    assert [u for u in page.asked if not u.startswith(("data:", "blob:"))] == [path.as_uri()]
    assert page.get_attribute("html", "lang") == "fr"
    assert serious(page) == []
    page.get_by_role("button", name="Tableau").click()
    # every map has an equivalent table
    assert page.locator("dialog table").last.locator("tbody tr").count() == 285
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    # other views draw without an error
    for choice in page.locator(".heading .choice select:visible").all():
        for value in {1, choice.locator("option").count() - 1}:
            choice.select_option(str(value))
    assert page.problems == []
    page.close()


def test_opens_alone(page):
    assert page.problems == []
    asked = [url for url in page.asked if not url.startswith(("data:", "blob:"))]
    assert asked == [page.file.as_uri()]
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title() == "Accès aux France Services en Aveyron"
    assert serious(page) == []


def test_the_legend_says_classes_and_unit(page):
    legend = page.locator(".legend")
    if page.viewport_size["width"] < 640:
        legend.locator("summary").first.click()
    said = legend.inner_text().replace("\u202f", " ")
    for words in ("≤ 10 min", "20 – 30 min", "plus de 45 min", "carreaux modélisés", "modèle"):
        assert words in said
    legend.get_by_text("Sources, licences et dates").click()
    said = legend.inner_text()
    assert "ANCT, 1er août 2024" in said
    assert "Communes au 1er janvier 2026" in said
    assert "ODbL" in said


def test_search_finds_a_commune_without_its_accents(page):
    field = page.locator("input[type=search]")
    field.fill("severac d aveyron")
    field.press("Enter")
    page.wait_for_selector(".leaflet-popup h2")
    assert page.locator(".leaflet-popup h2").inner_text() == "Sévérac d'Aveyron"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    field.fill("Nulle part")
    field.press("Enter")
    assert page.locator(".answer").inner_text() == "Commune introuvable"


def test_a_candidate_opens_its_score_by_the_keyboard(page):
    mark = page.locator(".leaflet-marker-icon.candidate").first
    mark.focus()
    mark.press("Enter")
    rows = page.locator(".leaflet-popup tbody tr")
    rows.first.wait_for()
    assert rows.count() == 9
    said = rows.first.inner_text()
    assert "hab." in said
    assert "ANCT" in said  # source and vintage of what it was computed from
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert page.evaluate("document.activeElement.classList.contains('candidate')")


def test_layers_can_be_chosen_and_nothing_is_asked(page):
    page.hover(".leaflet-control-layers")
    names = page.locator(".leaflet-control-layers-overlays label")
    assert names.count() == 10  # four of them are the background
    before = len(page.asked)
    names.nth(1).click()
    assert len(page.asked) == before
    # an online basemap asks a host, and only then
    page.locator(".leaflet-control-layers-base label").nth(1).click()
    page.wait_for_timeout(300)
    assert any("data.geopf.fr" in url for url in page.asked[before:])
    # the page's own policy lets it: what fails is the network alone
    assert not any("Content Security Policy" in one for one in page.problems)


def test_plans_are_compared_with_a_slider(browser, folder):
    page = opened(browser, folder / "map_candidates.html", 1280, 900)
    plan = page.get_by_label("Plan", exact=True)
    assert plan.locator("option").all_inner_texts()[:2] == ["Aujourd'hui", "Plan d'essai"]
    plan.select_option(label="Plan d'essai")
    assert "Plan d'essai" in page.locator(".heading p").inner_text()
    page.get_by_label("Comparer côte à côte").check()
    slider = page.get_by_label("Limite entre les deux cartes")
    shot = "document.querySelector('.leaflet-cells-pane canvas').toDataURL()"
    before = page.evaluate(shot)
    slider.focus()
    slider.press("Home")
    assert page.evaluate(shot) != before
    assert page.locator(".side.right").inner_text() == "Aujourd'hui"
    assert page.problems == []
    page.close()
