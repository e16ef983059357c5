"""Each state of the page is for everybody: nothing wrong for axe, and keys alone suffice."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from workshop_hands import Hands, until

pytestmark = pytest.mark.browser

ALL = {"resultTypes": ["violations"]}
SIZES = {"laptop": (1366, 768), "projector": (1920, 1080), "phone": (400, 800)}


def faultless(hands, state):
    found = Axe().run(hands.page, options=ALL).response["violations"]
    rules = [(rule["id"], rule["nodes"][0]["html"][:90]) for rule in found]
    assert rules == [], state


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_every_state_is_for_everybody(browser, address, desk, size):
    del desk  # only so that no scenario is saved yet
    context = browser.new_context(
        viewport=dict(zip(("width", "height"), size, strict=True)), locale="fr-FR"
    )
    context.set_default_timeout(120_000)
    hands = Hands(context, address)
    until(hands.page, "document.body.dataset.named === 'true'")
    faultless(hands, "first sight")
    hands.page.click("#invitation button")
    faultless(hands, "tour")
    hands.page.click("#invitation .shut")
    hands.page.fill("#find", "saint")
    faultless(hands, "search")
    hands.open_in("Saint-Izaire")
    hands.tab("plans")
    hands.page.fill("#plan-name", "Un")
    hands.page.click("#plan-form button")
    hands.page.click("#plans-table >> text=Nommer, annoter")
    hands.page.click("#minutes-box summary")
    hands.painted(lambda: hands.page.click("#compare-today"))
    faultless(hands, "plans, edited and compared")
    hands.tab("ranking")
    hands.page.wait_for_selector(".duel")
    hands.page.locator("#ranking summary").first.click()
    faultless(hands, "scores in words")
    hands.painted(lambda: hands.page.click("#present"))
    faultless(hands, "presented")
    assert hands.wrong == []
    context.close()


def press_to(hands, selector, most=120):
    """Come to an element by the Tab key alone."""
    for _ in range(most):
        if hands.page.evaluate(f"document.activeElement.matches(`{selector}`)"):
            return
        hands.page.keyboard.press("Tab")
    raise AssertionError(selector)


def test_keys_alone_choose_compare_explain_and_export(hands):
    until(hands.page, "document.body.dataset.named === 'true'")
    keys = hands.page.keyboard
    press_to(hands, "[data-kind=candidate]")
    keys.press("Enter")
    hands.page.wait_for_selector(".popup .actions button")
    press_to(hands, ".popup .actions button")
    hands.painted(lambda: keys.press("Enter"))
    assert hands.page.locator("[data-kind=opened]").count() == 1
    press_to(hands, "#tab-zones")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    hands.page.wait_for_selector("#ranking .name")
    press_to(hands, "#ranking summary")
    keys.press("Enter")
    hands.page.wait_for_selector("#ranking details[open] .why")
    keys.down("Shift")
    press_to(hands, "#tab-ranking")
    keys.up("Shift")
    keys.press("ArrowRight")
    press_to(hands, "#compare-today")
    hands.painted(lambda: keys.press("Enter"))
    assert hands.page.is_visible("#swipe-row")
    press_to(hands, "#export-table")
    with hands.page.expect_download() as taken:
        keys.press("Enter")
    assert taken.value.suggested_filename.endswith("couverture.csv")
