"""Modelled tables: reproduced by their script, in the national layouts, never taken for real."""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from siting.sources import boundaries, bpe, facts, sirene, sirene_stock

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "aveyron"
MODELLED = DATA / "modelled"
STOCK = MODELLED / "StockEtablissement_modelled.zip"
POSITIONS = MODELLED / "GeolocalisationEtablissement_modelled.zip"


@pytest.fixture(scope="module")
def remade(tmp_path_factory):
    """The files as the script writes them now."""
    script = ROOT / "scripts" / "make_modelled_tables.py"
    spec = importlib.util.spec_from_file_location("make_modelled_tables", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("modelled")
    module.main(folder)
    return folder


def test_the_demonstration_feed_is_made_by_its_script(tmp_path):
    script = ROOT / "scripts" / "make_demonstration_feed.py"
    spec = importlib.util.spec_from_file_location("make_demonstration_feed", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path)
    with (
        zipfile.ZipFile(tmp_path / module.FILE) as made,
        zipfile.ZipFile(MODELLED / module.FILE) as kept,
    ):
        assert made.namelist() == kept.namelist()
        for name in made.namelist():
            assert made.read(name) == kept.read(name)
        for name, column in (("stops", 1), ("routes", 2), ("trips", 2)):
            rows = list(csv.reader(io.StringIO(kept.read(f"{name}.txt").decode())))[1:]
            assert all("démonstration" in row[column] for row in rows)


def test_the_hours_of_facilities_stand_beside_the_same_facilities():
    plain = pd.read_csv(DATA / "france_services.csv", dtype=str)
    hours = pd.read_csv(DATA / "france_services_hours.csv", dtype=str)
    pd.testing.assert_frame_equal(hours[plain.columns], plain)


def raw(path):
    """Name, date and content of the one file in a zip (deflate differs between builds of zlib)."""
    with zipfile.ZipFile(path) as archive:
        (entry,) = archive.infolist()
        return entry.filename, entry.date_time, archive.read(entry)


@pytest.fixture(scope="module")
def stock():
    text = raw(STOCK)[2].decode("utf-8")
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def test_the_script_gives_the_committed_bytes(remade):
    other = "demonstration_gtfs.zip"  # of another script: see above
    made = {path.name for path in remade.iterdir()}
    assert made | {other} == {path.name for path in MODELLED.iterdir()}
    for path in (STOCK, POSITIONS):
        assert raw(remade / path.name) == raw(path)
    bpe_name = "bpe_modelled.csv"
    assert (remade / bpe_name).read_bytes() == (MODELLED / bpe_name).read_bytes()
    assert sum(p.stat().st_size for p in MODELLED.iterdir()) < 1_000_000


def luhn_sum(digits):
    """Luhn sum, by the textbook: double every second digit from the right."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + i % 2)
        total += value // 10 + value % 10
    return total


def test_luhn_on_a_known_siren():
    assert luhn_sum("732829320") % 10 == 0
    assert luhn_sum("73282932000074") % 10 == 0


def test_every_siren_and_siret_fails_the_luhn_check(stock):
    assert len(stock) > 4000
    assert (stock["siret"] == stock["siren"] + stock["nic"]).all()
    assert stock["siret"].str.fullmatch(r"\d{14}").all()
    assert stock["siret"].is_unique
    assert all(luhn_sum(s) % 10 for s in stock["siret"])
    assert all(luhn_sum(s) % 10 for s in stock["siren"])


def test_the_register_has_the_columns_of_insee(samples, stock):
    sample = samples / "sirene" / "StockEtablissement_geo_2024_layout.csv"
    header = next(csv.reader(io.StringIO(sample.read_text(encoding="utf-8"))))
    assert list(stock.columns) == header[: header.index("longitude")]


def test_the_register_is_plausible(stock):
    communes = facts.communes(DATA / "communes.csv")
    assert set(stock["codeCommuneEtablissement"]) <= set(communes["code"])
    assert set(stock["nomenclatureActivitePrincipaleEtablissement"]) == {"NAFRev2"}
    assert 0.2 < (stock["etatAdministratifEtablissement"] == "F").mean() < 0.3
    masked = stock["statutDiffusionEtablissement"] == "P"
    assert 0.08 < masked.mean() < 0.16
    assert (stock.loc[masked, "libelleVoieEtablissement"] == "[ND]").all()
    shown = stock.loc[masked, "coordonneeLambertAbscisseEtablissement"]
    assert shown.isin(["[ND]", ""]).all()
    assert (stock["dateDebut"] >= stock["dateCreationEtablissement"]).all()
    named = [c for c in stock.columns if c.startswith(("enseigne", "denomination"))]
    assert (stock[named] == "").all(axis=None)
    people = communes["population"].sum() / 1000
    found = sirene_stock.read(STOCK, set(communes["code"]), positions=POSITIONS)
    independents = sirene.independents(found.table, [])
    assert 8 < len(independents) / people < 14


def test_positions_lie_near_the_commune_and_leave_out_the_masked(stock):
    codes = set(facts.communes(DATA / "communes.csv")["code"])
    table = sirene_stock.read(STOCK, codes, positions=POSITIONS).table
    assert (table.loc[table["masked"], "placed_by"] == "").all()
    assert set(table["siret"]) <= set(stock["siret"])
    area = boundaries.read(DATA / "communes.geojson").total_bounds
    placed = table[table["placed_by"] == "insee"]
    assert placed["lon"].between(area[0] - 0.01, area[2] + 0.01).all()
    assert placed["lat"].between(area[1] - 0.01, area[3] + 0.01).all()


def test_services_follow_the_size_of_communes():
    communes = facts.communes(DATA / "communes.csv").set_index("code")["population"]
    services = bpe.read(MODELLED / "bpe_modelled.csv")
    counts = services.groupby(["type", "commune_code"]).size()
    assert services[["lon", "lat"]].notna().all(axis=None)
    for kind, least in (("B203", 500), ("D301", 1300), ("C201", 2500), ("B101", 6000)):
        there = counts[kind].index
        assert communes[there].min() >= least
        always = communes.index[communes >= 1.5 * least]
        assert set(always) <= set(there)
    assert counts["B203"]["12202"] > counts["B203"]["12199"]
