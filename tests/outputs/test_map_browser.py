"""The embedded study's maps in a real browser that can reach no host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from siting import config
from siting.outputs.theme import DEFAULT
from siting.publish import run_folder
from siting.publish.maps import folder as map_folder
from siting.publish.maps import registry
from siting.study import run as study

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    settings = config.load(ROOT / "configs" / "aveyron.yaml")
    coaches = config.load(ROOT / "configs" / "aveyron-autocars.yaml").timetables
    coaches = coaches.model_copy(update={"days": coaches.days[:1], "worth": False})
    plans = {"two": {"name": "Plan d'essai", "sites": ("decazeville", "najac")}}
    plan = type(settings).model_validate(
        settings.model_dump() | {"plans": plans, "timetables": coaches},
        context={"base": settings.base},
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


@pytest.mark.parametrize("landscape", [False, True])
def test_a_map_prints_on_one_sheet_with_all_that_it_needs(browser, folder, tmp_path, landscape):
    """Title, finding, map, legend, sources, date and a round scale: nothing is on a second page."""
    page = opened(browser, folder / "map_candidates.html", 1366, 768)
    file = tmp_path / "map.pdf"
    file.write_bytes(page.pdf(format="A4", landscape=landscape, print_background=True))
    (sheet,) = PdfReader(file).pages
    words = " ".join(sheet.extract_text().replace("\u202f", " ").replace("\xa0", " ").split())
    for wanted in (
        "sites candidats comparés", "89,1 % des habitants", "plus de 45 min", "aucun habitant",
        "Communes au 1er janvier 2026", "Sources, licences et dates", "ODbL", "Villefranche",
    ):  # fmt: skip
        assert wanted in words, wanted
    denominator = re.search(r"1 : ([\d ]+) sur une feuille A4", words)
    assert denominator
    assert int(denominator[1].replace(" ", "")) in (1_000_000, 1_250_000)
    assert not page.locator("body.printing").count()  # as it was
    page.close()


def test_the_printed_map_is_one_canvas_that_holds_every_layer(browser, folder):
    """Browsers print canvases as drawings, each of which wipes what lies below: all were blank."""
    page = opened(browser, folder / "map_access.html", 1366, 768)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown = page.locator(".folium-map canvas:visible")
    assert shown.count() == 1
    colours = shown.evaluate(
        """canvas => {
          const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let i = 0; i < dots.length; i += 4 * 97)
            seen.add([dots[i], dots[i + 1], dots[i + 2]].join());
          return [...seen];
        }"""
    )
    for level in DEFAULT.palette[:4]:
        assert ",".join(str(int(level[i : i + 2], 16)) for i in (1, 3, 5)) in colours
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".sheet, .credits").count() == 0
    page.close()


def test_main_towns_are_named_even_on_a_phone(browser, folder):
    """Each name is a drawing: what was written is told by the pen."""
    page = browser.new_page(viewport={"width": 400, "height": 800})
    page.add_init_script(
        """const write = CanvasRenderingContext2D.prototype.fillText;
        window.written = new Set();
        CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
          window.written.add(text);
          return write.call(this, text, ...place);
        };"""
    )
    page.goto((folder / "map_candidates.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    names = set(page.evaluate("[...window.written]"))
    assert {"Rodez", "Millau", "Villefranche-de-Rouergue"} <= names
    page.close()
