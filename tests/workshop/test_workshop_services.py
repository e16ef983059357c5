"""Two services of a study: each looked at, both counted, as `siting run` counts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from workshop_hands import Hands, serving, spaceless

from siting import texts
from siting.config import load
from siting.study import run as studies
from siting.workshop import api, hypothesis, page_answers, scenario, server

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "aveyron"
CONFIG = f"""
extends: {(ROOT / "configs" / "aveyron.yaml").as_posix()}
services:
  - id: france_services
    name: France Services
    facilities: {(DATA / "france_services.csv").as_posix()}
  - id: tiers_lieux
    name: Tiers-lieux
    facilities: {(DATA / "tiers_lieux.csv").as_posix()}
measures: null
site_costs:
  cornus: {{value: 24000, low: 20000, high: 30000, source: essai, status: hypothesis}}
  najac: {{value: 10000, source: essai, status: hypothesis}}
"""
BOTH = {
    "what_if": {
        "open": ["najac"],
        "other_services": [{"service": "france_services", "open": ["cornus"]}],
    },
    "service": "tiers_lieux",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The embedded study with two services and the costs of two sites."""
    config = tmp_path_factory.mktemp("services") / "etude.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return server.desk(load(config), config, lambda _: None, read_only=False)


@pytest.fixture
def client(both):
    with TestClient(api.make(both), base_url="http://127.0.0.1") as client:
        yield client


def people_within(answered, service):
    """People of the département within 20 minutes of a service, as the page is told."""
    (other,) = [each for each in answered["others"] if each["service"] == service]
    return other["covered"][0][2]


def test_both_services_count_as_siting_run_counts_them(both, client):
    answered = client.post("/api/answer", json={"scenario": BOTH}).json()
    ranked = client.post("/api/ranking", json={"scenario": BOTH}).json()
    saved = client.put("/api/scenarios/deux", json={"scenario": BOTH})
    assert saved.status_code == 200
    kept = client.get("/api/scenarios/deux").json()
    assert (kept["service"], kept["what_if"]["open"]) == ("tiers_lieux", ["najac"])
    result = studies.run(load(both.folder / "deux.yaml"), lambda _: None)
    table = result.coverage
    whole = table[(table["zone_kind"] == "department") & (table["threshold_minutes"] == 20)]
    people = dict(zip(whole["service"], whole["covered_population"], strict=True))
    assert people["tiers_lieux"] == pytest.approx(answered["covered"][0][2])
    assert people["france_services"] == pytest.approx(people_within(answered, "france_services"))
    best = result.scores.table().sort_values("rank", kind="stable")["site_id"]
    assert [site["id"] for site in ranked["sites"]] == list(best)


def test_a_plan_says_what_it_costs_and_how_it_holds(both, client):
    def plan(**change):
        return client.post("/api/plan", json={"scenario": {"what_if": change}}).json()

    told = client.post("/api/plan", json={"scenario": BOTH}).json()
    assert told["cost"] == {"value": 34000, "low": 30000, "high": 40000}
    assert plan(open=["rodez"])["cost"] is None
    assert plan()["cost"]["value"] == 0
    assert plan()["robust"] is None
    robust = page_answers.robustness(both.workshop, scenario.Scenario())
    firsts = {site["id"]: site["first"] for site in robust["sites"]}
    for site in ("cornus", robust["sites"][0]["id"]):
        assert plan(open=[site])["robust"] == pytest.approx(firsts[site])


def test_other_services_are_told_and_unknown_ones_refused(both, client):
    given = scenario.Scenario.model_validate(BOTH | {"thresholds_minutes": [20.0]})
    assert "France Services, ouvert : Cornus" in hypothesis.changes(both.workshop, given)
    for wrong, key in (
        ({"service": "poste"}, "scenario_service_unknown"),
        ({"mode": "foot"}, "mode_needs_roads"),
        ({"what_if": {"other_services": [{"service": "poste"}]}}, "other_service_unknown"),
    ):
        refused = client.post("/api/answer", json={"scenario": wrong})
        assert (refused.status_code, refused.json()["key"]) == (409, key)


@pytest.mark.browser
def test_the_page_turns_from_one_service_to_the_other(both, context):
    with serving(both) as address:
        hands = Hands(context, address)
        hands.open_in("Cornus")
        gained = spaceless(hands.text("#gained"))
        hands.painted(lambda: hands.page.select_option("#service", "tiers_lieux"))
        assert "Tiers-lieux" in hands.text("#within")
        assert spaceless(f"({gained[1:]} gagnés") in spaceless(hands.text("#others"))
        assert "France Services, ouvert" in hands.text("#changes")
        assert hands.page.locator("[data-kind=opened]").count() == 0
        hands.painted(lambda: hands.page.click("#undo"))
        assert spaceless(hands.text("#gained")) == gained
        hands.tab("plans")
        hands.page.wait_for_selector("#plans-table tr.now")
        cells = hands.page.locator("#plans-table tr.now td").all_inner_texts()
        assert cells[-2:] == [texts.text("page.uncosted", "fr"), "–"]  # a place of one's own
        assert hands.wrong == []
