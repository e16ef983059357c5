"""Plans of a meeting: kept, compared, taken away under their name; one box; scores in words."""

from __future__ import annotations

import io

import docx
import pytest
from fastapi.testclient import TestClient
from workshop_hands import Hands, spaceless, until

from siting import texts
from siting.workshop import api, page_answers, scenario

browser_only = pytest.mark.browser
SAVED = "/api/scenarios/reunion"


def keep_plan(hands, name):
    hands.tab("plans")
    rows = int(hands.page.get_attribute("#plans-table", "data-rows") or 0)
    hands.page.fill("#plan-name", name)
    hands.page.click("#plan-form button")
    hands.page.wait_for_selector(f"#plans-table tr:has(strong:text-is('{name}'))")
    return rows


def cells(hands, name):
    row = hands.page.locator(f"#plans-table tr:has(strong:text-is('{name}'))")
    return [spaceless(text) for text in row.locator("td").all_inner_texts()]


@browser_only
def test_plans_stand_in_a_table_with_today_first(hands, desk):
    hands.open_in("Saint-Izaire")
    keep_plan(hands, "Un")
    hands.open_in("Najac")
    keep_plan(hands, "Deux")
    hands.ranked()
    state = scenario.Scenario.model_validate(hands.scenario())
    answered = page_answers.answer(desk.workshop, state)
    zones = desk.workshop.zones
    row = int((zones["zone_kind"] == "department").to_numpy().argmax())
    within = [spaceless(texts.number(people)) for people in answered["covered"][row]]
    assert cells(hands, "Deux")[1:5] == within
    names = hands.page.locator("#plans-table tbody th strong").all_inner_texts()
    assert names == ["Aujourd'hui", "Un", "Deux"]
    hands.page.click("#plans-table .sort >> nth=0")
    hands.page.wait_for_selector("#plans-table [aria-sort=descending]")
    names = hands.page.locator("#plans-table tbody th strong").all_inner_texts()
    assert names == ["Aujourd'hui", "Deux", "Un"]
    hands.page.click("#plans-table tr:has(strong:text-is('Un')) >> text=Nommer, annoter")
    hands.page.fill("#plans-table .edit input", "Prudent")
    hands.page.fill("#plans-table .edit textarea", "Préféré du maire")
    hands.page.click("#plans-table .edit button")
    hands.page.wait_for_selector("#plans-table th:has(strong:text-is('Prudent')) .hint")
    assert "Préféré du maire" in hands.text("#plans-table")
    hands.page.reload()
    hands.ready()
    hands.page.wait_for_selector("#plans-table tr:has(strong:text-is('Prudent'))")


@browser_only
def test_two_plans_show_both_figures_sites_and_their_difference(hands):
    today = spaceless(hands.text("#share"))
    hands.open_in("Saint-Izaire")
    keep_plan(hands, "Un")
    hands.tab("plans")
    hands.painted(lambda: hands.page.click("#compare-on"))
    hands.painted(lambda: hands.page.click("#reset"))
    assert spaceless(hands.text("#share-b")) == today
    assert spaceless(hands.text("#share-a")) != today
    assert hands.page.locator(".plan-a.opened").count() == 1
    hands.page.select_option("#theme", "difference")
    assert "plan A" in hands.text("#legend-title")
    hands.painted(lambda: hands.page.click("#compare-off"))
    assert hands.page.input_value("#theme") == "change"
    assert hands.page.locator(".plan-a").count() == 0


@browser_only
def test_files_bear_the_name_of_their_plan(hands):
    hands.open_in("Saint-Izaire")
    keep_plan(hands, "Vallée du Tarn")
    with hands.page.expect_download() as taken:
        hands.page.click("#export-table")
    assert "vallee-du-tarn" in taken.value.suggested_filename
    rows = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert "Vallée du Tarn" in rows[1]
    assert "Ouvert : Saint-Izaire" in rows[1]


FOUND = {
    "ste-radegonde": "Sainte-Radegonde (12241)",
    "12202": "Rodez (12202)",
    "affriq": "Saint-Affrique (12208)",
    "44,35 ; 2,57": "44.35 ; 2.57",
    "nulle part du tout": "Rien",
}


@browser_only
def test_one_box_finds(hands):
    rows = hands.page.locator("#find-list li")
    for typed, first in FOUND.items():
        hands.page.fill("#find", "")
        hands.page.evaluate("document.activeElement.blur()")
        hands.page.keyboard.press("/")
        hands.page.keyboard.type(typed)
        assert rows.first.inner_text().startswith(first), typed
    hands.page.fill("#find", "affriq")
    hands.page.keyboard.press("Enter")
    hands.page.wait_for_selector(".leaflet-popup .access li")
    assert "Saint-Affrique" in hands.text(".leaflet-popup strong")


@browser_only
def test_plans_are_presented_one_after_the_other(hands):
    hands.open_in("Saint-Izaire")
    keep_plan(hands, "Un")
    shown = hands.text("#share")
    hands.painted(lambda: hands.page.click("#present"))
    assert not hands.page.is_visible(".panel")
    assert hands.text("#stage-name") == "Aujourd'hui"
    assert "0 y gagnent" in hands.text("#stage-figure")
    hands.painted(lambda: hands.page.keyboard.press("PageDown"))  # as a remote says
    assert hands.text("#stage-name") == "Un"
    assert spaceless(shown) in spaceless(hands.text("#stage-figure"))
    hands.painted(lambda: hands.page.keyboard.press("Escape"))
    assert hands.page.is_visible(".panel")
    assert hands.text("#share") == shown


@browser_only
def test_a_score_is_told_in_words(hands, desk):
    hands.tab("ranking")
    hands.page.wait_for_selector(".duel")
    hands.page.locator("#ranking summary").first.click()
    ranked = page_answers.ranking(desk.workshop, scenario.Scenario())
    first, second = ranked["sites"][:2]
    sentences = hands.page.locator("#ranking .why").first.locator("strong").all_inner_texts()
    assert len(sentences) == len(ranked["criteria"])
    points = texts.number(first["points"][0], 1)
    most = texts.number(100 * ranked["weights"][0], 1)
    assert f"{points} points sur {most}" in sentences[0].replace("\u202f", " ")
    gap = texts.number(first["score"] - second["score"], 1)
    assert f"devance {second['name']} de {gap} points" in hands.text(".duel")


@pytest.fixture
def client(desk):
    with TestClient(api.make(desk), base_url="http://127.0.0.1") as client:
        yield client


def test_a_saved_scenario_is_replaced_only_as_it_was_known(client):
    first = client.put(SAVED, json={"scenario": {}})
    known = first.headers["etag"]
    assert client.get(SAVED).headers["etag"] == known
    faster = {"scenario": {"what_if": {"speed_factor": 1.2}}}
    refused = client.put(SAVED, json=faster)
    assert (refused.status_code, refused.headers["etag"]) == (409, known)
    mine = client.put(SAVED, json=faster | {"replace": True}, headers={"If-Match": known})
    assert mine.status_code == 200
    slower = {"scenario": {"what_if": {"speed_factor": 0.8}}, "replace": True}
    late = client.put(SAVED, json=slower, headers={"If-Match": known})
    assert late.status_code == 409
    assert late.json()["key"] == "scenario_changed"
    assert client.get(SAVED).json()["what_if"]["speed_factor"] == 1.2
    assert late.headers["etag"] == mine.headers["etag"]


@browser_only
def test_two_browsers_do_not_overwrite_each_other(hands, browser, address, desk):
    hands.tab("plans")
    hands.page.fill("#save-name", "reunion")
    hands.page.click("#save-form button")
    until(hands.page, "document.querySelector('#saved-said').textContent !== ''")
    other = browser.new_context(locale="fr-FR")
    other.set_default_timeout(120_000)
    theirs = Hands(other, address)
    theirs.open_in("Arvieu")
    theirs.tab("plans")
    theirs.page.fill("#save-name", "reunion")
    questions = []

    def refuse(dialog):
        questions.append(dialog.message)
        dialog.dismiss()

    theirs.page.on("dialog", refuse)
    with theirs.page.expect_event("dialog"):
        theirs.page.click("#save-form button")
    other.close()
    assert "quelqu'un d'autre" in questions[0]
    assert scenario.read("reunion", desk.config, desk.folder).what_if.open == ()


@pytest.mark.slow
def test_minutes_tell_each_plan_with_its_map(client, desk):
    opened = {"what_if": {"open": [str(desk.workshop.ground.read.candidates["id"].iloc[0])]}}
    plan = {"name": "Prudent", "note": "Le maire préfère", "decision": "kept", "scenario": opened}
    meeting = {"title": "Réunion du 3", "participants": "Mme A\nM. B", "notes": "", "plans": [plan]}
    document = docx.Document(io.BytesIO(client.post("/api/minutes", json=meeting).content))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for wanted in ("Réunion du 3", "Mme A", "M. B", "Rien n’a été noté", "Le maire préfère"):
        assert wanted in words
    assert "Hypothèse «\xa0Prudent\xa0»" in words
    assert "Décision\xa0: retenu." in words
    assert len(document.inline_shapes) == 2  # today's map, and the plan's


def test_minutes_refuse_too_many_plans(client):
    assert client.post("/api/minutes", json={"plans": [{}] * 9}).status_code == 422
