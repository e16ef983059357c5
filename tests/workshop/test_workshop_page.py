"""Hands on the page: each gesture's figures are those of the interface, and of `siting run`."""

from __future__ import annotations

import re
import time
import zipfile

import andorra_study
import numpy as np
import pytest
import shapely
from axe_playwright_python.sync_playwright import Axe
from workshop_hands import Hands, as_run, serving, spaceless, until

from siting.config import load
from siting.study import run as studies
from siting.workshop import page_answers, scenario, server

pytestmark = pytest.mark.browser

TOKEN = "un-jeton-assez-long"  # noqa: S105 - of this test


def test_dragged_facility_is_what_siting_run_computes(hands, desk):
    before = hands.text("#share")
    facility = next(iter(hands.page.locator(".site.facility[data-site]").all()))
    site = facility.get_attribute("data-site")
    hands.drag(f"[data-site='{site}']", 60, 40)
    assert hands.text("#share") != before
    assert hands.page.locator(f"[data-site='{site}'][data-kind=closed]").count() == 1
    assert hands.page.locator(f"[data-site='{site}-bis'][data-kind=opened]").count() == 1
    assert spaceless(hands.text("#share")) == spaceless(as_run(desk, hands, "glisse"))


def test_the_map_follows_the_hand(hands):
    """Answers come while the site is still held."""
    hands.open_in("Arvieu")
    before = int(hands.page.evaluate("document.body.dataset.painted"))
    box = hands.page.locator("[data-kind=opened]").first.bounding_box()
    hands.page.mouse.move(box["x"] + 10, box["y"] + 10)
    hands.page.mouse.down()
    for step in range(20):
        hands.page.mouse.move(box["x"] + 10 + 5 * step, box["y"] + 10)
        hands.page.wait_for_timeout(20)
    assert int(hands.page.evaluate("document.body.dataset.painted")) >= before + 3
    hands.painted(hands.page.mouse.up)


def test_open_undo_redo_reload(hands):
    today = hands.text("#share")
    hands.open_in("Saint-Izaire")
    opened = hands.text("#share")
    gained = hands.text("#gained")
    assert gained.startswith("+")
    assert hands.text("#lost") == "0"
    assert "Saint-Izaire ouvert" in hands.text("#live")
    hands.painted(lambda: hands.page.click("#undo"))
    assert hands.text("#share") == today
    hands.painted(lambda: hands.page.click("#redo"))
    assert hands.text("#share") == opened
    hands.page.reload()
    hands.ready()
    assert hands.text("#share") == opened
    assert hands.text("#gained") == gained
    hands.painted(lambda: hands.page.click("#reset"))
    assert hands.text("#share") == today


def test_keys_move_a_site(hands):
    hands.open_in("Arvieu")
    marker = hands.page.locator("[data-kind=opened]")
    before = marker.bounding_box()
    marker.focus()
    hands.painted(lambda: hands.page.keyboard.press("Shift+ArrowRight"))
    after = marker.bounding_box()
    assert after["x"] > before["x"] + 2
    assert marker.evaluate("one => one === document.activeElement")
    hands.page.keyboard.press("Enter")
    hands.page.wait_for_selector(".popup")
    hands.painted(lambda: hands.page.click(".popup .actions button"))
    assert marker.count() == 0


def test_close_a_facility_and_a_road(hands):
    hands.page.locator(".site.facility[data-site]").first.focus()
    hands.page.keyboard.press("Enter")
    hands.painted(lambda: hands.page.click(".popup .actions button"))
    assert hands.text("#lost").startswith("\u2212")
    lost = hands.text("#lost")
    hands.tab("changes")
    link = hands.page.locator("#link-names option").first.get_attribute("value")
    hands.page.fill("#link", link)
    hands.painted(lambda: hands.page.press("#link", "Enter"))
    assert hands.page.locator("#changes li").count() == 2
    for _ in range(2):
        hands.painted(hands.page.locator("#changes button").last.click)
    assert hands.text("#lost") == "0" != lost


def test_thresholds_and_speed(hands):
    today = hands.text("#share")
    hands.tab("changes")
    hands.page.fill("#threshold-list", "12 ; 25")
    hands.painted(lambda: hands.page.press("#threshold-list", "Enter"))
    assert hands.page.locator("#thresholds button").all_inner_texts() == ["12 min", "25 min"]
    hands.page.locator("#thresholds button").last.click()
    assert "25 min" in hands.text("#within")
    slower = hands.text("#share")
    hands.page.locator("#speed").focus()
    hands.painted(lambda: hands.page.keyboard.press("Home"))
    assert hands.text("#share") not in (today, slower)
    assert "50" in hands.text("#speed-share")
    hands.page.fill("#threshold-list", "abc")
    hands.page.press("#threshold-list", "Enter")
    assert "Seuils" in hands.text("#problem")


def test_weights_rank_at_once(hands):
    hands.tab("ranking")
    before = hands.page.locator("#ranking .name").all_inner_texts()
    for slider in hands.page.locator("#weights input").all()[:2]:
        slider.focus()
        hands.page.keyboard.press("Home")
    hands.page.wait_for_load_state("networkidle")
    hands.page.wait_for_timeout(100)
    after = hands.page.locator("#ranking .name").all_inner_texts()
    assert after != before
    assert sorted(after) == sorted(before)
    first = hands.page.locator("#ranking details").first
    first.locator("summary").click()
    words = first.locator(".why strong").all_inner_texts()
    points = [float(re.search(r"([\d,]+) points", part)[1].replace(",", ".")) for part in words]
    score = float(first.locator(".score").inner_text().split()[0].replace(",", "."))
    assert sum(points) == pytest.approx(score, abs=0.5)
    on_map = hands.page.locator("[data-kind=candidate]").all_inner_texts()
    assert sorted(map(int, on_map)) == list(range(1, len(before) + 1))


def test_two_plans_side_by_side(hands):
    hands.open_in("Saint-Izaire")
    hands.tab("plans")
    hands.painted(lambda: hands.page.click("#compare-today"))
    left, right = (hands.page.screenshot(clip=half(hands, side)) for side in ("left", "right"))
    hands.page.locator("#swipe").focus()
    hands.page.keyboard.press("Home")
    hands.page.wait_for_timeout(100)
    assert hands.page.screenshot(clip=half(hands, "left")) != left
    hands.page.keyboard.press("End")
    hands.page.wait_for_timeout(100)
    assert hands.page.screenshot(clip=half(hands, "right")) != right
    gained = hands.text("#gained")
    hands.painted(lambda: hands.page.click("#compare-swap"))
    assert hands.text("#gained") == "0" != gained


@pytest.mark.slow
def test_the_report_is_taken_away(hands):
    """The button hands over a document, and says that it is being made."""
    hands.tab("plans")
    with hands.page.expect_download(timeout=120_000) as got:
        hands.page.click("#export-report")
    assert got.value.suggested_filename.endswith(".docx")
    assert zipfile.is_zipfile(got.value.path())


def half(hands, side):
    box = hands.page.locator("#map").bounding_box()
    width = box["width"] / 2 - 20
    x = box["x"] if side == "left" else box["x"] + box["width"] - width
    return {"x": x, "y": box["y"] + 60, "width": width, "height": box["height"] - 60}


def test_scenario_saved_and_loaded(hands, desk):
    hands.open_in("Saint-Izaire")
    shown = hands.text("#share")
    assert spaceless(shown) == spaceless(as_run(desk, hands, "izaire"))
    hands.painted(lambda: hands.page.click("#reset"))
    hands.painted(lambda: hands.page.click("#load"))
    assert hands.text("#share") == shown


def test_search_for_sites(hands):
    hands.tab("plans")
    hands.page.click("#job-start")
    hands.page.wait_for_selector("#job-result ol li", timeout=240_000)
    assert "prouvé" in hands.text("#job-result")
    hands.painted(lambda: hands.page.click("#job-result button"))
    assert hands.page.locator("[data-kind=opened]").count() == 2
    hands.page.click("#job-start")
    hands.page.click("#job-cancel")
    until(hands.page, "document.querySelector('#job-said').textContent.includes('arrêtée')")
    assert hands.page.locator("#job-start").is_enabled()


def test_a_point_in_the_sea_is_taken_back(hands):
    today = hands.text("#share")
    hands.open_in("Arvieu")
    marker = hands.page.locator("[data-kind=opened]")
    marker.focus()
    for _ in range(40):  # 5 km each
        hands.page.keyboard.press("Shift+ArrowLeft")
        hands.page.wait_for_timeout(20)
    until(hands.page, "document.querySelector('#problem').textContent !== ''")
    assert "km de la zone" in hands.text("#problem")
    hands.painted(lambda: hands.page.click("#reset"))
    assert hands.text("#share") == today


def test_two_browsers_do_not_see_each_other(hands, browser, address):
    other = browser.new_context()
    beside = Hands(other, address)
    today = beside.text("#share")
    hands.open_in("Saint-Izaire")
    beside.page.reload()
    beside.ready()
    assert beside.text("#share") == today != hands.text("#share")
    other.close()


def test_nothing_is_asked_elsewhere(hands, address):
    hands.open_in("Arvieu")
    hands.page.mouse.click(600, 500)
    hands.page.wait_for_selector(".popup .access li")
    assert hands.asked
    assert all(one.startswith((address, "data:", "blob:")) for one in hands.asked)


def test_english(hands):
    hands.page.click("#language")
    hands.page.wait_for_load_state("load")
    hands.ready()
    assert hands.text("#tab-zones") == "Territories"
    assert hands.page.locator("html").get_attribute("lang") == "en"


def test_token_is_asked_for(browser, opened):
    with serving(opened, TOKEN) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.fill("#token", "un-autre-jeton-faux")
        page.press("#token", "Enter")
        until(page, "document.querySelector('#login-said').textContent !== ''")
        page.fill("#token", TOKEN)
        page.press("#token", "Enter")
        page.wait_for_selector("body.ready")
        assert TOKEN not in page.url
        context.close()


@pytest.mark.parametrize("size", [(1280, 900), (400, 800)])
def test_nothing_serious_for_those_who_do_not_see(hands, size):
    hands.page.set_viewport_size({"width": size[0], "height": size[1]})
    hands.open_in("Saint-Izaire")
    for name in ("zones", "changes", "ranking", "plans"):
        hands.tab(name)
        found = Axe().run(hands.page).response["violations"]
        bad = [one for one in found if one["impact"] in ("serious", "critical")]
        assert bad == [], [(one["id"], [node["html"] for node in one["nodes"]]) for one in bad]


def test_server_that_is_gone_is_said(context, opened):
    with serving(opened) as address:
        held = Hands(context, address)
    time.sleep(0.2)
    held.tab("changes")
    held.page.fill("#commune", "Arvieu")
    held.page.press("#commune", "Enter")
    until(held.page, "document.querySelector('#problem').textContent !== ''")
    assert "siting serve" in held.text("#problem")


# -- a study on OpenStreetMap roads --------------------------------------------------------------

VALLEY = (1.5909, 42.5635)  # the one road from the east to the branch
HALL = (1.52, 42.507)


@pytest.fixture(scope="module")
def roads(samples, tmp_path_factory):
    """A desk on the roads of Andorra, and its address."""
    folder = tmp_path_factory.mktemp("andorra")
    config = andorra_study.write(folder, samples / "osm" / "andorra.osm.pbf", "car")
    desk = server.desk(load(config), config, lambda _: None, read_only=False)
    with serving(desk) as address:
        yield desk, address


@pytest.fixture
def driver(roads, context):
    held = Hands(context, roads[1])
    held.study = page_answers.study(roads[0].workshop, read_only=False)
    yield held
    assert held.wrong == []


def placed(hands, lon, lat):
    """Where a place is in the window, from two sites that are shown."""
    shown = {}
    for site in hands.study["services"][0]["facilities"]:
        box = hands.page.locator(f"[data-site='{site['id']}']").bounding_box()
        at = np.array([site["lon"], mercator(site["lat"])])
        shown[site["id"]] = (
            at,
            np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]),
        )
    (one, here), (other, there) = shown.values()
    return here + (there - here) * (np.array([lon, mercator(lat)]) - one) / (other - one)


def mercator(lat):
    return np.degrees(np.arctanh(np.sin(np.radians(lat))))


def click_at(hands, lon, lat, action):
    """Click on the map at a place, then on an action of what opens."""
    hands.page.mouse.click(*placed(hands, lon, lat))
    hands.page.wait_for_selector(".popup .access li")
    hands.page.wait_for_timeout(400)  # the map makes room for what opens
    hands.page.get_by_role("button", name=action).click()


def test_closed_road_is_what_siting_run_computes(driver, roads):
    today = driver.text("#share")
    driver.painted(lambda: click_at(driver, *VALLEY, "Fermer la route ici"))
    assert "Route fermée" in driver.text("#live")
    assert driver.text("#share") != today
    assert driver.text("#lost").startswith("\u2212")
    assert spaceless(driver.text("#share")) == spaceless(as_run(roads[0], driver, "vallee"))


def test_isochrone_holds_whom_siting_run_covers(driver, roads):
    desk, _ = roads
    near = (HALL[0] + 0.015, HALL[1])  # beside the hall's mark, which would take the click
    click_at(driver, *near, "Tracer 10, 20 et 30 min")
    driver.page.wait_for_selector("path.isochrone.m30")
    sizes = [
        driver.page.locator(f"path.isochrone.m{one}").bounding_box()["height"]
        for one in (10, 20, 30)
    ]
    assert 30 < sizes[0] < sizes[1] <= sizes[2] < 900
    assert driver.page.locator(".minutes").all_inner_texts() == ["30 min", "20 min", "10 min"]
    wide = driver.page.locator("path.isochrone.m30").get_attribute("d")
    driver.painted(lambda: click_at(driver, *VALLEY, "Fermer la route ici"))
    until(
        driver.page, f"document.querySelector('path.isochrone.m30')?.getAttribute('d') !== {wide!r}"
    )

    # the hall alone: whom it covers, near a road, lies within; whom it does not cover lies out
    asked = scenario.Scenario.model_validate({"what_if": {"close": ["g"]}})
    found = studies.run(scenario.applied(asked, desk.workshop.ground.study), lambda _: None)
    minutes = found.access.loc[found.access["service"] == "hall", "minutes"].to_numpy()
    shape = page_answers.isochrone(desk.workshop, asked, *HALL, (20,))["features"][0]["geometry"]
    cells = found.ground.cells.to_crs(4326).geometry.to_numpy()
    inside = shapely.contains(shapely.geometry.shape(shape), shapely.centroid(cells))
    by_road = found.ground.demand.distance_m < 150
    assert (by_road & (minutes <= 19)).sum() > 20
    assert inside[by_road & (minutes <= 19)].all()
    assert not inside[minutes > 21].any()
    driver.page.mouse.click(*placed(driver, *near))
    driver.page.get_by_role("button", name="Effacer le tracé").click()
    assert driver.page.locator("path.isochrone").count() == 0


def test_a_late_isochrone_does_not_replace_a_newer(context, roads):
    """The first question's answer comes last; what is drawn is what was wanted last."""
    context.add_init_script("""
      const asked = window.fetch;
      let number = 0;
      window.fetch = async (path, options) => {
        const answer = await asked(path, options);
        if (!String(path).includes("isochrone")) return answer;
        const wait = number++ === 0 ? 1500 : 0;
        await new Promise((resolve) => setTimeout(resolve, wait));
        return answer;
      };
    """)
    driver = Hands(context, roads[1])
    driver.study = page_answers.study(roads[0].workshop, read_only=False)
    click_at(driver, HALL[0] + 0.015, HALL[1], "Tracer 10, 20 et 30 min")
    driver.page.wait_for_selector(".leaflet-popup", state="detached")
    click_at(driver, *VALLEY, "Tracer 10, 20 et 30 min")
    driver.page.wait_for_selector("path.isochrone.m30")
    newer = driver.page.locator("path.isochrone.m30").get_attribute("d")
    driver.page.wait_for_timeout(2000)
    assert driver.page.locator("path.isochrone.m30").count() == 1
    assert driver.page.locator("path.isochrone.m30").get_attribute("d") == newer
    assert driver.wrong == []
