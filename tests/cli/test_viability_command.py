"""`siting viability` and what a study writes of viability, effects and calendar."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from siting import texts
from siting.cli.app import main
from siting.config import load, validate
from siting.config.viability import PACKAGES, ViabilityFile
from siting.economics.tariffs import STANDARD
from siting.errors import ProblemsError, SitingError
from siting.study.stages import viability as study_viability

CONFIGS = Path(__file__).parents[2] / "configs"
RODEZ = CONFIGS / "rodez.yaml"


@pytest.fixture(autouse=True)
def _french():
    texts.set_language("fr")
    yield
    texts.set_language("fr")


def run(*words):
    with pytest.raises(SystemExit) as done:
        main([str(word) for word in words])
    return done.value.code


def written(tmp_path, **changes):
    content = yaml.safe_load(RODEZ.read_text(encoding="utf-8"))
    content["viability"].update(changes)
    path = tmp_path / "site.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def problems(tmp_path, **changes):
    with pytest.raises(ProblemsError) as caught:
        validate(ViabilityFile, written(tmp_path, **changes))
    return caught.value


def judged(path):
    asked = validate(ViabilityFile, path).viability
    return study_viability.tables(asked, study_viability.judge(asked))


def test_the_usual_packages_are_those_of_the_grid():
    assert set(PACKAGES) == set(STANDARD)


def test_another_grid_by_hand(tmp_path, capsys):
    """Prices with 10 % VAT, two free months of ten, worked out on paper.

    Rent 6,000 a quarter: 2,000 a month, 64 % of 3,125. H24 at 330 with VAT: 300 net, x 8/10 = 240.
    20 days at 132 a quarter with VAT: 40 net a month, x 8/10 = 32. Alone: 3,125 / 240 = 13.0208,
    and 3,125 / 32 = 97.65625; with 10 permanents: (3,125 - 2,400) / 32 = 22.65625.
    """
    path = written(
        tmp_path,
        vat_percent=10,
        tax="included",
        free_months=2,
        stay_months=10,
        area_m2=250,
        tariffs=[
            {"package": "h24", "price": 330},
            {"package": "twenty_days_quarter", "price": 132},
        ],
        costs=[
            {
                "id": "rent",
                "name": "Loyer",
                "amount": 6000,
                "period": "quarter",
                "share_of_running_percent": 64,
            }
        ],
        mixes=[
            {
                "name": "dix",
                "fixed": [{"package": "h24", "users": 10}],
                "rest": [{"package": "twenty_days_quarter"}],
            }
        ],
        variants=[],
        expected=[],
    )
    assert run("viability", path, "-o", tmp_path) == 0
    said = capsys.readouterr().out.replace("\u202f", " ")
    for figure in (
        "3 125,00",
        "12,50",
        "240,00",
        "32,00",
        "13,02",
        "97,66",
        "22,66",
        "14",
        "98",
        "23",
    ):
        assert figure in said
    table = pd.read_csv(tmp_path / "viability_break_even.csv", keep_default_na=False)
    found = table[table["role"] == "sought"]
    assert found["users"].tolist() == pytest.approx([3125 / 240, 97.65625, 22.65625])
    assert found["users_whole"].tolist() == [14, 98, 23]


def test_rodez_to_the_cent(tmp_path, capsys):
    assert run("viability", RODEZ, "-o", tmp_path) == 0
    said = capsys.readouterr().out.replace("\u202f", " ")
    for figure in ("1 500,00", "1 875,00", "10,00", "12,50", "7,50", "56,25", "18,75", "8,18"):
        assert figure in said
    costs = pd.read_csv(tmp_path / "viability_costs.csv").set_index("item")
    assert costs.loc["total", ["month", "m2_month"]].tolist() == [1875, 12.5]
    assert costs.loc["rent", ["month", "m2_month", "share"]].tolist() == [1500, 10, 0.8]
    table = pd.read_csv(tmp_path / "viability_break_even.csv", keep_default_na=False)
    table = table[table["role"] == "sought"].set_index(["case", "mix", "package"])
    five = "5 permanents, le reste occasionnel"
    expected = {
        ("cas déclaré", "", "h24"): (7.5, 8),
        ("cas déclaré", "", "twenty_days_quarter"): (56.25, 57),
        ("cas déclaré", five, "twenty_days_quarter"): (18.75, 19),
        ("prix TTC (TVA 20 %)", "", "h24"): (9, 9),
        ("prix TTC (TVA 20 %)", "", "twenty_days_quarter"): (67.5, 68),
        ("un mois gratuit sur douze", "", "h24"): (8.181818, 9),
        ("deux mois gratuits sur douze", "", "h24"): (9, 9),
    }
    for key, (users, whole) in expected.items():
        row = table.loc[key]
        assert (row["users"], row["users_whole"]) == (users, whole)
        assert row["users_low"] < row["users_p05"] < users < row["users_p95"] < row["users_high"]
    content = json.loads((tmp_path / "viability.json").read_text(encoding="utf-8"))
    assert content["break_even"][0]["users"] == pytest.approx(7.5)
    assert content["costs"][-1]["month"] == pytest.approx(1875)


def test_the_same_file_and_seed_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        run("viability", RODEZ, "-o", tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_english(capsys):
    assert run("--lang", "en", "viability", RODEZ) == 0
    assert "Break-even: as declared" in capsys.readouterr().out


def test_all_problems_at_once_in_plain_sentences(tmp_path, capsys):
    path = written(
        tmp_path,
        vat_percent=19,
        tariffs=[
            {"package": "permanant", "price": 250},
            {"package": "h24", "price": -3},
            {"package": "day", "price": {"value": 12, "low": 15}},
        ],
        costs=[
            {"id": "rent", "name": "Loyer", "amount": 1500, "share_of_running_percent": 120},
            {"id": "power", "amount": 90, "period": "month", "years": 3},
        ],
        mixes=[{"name": "m", "rest": [{"package": "h24", "percent": 60}]}],
        expected=[{"package": "two_days_week", "users": 3}],
    )
    assert run("viability", path) == 2
    said = capsys.readouterr().err
    for words in (
        "permanant",
        "forfait inconnu",
        "taux de TVA inconnu",
        "« Loyer » sans période",
        "nombre au plus égal à 100 attendu",
        "nombre au moins égal à 0 attendu",
        "low (15)",
        "« years »",
        "100 %",
        "pas de prix",
        "9 problèmes à corriger",
    ):
        assert words in said
    assert "Traceback" not in said


FALLING = [{"price": 10, "percent": 5}, {"price": 9, "percent": 6}]
ALONE = [{"id": "a", "hours": 1, "visits": 1}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"free_months": 1, "stay_months": None}, "stay_months"),
        ({"churn": [{"price": 10, "percent": 5}]}, "« stay_months », soit"),
        ({"churn": FALLING, "stay_months": None}, "croissantes"),
        ({"expected": [{"package": "h24", "users": 1}] * 2}, "déjà dans la même liste"),
        ({"animator": {"amount": 10, "site": "a", "sites": ALONE}}, "sans période"),
        (
            {"animator": {"amount": 10, "period": "month", "site": "b", "sites": ALONE}},
            "site inconnu",
        ),
        ({"packages": {"desk": {"billed": "hour", "hours_per_month": 3}}}, "uses_per_month"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_does_not_hold_is_named(tmp_path, changes, said):
    changes = dict(changes)
    if "churn" in changes and changes.get("stay_months", 1) is None:
        changes["variants"] = []
    assert said in problems(tmp_path, **changes).text("fr")


def test_vat_rates_of_elsewhere(tmp_path):
    path = written(tmp_path, vat_rates_percent=[0, 2.1, 8.5], vat_percent=8.5, variants=[])
    assert judged(path)["tariffs"]["gross_month"].iloc[0] == pytest.approx(250 * 1.085)


def test_tariffs_by_date(tmp_path):
    grid = [
        {"package": "h24", "price": 200, "until": "2026-12-31"},
        {"package": "h24", "price": 250, "from": "2027-01-01"},
        {"package": "twenty_days_quarter", "price": 100},
    ]
    next_year = [{"name": "2027", "date": "2027-01-01"}]
    path = written(tmp_path, tariffs=grid, date="2026-06-01", variants=next_year, mixes=[])
    table = judged(path)["break_even"]
    users = table[table["package"] == "h24"].set_index("case")["users"]
    assert users.to_dict() == pytest.approx({"cas déclaré": 1875 / 200, "2027": 7.5})
    gone = [{"package": "h24", "price": 200, "until": "2026-12-31"}, grid[2]]
    path = written(tmp_path, tariffs=gone, date="2027-06-01", variants=[])
    with pytest.raises(SitingError, match="2027-06-01"):
        judged(path)


def test_an_animator_shared_by_three_sites(tmp_path):
    sites = [
        {"id": "rodez", "hours": 70, "visits": 0, "minutes": 0},
        {"id": "conques", "hours": 30, "visits": 8, "minutes": 45},
        {"id": "najac", "hours": 20, "visits": 4, "minutes": 60},
    ]
    team = {"amount": 30_000.01, "period": "year", "site": "conques", "sites": sites}
    found = judged(written(tmp_path, animator=team))
    split = found["animator"].set_index("site_id")["amount"]
    assert round(split.sum(), 2) == 2500.0
    cost = found["costs"].set_index("item").loc["animator"]
    assert cost["month"] == pytest.approx(split["conques"])
    assert cost["kind"] == "shared"


def test_an_animator_needs_its_route_times(tmp_path):
    team = {"amount": 10, "period": "year", "site": "a", "sites": ALONE}
    with pytest.raises(SitingError, match="minutes"):
        judged(written(tmp_path, animator=team))


def test_a_band_without_ranges_is_the_value(tmp_path):
    cost = {"id": "rent", "amount": 1000, "period": "month"}
    grid = [{"package": "h24", "price": 100}]
    path = written(tmp_path, costs=[cost], tariffs=grid, mixes=[], expected=[], variants=[])
    found = judged(path)
    row = found["break_even"].iloc[0]
    assert row[["users_low", "users_high", "users_p05", "users_p95"]].tolist() == [10.0] * 4
    assert "tornado" not in found or found["tornado"].empty
    assert run("viability", path) == 0


def study_file(tmp_path, sections):
    base = (CONFIGS / "telecentres.yaml").resolve()
    path = tmp_path / "study.yaml"
    text = f"extends: {json.dumps(str(base))}\n" + textwrap.dedent(sections)
    path.write_text(text, encoding="utf-8")
    return path


ANIMATED = """
viability:
  vat_percent: 20
  tax: excluded
  tariffs: [{ package: h24, price: 250 }]
  costs: [{ id: rent, amount: 1500, period: month }]
  animator:
    amount: 2400
    period: month
    site: conques-en-rouergue
    base: rodez
    sites:
      - { id: rodez, hours: 60, visits: 0 }
      - { id: conques-en-rouergue, hours: 40, visits: 8 }
"""


def test_a_study_gives_the_animators_route_times(tmp_path, capsys):
    path = study_file(tmp_path, ANIMATED)
    assert run("viability", path, "-o", tmp_path / "out") == 0
    split = pd.read_csv(tmp_path / "out" / "viability_animator.csv").set_index("site_id")
    assert split["amount"].sum() == pytest.approx(2400)
    hours = split.loc["conques-en-rouergue", "road_hours"]
    assert 8 * 2 * 20 / 60 < hours < 8 * 2 * 60 / 60  # about half an hour's drive one way
    assert split.loc["rodez", "road_hours"] == 0
    assert "Animateur partagé" in capsys.readouterr().out


def test_a_study_without_the_section_says_so(capsys):
    assert run("viability", CONFIGS / "aveyron.yaml") == 2
    assert "viability" in capsys.readouterr().err


def test_a_calendar_that_contradicts_itself_is_refused_before_computing(tmp_path, capsys):
    path = study_file(
        tmp_path,
        """
        calendar:
          steps:
            - { id: draft, name: Projet, kind: draft, from: 2027-01-01, until: 2027-03-01 }
            - { id: opinion, name: Avis, kind: opinion, from: 2027-02-01, until: 2027-04-30 }
          received: { "999999999": 2027-02-03 }
        """,
    )
    assert run("check", path) == 2
    assert "999999999" in capsys.readouterr().err
    text = path.read_text(encoding="utf-8").replace('received: { "999999999": 2027-02-03 }', "")
    path.write_text(text, encoding="utf-8")
    assert run("check", path) == 2
    said = capsys.readouterr().err
    assert "2027-05-01" in said
    assert "avant la fin de « draft »" in said


def test_effects_of_a_study_from_flows(tmp_path):
    from siting.study import prepared
    from siting.study.stages import effects as study_effects

    flows = tmp_path / "flows.csv"
    flows.write_text(
        "COMMUNE;DCLT;TRANS;IPONDI\n12218;12202;5;100\n12218;75056;5;7\n12145;12202;5;50\n",
        encoding="utf-8",
    )
    path = study_file(
        tmp_path,
        "effects: { flows: flows.csv, commute: null, sites: [conques-en-rouergue] }",
    )
    base = prepared.prepare(load(path), lambda _: None)
    table = study_effects.tables(base)["effects"].set_index("measure")["value"]
    assert table["people"] == 100  # Millau is beyond 20 minutes, Paris is not in the table
    assert table["people_unknown_place"] == 7
    assert table["people_beyond"] == 50
    users = 100 * 0.30 * 0.05
    most = users * 2 * 44 * 2 * 0.8 * 1.3 * 40  # Conques lies some 30 km from Rodez
    assert 0.4 * most < table["person_km"] < most
    assert np.isclose(table["vehicle_km"], table["person_km"] / 1.08)
