"""What a meeting sees: names on the map, closed roads, what a reload keeps, what a gesture did."""

from __future__ import annotations

import pytest
from workshop_hands import Hands, until

from siting.config import WhatIf

pytestmark = pytest.mark.browser


def named(hands):
    until(hands.page, "document.body.dataset.named === 'true'")


def link_names(hands):
    return hands.page.locator("#link-names option").evaluate_all(
        "options => options.map((option) => option.value)"
    )


def close_road(hands, name):
    hands.tab("changes")
    hands.page.fill("#link", name)
    hands.painted(lambda: hands.page.press("#link", "Enter"))


def test_the_map_tells_what_is_under_the_hand(hands):
    named(hands)
    hands.page.click("#invitation .shut")
    box = hands.page.locator("#map").bounding_box()
    middle = (box["x"] + box["width"] * 0.62, box["y"] + box["height"] * 0.5)
    for step in range(40):  # until it is over a cell and no marker
        hands.page.mouse.move(middle[0] + 3 * step, middle[1] + 2 * step)
        if hands.page.locator(".hover strong").count():
            break
    hands.page.wait_for_selector(".hover strong")
    card = hands.text(".hover")
    assert "min vers" in card
    assert "habitants dans ce carreau" in card


def test_no_marker_hides_another(hands):
    boxes = hands.page.locator(".leaflet-marker-icon.site").evaluate_all(
        """marks => marks.map((mark) => {
             const box = mark.getBoundingClientRect();
             return [box.x + box.width / 2, box.y + box.height / 2, box.width];
           })"""
    )
    assert len(boxes) > 40
    hidden = [
        (mark, other)
        for i, mark in enumerate(boxes)
        for other in boxes[i + 1 :]
        if ((mark[0] - other[0]) ** 2 + (mark[1] - other[1]) ** 2) ** 0.5
        < 0.7 * (mark[2] + other[2]) / 2
    ]
    assert hidden == []


def test_a_closed_road_is_drawn_named_and_opened_again(hands):
    named(hands)
    name = link_names(hands)[0]
    close_road(hands, name)
    assert hands.page.locator("path.closed-road").count() == 1
    sign = hands.page.locator(".leaflet-marker-icon.no-entry")
    assert name in sign.get_attribute("aria-label")
    sign.focus()
    hands.page.keyboard.press("Enter")
    hands.painted(lambda: hands.page.click(".popup .actions button"))
    assert hands.page.locator("path.closed-road").count() == 0


def test_a_road_that_changes_nothing_says_so(hands, opened):
    study = opened.workshop
    read = study.ground.read
    links = zip(read.links["from_code"], read.links["to_code"], strict=True)
    begin, end = next(link for link in links if same_times(study, link))
    names = read.communes.set_index("code")["name"]
    close_road(hands, f"{names[begin]} – {names[end]}")
    assert "aucun temps" in hands.text("#note")
    hands.open_in("Saint-Izaire")
    assert hands.text("#note") == ""


def same_times(study, link):
    changed = study.answer(WhatIf(closed_links=(link,)), (20,)).minutes
    return bool((changed == study.now).all())


def test_a_reload_keeps_what_is_looked_at_and_what_can_be_undone(hands):
    named(hands)
    today = hands.text("#share")
    hands.open_in("Saint-Izaire")
    hands.tab("ranking")
    hands.painted(lambda: hands.page.select_option("#theme", "change"))
    hands.page.click(".leaflet-control-zoom-in")
    until(hands.page, "!document.querySelector('.leaflet-zoom-anim')")
    hands.page.wait_for_selector(".leaflet-control-scale-line")
    hands.ranked()
    hands.page.click("#thresholds button")
    chosen = hands.text("#within")
    hands.page.reload()
    hands.ready()
    assert hands.page.get_attribute("#tab-ranking", "aria-selected") == "true"
    assert hands.page.input_value("#theme") == "change"
    assert hands.text("#within") == chosen
    hands.page.click("#thresholds button >> nth=2")
    hands.painted(lambda: hands.page.click("#undo"))
    assert hands.text("#share") == today


def test_undo_after_a_change_of_language(hands):
    hands.open_in("Saint-Izaire")
    hands.ranked()
    hands.page.click("#language")
    until(hands.page, "document.documentElement.lang === 'en'")
    hands.ready()
    assert hands.page.is_enabled("#undo")
    hands.painted(lambda: hands.page.click("#undo"))
    assert hands.text("#gained") == "0"


def test_the_invitation_is_seen_once(context, address):
    hands = Hands(context, address)
    assert "département" in hands.text("#invitation")
    hands.page.click("#invitation button")
    for _ in range(3):
        hands.page.click("#invitation button:not(.shut)")
    assert not hands.page.is_visible("#invitation")
    hands.page.reload()
    hands.ready()
    assert not hands.page.is_visible("#invitation")
    assert hands.wrong == []


def test_gestures_move_nothing_in_the_panel(hands):
    where = "document.querySelector('[role=tablist]').getBoundingClientRect().top"
    before = hands.page.evaluate(where)
    hands.open_in("Arvieu")
    assert hands.page.evaluate(where) == before


def test_a_search_without_a_plan_speaks_of_inhabitants(hands):
    hands.tab("plans")
    hands.page.select_option("#job-model", "lscp")
    hands.page.fill("#job-minutes", "5")
    hands.page.click("#job-start")
    hands.page.wait_for_selector("#job-result p")
    sentence = hands.text("#job-result")
    assert "habitants sont à plus de 5 min" in sentence
    assert "demande" not in sentence


def test_a_printed_sheet_shows_the_map(hands):
    """On one canvas, since browsers print several as drawings that wipe each other out."""
    hands.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    painted = hands.page.locator("#map > .sheet").evaluate(
        """(canvas) => {
          const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let i = 0; i < dots.length; i += 4)
            seen.add([dots[i], dots[i + 1], dots[i + 2]].join());
          return [...seen];
        }"""
    )
    others = hands.page.locator("#map .leaflet-map-pane canvas:visible").count()
    hands.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    for level in ("255,255,204", "161,218,180", "65,182,196", "44,127,184"):  # of the legend
        assert level in painted
    assert others == 0
    assert hands.page.locator("#map > .sheet").count() == 0
    assert hands.page.locator("#map canvas.surface").is_visible()


def test_a_printed_sheet_says_which_hypothesis_it_is(hands):
    before = hands.text("#share")
    hands.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert hands.page.locator("#print-head").text_content() == ""
    hands.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    hands.open_in("Saint-Izaire")
    hands.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    head = hands.page.locator("#print-head").text_content()
    hands.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert "Hypothèse « Scénario en cours »" in head
    assert f"{before} aujourd'hui, {hands.text('#share')} dans l'hypothèse" in head
