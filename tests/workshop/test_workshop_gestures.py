"""Quick and clumsy gestures: what the page shows is what the scenario in its address gives."""

from __future__ import annotations

import random

import pytest
from workshop_hands import Hands, as_run, spaceless, until

from siting import texts
from siting.workshop import page_answers, scenario

pytestmark = pytest.mark.browser

# answers come late, each by another delay, so that they overtake each other
LATE = """
(() => {
  const asked = window.fetch;
  let seed = 7;
  window.fetch = async (path, options) => {
    const answer = await asked(path, options);
    if (!/PATHS/.test(String(path))) return answer;
    seed = (seed * 48271) % 2147483647;
    await new Promise((resolve) => setTimeout(resolve, SLOWEST * seed / 2147483647));
    return answer;
  };
})();
"""
# Safari refuses the hundred and first change of the address in thirty seconds
STRICT = """
(() => {
  const replaced = history.replaceState.bind(history);
  const times = [];
  history.replaceState = (...state) => {
    times.push(performance.now());
    if (times.filter((at) => at > performance.now() - 30000).length > 100) {
      throw new DOMException("too many changes of the address", "SecurityError");
    }
    return replaced(...state);
  };
})();
"""


def late(paths, slowest_ms):
    return LATE.replace("PATHS", paths).replace("SLOWEST", str(slowest_ms))


def centre(hands, site):
    box = hands.page.locator(f"[data-site='{site}']").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def place(hands, site):
    """Where a marker stands: one that would lie on another is drawn beside its place."""
    x, y = centre(hands, site)
    left, top, width, height = hands.page.locator(f"[data-site='{site}']").evaluate(
        "mark => [mark.style.marginLeft, mark.style.marginTop, mark.style.width, mark.style.height]"
        ".map(parseFloat)"
    )
    return x - left - width / 2, y - top - height / 2


def grab(hands, site, dx, dy):
    """Take a marker and move it, without letting go; give where the hand is."""
    x, y = centre(hands, site)
    hands.page.mouse.move(x, y)
    hands.page.mouse.down()
    hands.page.mouse.move(x + dx / 2, y + dy / 2)
    hands.page.mouse.move(x + dx, y + dy)
    return x + dx, y + dy


def shown_is_state(hands, desk):
    """Compare figures and ranks on the page with the answers to the scenario in the address."""
    state = scenario.Scenario.model_validate(hands.scenario())
    answered = page_answers.answer(desk.workshop, state)
    zones = desk.workshop.zones
    row = int((zones["zone_kind"] == "department").to_numpy().argmax())
    limit = state.thresholds_minutes.index(20)
    share = answered["covered"][row][limit] / zones["population"].iloc[row]
    assert spaceless(hands.text("#share")) == spaceless(texts.percent(share, 1, "fr"))
    ranks = {}
    for site in page_answers.ranking(desk.workshop, state)["sites"]:
        ranks[site["id"]] = str(site["rank"])
        mark = hands.page.locator(f"[data-site='{site['id']}']")
        assert mark.inner_text() == str(site["rank"]), site["id"]
    where = {site["id"]: site for site in hands.scenario()["what_if"]["candidates"]}
    return ranks, where


@pytest.fixture
def slow_hands(context, address, desk):
    del desk
    context.add_init_script(late("ranking|robustness|answer", 250))
    page = Hands(context, address)
    yield page
    assert page.wrong == []


@pytest.fixture
def candidate(opened):
    """Identifiers of candidates, which are markers."""
    return list(opened.workshop.ground.read.candidates["id"])


def test_a_marker_grabbed_again_is_not_taken_out_of_the_hand(slow_hands, desk, candidate):
    hands, site = slow_hands, candidate[3]
    hands.ranked()
    grab(hands, site, 30, 10)
    with hands.page.expect_response("**/api/ranking"):  # it comes while the hand holds the marker
        hands.page.mouse.up()
        until(hands.page, "document.body.dataset.settled === 'true'")
        element = hands.page.locator(f"[data-site='{site}']").element_handle()
        x, y = grab(hands, site, 20, 20)
    hands.page.wait_for_timeout(600)
    hands.page.mouse.move(x + 25, y + 5)
    hands.page.mouse.up()
    assert element.evaluate("mark => mark.isConnected")
    hands.ranked()
    _, where = shown_is_state(hands, desk)
    assert place(hands, site) == pytest.approx((x + 25, y + 5), abs=1.5)
    assert site in where


def test_sixty_quick_gestures_end_in_one_state(slow_hands, desk, candidate):
    hands, chance = slow_hands, random.Random(12)  # noqa: S311 - gestures
    for number in range(60):
        site = chance.choice(candidate)
        kind = chance.random()
        if kind < 0.6:
            grab(hands, site, chance.randint(-30, 30), chance.randint(-30, 30))
            hands.page.mouse.up()
        elif kind < 0.75:
            hands.page.keyboard.press("Control+z")
        elif kind < 0.85:
            hands.page.keyboard.press("Control+y")
        else:
            hands.page.locator(f"[data-site='{site}']").focus()
            hands.page.keyboard.press("ArrowLeft")
        if number % 15 == 0:
            hands.page.wait_for_timeout(chance.randint(0, 400))
    hands.page.mouse.move(1000, 850)
    hands.ranked()
    shown_is_state(hands, desk)
    state = scenario.Scenario.model_validate(hands.scenario())
    assert spaceless(hands.text("#share")) == spaceless(as_run(desk, hands, "vite"))
    saved = scenario.read("vite", desk.config, desk.folder)
    assert saved.what_if == state.what_if


def test_a_refused_preview_takes_nothing_back(hands, candidate):
    hands.open_in("Arvieu")
    hands.tab("changes")
    hands.page.mouse.move(5, 400)
    hands.page.click(".leaflet-control-zoom-out")
    hands.page.wait_for_timeout(600)
    x, y = grab(hands, candidate[3], 330, 0)
    until(hands.page, "document.querySelector('#problem').textContent !== ''")
    assert "km de la zone" in hands.text("#problem")
    assert hands.page.locator("#changes li").count() == 1  # Arvieu stays open
    hands.page.mouse.move(x - 330, y + 8)
    hands.painted(hands.page.mouse.up)
    assert hands.page.locator("#changes li").count() == 2
    assert hands.text("#problem") == ""


def test_a_popup_acts_on_the_scenario_of_now(hands, candidate):
    hands.page.locator(f"[data-site='{candidate[0]}']").focus()
    hands.page.keyboard.press("Enter")
    hands.page.wait_for_selector(".popup .actions button")
    hands.open_in("Arvieu")
    hands.painted(lambda: hands.page.click(".popup .actions button"))
    opened = hands.page.locator("[data-kind=opened]")
    assert opened.count() == 2
    hands.ranked()
    assert len(hands.scenario()["what_if"]["open"]) == 2


@pytest.mark.parametrize(
    ("typed", "chips"),
    [
        ("12,5 ; 20", ["12,5 min", "20 min"]),
        ("10, 20, 30", ["10 min", "20 min", "30 min"]),
        ("7.25 20", ["7,25 min", "20 min"]),
    ],
)
def test_thresholds_are_kept_as_typed(hands, typed, chips):
    hands.tab("changes")
    hands.page.fill("#threshold-list", typed)
    hands.painted(lambda: hands.page.press("#threshold-list", "Enter"))
    assert hands.page.locator("#thresholds button").all_inner_texts() == chips
    hands.page.locator("#thresholds button").first.click()
    assert chips[0] in hands.text("#within")
    assert chips[0] in hands.text("#zones-caption") or not hands.page.is_visible("#zones-caption")
    kept = " ; ".join(chip.removesuffix(" min") for chip in chips)
    assert hands.page.input_value("#threshold-list") == kept
    assert kept in hands.text("#changes")


def test_the_address_is_written_as_often_as_browsers_accept(context, address):
    context.add_init_script(STRICT)
    hands = Hands(context, address)
    hands.open_in("Arvieu")
    hands.page.locator("[data-kind=opened]").focus()
    for step in range(120):
        hands.page.keyboard.press("ArrowRight" if step % 2 else "ArrowDown")
    hands.ranked()
    (site,) = hands.scenario()["what_if"]["open"]
    hands.page.reload()
    hands.ready()
    hands.ranked()
    assert hands.scenario()["what_if"]["open"] == [site]
    assert hands.wrong == []


def test_undo_while_a_slider_has_the_focus(hands):
    hands.tab("ranking")
    slider = hands.page.locator("#weights input").first
    before = slider.input_value()
    slider.focus()
    hands.page.keyboard.press("Home")
    hands.ranked()
    assert slider.input_value() == "0"
    hands.tab("changes")
    assert "Poids" in hands.text("#changes")
    hands.tab("ranking")
    slider.focus()
    hands.page.keyboard.press("Control+z")
    hands.ranked()
    assert slider.input_value() == before
    hands.tab("changes")
    assert hands.page.locator("#no-change").is_visible()


def test_weights_that_are_all_zero_are_refused(hands):
    hands.tab("ranking")
    sliders = hands.page.locator("#weights input").all()
    for slider in sliders:
        slider.focus()
        hands.page.keyboard.press("Home")
        hands.page.wait_for_timeout(150)
    until(hands.page, "document.querySelector('#problem').textContent !== ''")
    hands.page.wait_for_timeout(300)
    assert [slider.input_value() for slider in sliders] != ["0"] * len(sliders)


def test_a_road_is_found_from_either_end(hands):
    hands.tab("changes")
    name = hands.page.locator("#link-names option").first.get_attribute("value")
    begin, end = name.split(" – ")
    hands.page.fill("#link", f"{end} – {begin}")
    hands.painted(lambda: hands.page.press("#link", "Enter"))
    assert name in hands.text("#changes")
    hands.page.fill("#link", name)
    hands.painted(lambda: hands.page.press("#link", "Enter"))
    assert hands.page.locator("#changes li").count() == 1


def test_a_popup_gives_the_keyboard_back(hands, candidate):
    mark = hands.page.locator(f"[data-site='{candidate[0]}']")
    mark.focus()
    hands.page.keyboard.press("Enter")
    hands.page.wait_for_selector(".popup")
    hands.page.keyboard.press("Escape")
    hands.page.wait_for_selector(".popup", state="detached")
    assert mark.evaluate("mark => mark === document.activeElement")


def overlap(box, other):
    return (
        min(box["x"] + box["width"], other["x"] + other["width"]) - max(box["x"], other["x"]) > 0
        and min(box["y"] + box["height"], other["y"] + other["height"]) - max(box["y"], other["y"])
        > 0
    )


@pytest.mark.parametrize("by_keyboard", [True, False])
def test_the_legend_covers_no_popup(hands, candidate, by_keyboard):
    boxes = {site: hands.page.locator(f"[data-site='{site}']").bounding_box() for site in candidate}
    westmost = min(boxes, key=lambda site: boxes[site]["x"])
    mark = hands.page.locator(f"[data-site='{westmost}']")
    if by_keyboard:
        mark.focus()
        hands.page.keyboard.press("Enter")
    else:
        mark.click()
    hands.page.wait_for_selector(".leaflet-popup .actions button")
    hands.page.wait_for_timeout(700)  # the map makes room
    popup = hands.page.locator(".leaflet-popup-content-wrapper").bounding_box()
    assert not overlap(popup, hands.page.locator("#legend-box").bounding_box())


def test_saving_over_a_scenario_asks(hands, desk):
    as_run(desk, hands, "reunion")
    file = desk.folder / "reunion.yaml"
    first = file.read_text(encoding="utf-8")
    hands.open_in("Arvieu")
    hands.tab("plans")
    questions = []

    def answer(dialog):
        questions.append(dialog.message)
        dialog.dismiss() if len(questions) == 1 else dialog.accept()

    hands.page.on("dialog", answer)
    hands.page.click("#save-form button")
    hands.page.wait_for_timeout(500)
    assert "reunion" in questions[0]
    assert file.read_text(encoding="utf-8") == first
    hands.page.click("#save-form button")
    hands.page.wait_for_timeout(800)
    assert len(questions) == 2
    assert "Arvieu" in file.read_text(encoding="utf-8")
