"""`siting census`, `siting sample` and what `siting run` makes of them, on the embedded study."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from docx import Document

from siting.cli import app as cli
from siting.cli import census_tables
from siting.config import load
from siting.errors import SitingError
from siting.study import prepared
from siting.study.stages import census as study_census
from siting.study.stages import likely_users
from siting.study.stages import location as study_location
from siting.study.stages import registry as study_extras
from siting.study.stages import sample as study_sample

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "telecentres.yaml"
SIRET = re.compile(r"\b\d{14}\b")


@pytest.fixture(scope="module")
def base():
    return prepared.prepare(load(CONFIG), lambda _: None)


@pytest.fixture(scope="module")
def tables(base):
    return study_census.tables(base)


@pytest.fixture
def changed(tmp_path):
    """Write a configuration that extends the embedded one."""

    def write(**keys) -> Path:
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({"extends": str(CONFIG), **keys}), encoding="utf-8")
        return path

    return write


def fails(capsys, *arguments: object) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main([str(one) for one in arguments])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def succeeds(*arguments: object) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([str(one) for one in arguments])
    assert ended.value.code == 0


def test_sample_writes_twenty_units_with_what_it_takes_to_visit_them(base, tmp_path, capsys):
    target = tmp_path / "sample.csv"
    succeeds("sample", CONFIG, "-n", "20", "--seed", "3", "-o", target)
    printed = capsys.readouterr().out
    assert "modélisé" in printed
    rows = pd.read_csv(target, dtype={"siret": str, "epci_code": str})
    assert len(rows) == 20
    assert rows["siret"].is_unique
    assert (rows["probability"] > 0).all()
    assert (rows["weight"] * rows["probability"] - 1).abs().max() < 1e-8
    rural = rows[rows["rurality"] == "very_sparse"].groupby("epci_code").size()
    assert len(rural) == 12  # every EPCI that has somebody there
    instead = pd.read_csv(tmp_path / "sample_replacements.csv", dtype=str)
    assert not set(instead["siret"]) & set(rows["siret"])
    assert set(instead["replaces"]) <= set(rows["siret"])
    visits = pd.read_csv(tmp_path / "sample_visits.csv", dtype={"siret": str})
    assert visits["siret"].dropna().is_unique
    assert set(visits["siret"].dropna()) <= set(rows["siret"])
    document = Document(tmp_path / "sample_visits.docx")
    said = "\n".join(p.text for p in document.paragraphs)
    assert "ne le publiez pas" in said
    assert "MODÉLISÉ" in said
    cells = {c.text for table in document.tables for row in table.rows for c in row.cells}
    assert set(rows["siret"]) <= cells
    drawn = study_sample.draw(base, 20, 3)
    census_tables.write_sample(tmp_path / "again.csv", base.study.title, drawn)
    for end in (".csv", "_replacements.csv", "_visits.csv", "_visits.docx"):
        first, second = (tmp_path / f"{stem}{end}" for stem in ("sample", "again"))
        assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(tmp_path / "sample_visits.docx") as held:
        assert held.testzip() is None


def test_visits_keep_within_the_hours(base):
    found = study_sample.draw(base, 20, 5)
    for _, day in found.visits.groupby(["investigator", "day"]):
        assert day["kind"].tolist() == ["visit"] * (len(day) - 1) + ["return"]
        assert day["road_minutes"].sum() + 45 * (len(day) - 1) <= 8 * 60 + 1
        assert day["stop"].tolist() == list(range(1, len(day) + 1))
        assert list(day["arrival"]) == sorted(day["arrival"])


def test_census_command_writes_its_tables(tmp_path, capsys):
    succeeds("census", CONFIG, "-o", tmp_path)
    printed = capsys.readouterr().out
    assert "Registre modélisé" in printed
    with (tmp_path / "census.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kinds = defaultdict(int)
    for row in rows:
        kinds[row["zone_kind"]] += 1
    assert (kinds["department"], kinds["epci"], kinds["commune"]) == (1, 20, 285)
    assert (tmp_path / "census_squares.csv").exists()


def test_run_publishes_nobody(base, tables):
    assert {"census", "census_sites", "census_squares", "census_strata", "sample_design"} == set(
        tables
    )
    sirets = set(base.read.establishments["siret"])
    access = base.access("tiers_lieux", base.read.services["tiers_lieux"])
    made = study_extras.compute(base, access)
    for name, table in (item for found in made.values() for item in found.items()):
        written = table.to_csv()
        assert not set(SIRET.findall(written)) & sirets, name
        assert "siret" not in table.columns


def test_no_small_count_is_told(tables):
    for name, columns in (
        ("census", ["establishments", "masked"]),
        ("census_sites", ["within", "within_masked", "catchment"]),
        ("census_squares", ["establishments"]),
        ("census_strata", ["establishments"]),
        ("sample_design", ["frame"]),
    ):
        for column in columns:
            told = tables[name][column].dropna()
            assert ((told == 0) | (told >= 5)).all()
            assert len(told)


def test_blanks_stand_wherever_a_column_would_tell(tables):
    census = tables["census"]
    blank = census["establishments"].isna()
    assert blank.any()
    assert census.loc[blank, ["teleworkable", "per_1000_people", "quotient"]].isna().all().all()
    design = tables["sample_design"]
    assert design.loc[design["frame"].isna(), ["least", "most"]].isna().all().all()


def test_totals_do_not_give_one_blank_back(base, tables):
    """No EPCI told has one commune blank alone, nor blanks whose sum is small."""
    census = tables["census"].set_index("zone_code")
    of = base.read.communes.set_index("code")["epci_code"]
    epci = census[census["zone_kind"] == "epci"]["establishments"]
    communes = census[census["zone_kind"] == "commune"]["establishments"]
    seen = 0
    for code, total in epci.dropna().items():
        parts = communes[of[of == code].index]
        blanks = int(parts.isna().sum())
        if blanks:
            seen += 1
            assert blanks >= 2
            assert total - parts.sum() >= 5
    assert seen > 5


def test_interest_feeds_the_census(changed, tmp_path):
    lines = [f"12202,oui,p{i}" for i in range(30)] + [f"12145,oui,q{i}" for i in range(3)]
    file = tmp_path / "interest.csv"
    file.write_text("commune_code,consent,respondent\n" + "\n".join(lines) + "\n")
    study = load(changed(census={"interest": str(file)}, sample=None))
    found = study_census.tables(prepared.prepare(study, lambda _: None))
    rates = found["census_interest"].set_index("epci_name")["rate"]
    assert rates["CA Rodez Agglomération"] == rates.max()
    assert "expected_users" in found["census_sites"]
    assert "interested" not in found["census_interest"]


def test_expected_users_are_the_demand_of_a_location_model(changed, tmp_path):
    lines = [f"12202,oui,p{i}" for i in range(30)] + [f"12145,oui,q{i}" for i in range(3)]
    file = tmp_path / "interest.csv"
    file.write_text("commune_code,consent,respondent\n" + "\n".join(lines) + "\n")
    asked = {"model": "mclp", "p": 2, "max_minutes": 20, "demand": "expected_users"}
    path = changed(census={"interest": str(file)}, sample=None, locate=asked)
    base = prepared.prepare(load(path), lambda _: None)
    found = study_location.solve(base)
    users = found.demand.set_index("commune_code")["population"]
    blended = likely_users.expected(
        base.study, base.read, likely_users.selected(base.study, base.read)
    ).set_index("epci_code")
    epci = base.read.communes.set_index("code")["epci_code"]
    assert users.groupby(epci).sum().to_numpy() == pytest.approx(
        blended["expected_users"].to_numpy()
    )
    # the model's objective, recomputed: expected users within 20 minutes of what serves
    minutes = base.minutes(found.demand, found.places)
    serving = found.places["id"].isin(set(found.last.sites["site_id"])).to_numpy()
    near = (minutes[:, serving] <= 20).any(axis=1)
    assert found.last.objective == pytest.approx(users.to_numpy()[near].sum(), rel=1e-6)
    plain = base.study.model_copy(
        update={"locate": base.study.locate.model_copy(update={"demand": "likely_users"})}
    )
    likely = study_location.solve(replace(base, study=plain)).demand["population"]
    assert likely.sum() == len(likely_users.selected(base.study, base.read))
    assert 0 < users.sum() < likely.sum()


def test_expected_users_need_declared_interest(changed, capsys):
    asked = {"model": "mclp", "p": 2, "max_minutes": 20, "demand": "expected_users"}
    assert "census.interest" in fails(capsys, "locate", changed(locate=asked))


def test_a_sample_larger_than_the_frame_is_told(capsys, tmp_path):
    said = fails(capsys, "sample", CONFIG, "-n", "5000", "-o", tmp_path / "s.csv")
    assert "(5000)" in said
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"sample": {"size": 12}}, "au moins 13"),
        ({"sample": {"statuses": [{"id": "ghost", "naf": ["99"]}, {"id": "rest"}]}}, "ghost"),
        ({"sample": {"densities": [{"id": "none", "below": 0.01}, {"id": "all"}]}}, "none"),
        ({"sample": {"densities": [{"id": "a"}, {"id": "b", "below": 5}]}}, "below"),
        ({"sample": {"visits": {"hours_per_day": 25}}}, "24"),
        ({"census": {"activities": [{"naf": ["62"], "teleworkable_percent": 120}]}}, "100"),
        ({"census": {"activities": [{"naf": ["99.9"]}]}}, "vide"),
    ],
)
def test_bad_input_is_told(base, changed, keys, says):
    with pytest.raises(SitingError) as caught:
        study_extras.check(load(changed(**keys)), base.read)
    assert says in caught.value.text("fr")


def test_the_command_names_an_empty_stratum(changed, tmp_path, capsys):
    ghost = {"statuses": [{"id": "ghost", "naf": ["99"]}, {"id": "rest"}]}
    out = tmp_path / "s.csv"
    assert "ghost" in fails(capsys, "sample", changed(sample=ghost), "-n", "20", "-o", out)
    assert not out.exists()


def test_no_register(base, changed):
    with pytest.raises(SitingError) as caught:
        study_extras.check(load(changed()), replace(base.read, establishments=None))
    assert "layers.establishments" in caught.value.text("fr")


def test_a_repeated_respondent_stops_the_check(changed, tmp_path, capsys):
    file = tmp_path / "interest.csv"
    file.write_text("commune_code,consent,respondent\n12202,oui,Zoé\n12202,oui,zoé\n")
    said = fails(capsys, "check", changed(census={"interest": str(file)}))
    assert "ligne 3" in said
    assert "zoé" not in said.lower()
