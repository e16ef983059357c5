from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest
import yaml

from siting import config
from siting.cli import app as cli
from siting.config import validate
from siting.errors import ConfigError, ProblemsError
from siting.offers import labels
from siting.offers.labels import Fact, Labels, Rule
from siting.study import prepared
from siting.study.stages import offers as study_offers

DAY = dt.date(2026, 11, 25)
RULES = config.embedded("configs/labels/telecentres.yaml")
CHARTER = ("ethics", "organisation", "governance", "name_and_theme", "animation")


def fact(value, date=DAY):
    return Fact(value, "visit", "EPCI", date)


def known(**facts):
    return {name: fact(value) for name, value in facts.items()}


GOOD = known(
    open=True, desks=8.0, fibre=True, access_24h=True, meeting_room=True,
    **dict.fromkeys(CHARTER, 3.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def rules():
    return validate(Labels, RULES)


def test_levels_are_held_one_after_the_other(rules):
    assert labels.judge(rules, "coworking", GOOD, DAY).level == "charter"
    without = {name: one for name, one in GOOD.items() if name != "animation"}
    judged = labels.judge(rules, "coworking", without, DAY)
    assert (judged.level, judged.possible) == ("workplace", "charter")  # unknown is not no
    refused = labels.judge(rules, "coworking", GOOD | known(animation=1.0), DAY)
    assert (refused.level, refused.possible) == ("workplace", "workplace")
    small = labels.judge(rules, "coworking", GOOD | known(desks=2.0), DAY)
    assert (small.level, small.possible) == ("relay", "relay")
    closed = labels.judge(rules, "coworking", GOOD | known(open=False), DAY)
    assert (closed.level, closed.possible) == ("", "")


def test_every_rule_says_what_became_of_it(rules):
    judged = labels.judge(rules, "fablab", known(open=True, desks=2.0, access_24h=True), DAY)
    outcomes = {one.rule: one.outcome for one in judged.reasons}
    assert outcomes["open"] == "passed"
    assert outcomes["desks"] == "failed"
    assert outcomes["fibre"] == "unknown"
    assert outcomes["hours"] == "passed"  # one of two is enough, the other unknown
    assert outcomes["machines"] == "unknown"
    assert next(one for one in judged.reasons if one.rule == "machines").unknown == ("machines",)


def test_rules_for_some_types_do_not_bind_others(rules):
    coworking = labels.judge(rules, "coworking", GOOD, DAY)
    assert "machines" not in {one.rule for one in coworking.reasons}
    assert labels.judge(rules, "fablab", GOOD, DAY).level == "relay"
    relay = labels.judge(rules, "maison_emploi", GOOD, DAY)
    assert (relay.level, relay.possible) == ("relay", "relay")
    nobody = labels.judge(rules, "", GOOD, DAY)  # of unknown type: no level but the first is sure
    assert (nobody.level, nobody.possible) == ("relay", "charter")


def test_old_evidence_is_unknown_not_refused(rules):
    old = GOOD | {"open": fact(value=True, date=dt.date(2020, 1, 1))}
    judged = labels.judge(rules, "coworking", old, DAY)
    assert (judged.level, judged.possible) == ("", "charter")
    assert labels.judge(rules, "coworking", old, None).level == "charter"


@pytest.mark.parametrize("way", ["any", "all"])
def test_three_valued_logic(way):
    said = {"passed": True, "failed": False, "unknown": None}
    rule = Rule.model_validate({way: [{"evidence": k, "is": True} for k in "ab"]})
    for a, b in itertools.product(said, repeat=2):
        facts = {k: fact(said[v]) for k, v in (("a", a), ("b", b)) if said[v] is not None}
        # by completing what is not known both ways
        ends = {
            (any if way == "any" else all)((x, y))
            for x in ([said[a]] if said[a] is not None else [True, False])
            for y in ([said[b]] if said[b] is not None else [True, False])
        }
        expected = "unknown" if len(ends) == 2 else "passed" if ends == {True} else "failed"
        assert labels.evaluate(rule, facts, None) == expected


def test_the_embedded_register_is_real_and_its_evidence_unknown():
    study = config.load(config.embedded("configs/telecentres.yaml"))
    found = study_offers.register(study)
    real = pd.read_csv("data/aveyron/tiers_lieux.csv", dtype=str)
    assert list(found.places["id"]) == list(real["id"])
    judged = found.judged.values()
    assert {one.level for one in judged} == {""}
    assert {one.outcome for place in judged for one in place.reasons} == {"unknown"}
    assert found.labels.status == "hypothesis"


@pytest.fixture(scope="module")
def relayed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offers")
    (folder / "places.csv").write_text(
        "id,name,code,lon,lat,kind,connoted\n"
        "m1,Maison de l'emploi de Rodez,12202,2.57339,44.35038,maison_emploi,oui\n"
        "m2,Maison de l'emploi de Millau,12145,3.07918,44.09846,maison_emploi,\n"
        "c1,Coworking,12202,2.57339,44.35038,coworking,non\n",
        encoding="utf-8",
    )
    (folder / "evidence.csv").write_text(
        "place_id,criterion,value,evidence,source,date\n"
        "c1,open,oui,visite,EPCI,2026-10-01\nc1,desks,12,plan,EPCI,2026-10-01\n",
        encoding="utf-8",
    )
    keys = {
        "extends": str(config.embedded("configs/telecentres.yaml")),
        "criteria": [{"id": "minutes_to_relay", "weight": 1}],
        "offers": {"places": "places.csv", "evidence": "evidence.csv", "date": "2026-11-25"},
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(keys), encoding="utf-8")
    return prepared.prepare(config.load(path), lambda _: None)


def switched(base, *, counted: bool):
    offers = base.study.offers
    relays = offers.relays.model_copy(update={"count_connoted": counted})
    asked = base.study.model_copy(update={"offers": offers.model_copy(update={"relays": relays})})
    return type(base)(asked, base.read, base.cells, base.router, base.demand)


def test_relays_are_a_layer_with_minutes_and_stigma_is_a_switch(relayed):
    both = study_offers.tables(relayed)["offers_relays"]
    only = study_offers.tables(switched(relayed, counted=False))["offers_relays"]
    assert set(both["relay_id"]) == {"m1", "m2"}
    assert set(only["relay_id"]) == {"m2"}
    places = pd.DataFrame(
        {"id": ["m1", "m2"], "lon": [2.57339, 3.07918], "lat": [44.35038, 44.09846]}
    )
    minutes = relayed.minutes(relayed.read.candidates, places)
    sites = both[both["kind"] == "candidate"]
    assert sites["minutes"].to_numpy() == pytest.approx(np.nanmin(minutes, axis=1), rel=1e-6)
    assert only[only["kind"] == "candidate"]["minutes"].to_numpy() == pytest.approx(minutes[:, 1])
    communes = both[both["kind"] == "commune"]
    assert len(communes) == len(relayed.read.communes)
    # people-weighted mean over the cells of a commune
    cells = relayed.cells[relayed.cells["commune_code"] == "12001"]
    reach = relayed.minutes(cells.rename(columns={"cell_id": "id"}), places).min(axis=1)
    mean = np.average(reach, weights=cells["population"])
    assert communes.set_index("code").loc["12001", "minutes"] == pytest.approx(mean, rel=1e-5)


def test_minutes_to_the_nearest_relay_are_a_criterion(relayed):
    from siting.study.stages import site_facts

    access = relayed.access("tiers_lieux", relayed.read.services["tiers_lieux"])
    fixed = site_facts.unchanging(relayed)
    facts = site_facts.gather(relayed, fixed, access["minutes"].to_numpy())
    told = study_offers.tables(relayed)["offers_relays"]
    sites = told[told["kind"] == "candidate"]["minutes"].to_numpy()
    assert facts.nearest["relays"] == pytest.approx(sites)


def test_levels_are_explained_place_by_place(relayed):
    told = study_offers.tables(relayed)
    place = told["offers"].set_index("place_id").loc["c1"]
    assert (place["level"], place["possible_level"]) == ("relay", "charter")
    assert place["missing"].split()[:2] == ["fibre", "meeting_room"]
    why = told["offers_rules"].set_index(["place_id", "rule"])
    columns = ["outcome", "values", "evidence", "source", "date"]
    assert why.loc[("c1", "desks"), columns].tolist() == [
        "passed", "desks=12", "plan", "EPCI", "2026-10-01",
    ]  # fmt: skip
    assert why.loc[("m1", "open"), "outcome"] == "unknown"


def test_wrong_evidence_is_named_row_by_row(relayed):
    folder = relayed.study.base
    (folder / "wrong.csv").write_text(
        "place_id,criterion,value,evidence,source,date\n"
        "c9,open,oui,visite,EPCI,2026-10-01\n"
        "c1,colour,rouge,visite,EPCI,2026-10-01\n"
        "c1,ethics,7,visite,EPCI,2026-10-01\n",
        encoding="utf-8",
    )
    offers = relayed.study.offers.model_copy(update={"evidence": folder / "wrong.csv"})
    with pytest.raises(ProblemsError) as caught:
        study_offers.register(relayed.study.model_copy(update={"offers": offers}))
    keys = [(one.key, one.values["row"]) for one in caught.value.problems]  # noqa: PD011
    assert keys == [("offer_place", 2), ("offer_criterion", 3), ("bad_value", 4)]
    wrong = relayed.study.offers.relays.model_copy(update={"types": ("mairie",)})
    offers = relayed.study.offers.model_copy(update={"relays": wrong})
    with pytest.raises(ConfigError):
        study_offers.register(relayed.study.model_copy(update={"offers": offers}))


def test_run_takes_it_all(relayed):
    with pytest.raises(SystemExit) as done:
        cli.main(["check", str(relayed.study.base / "study.yaml")])
    assert done.value.code == 0
