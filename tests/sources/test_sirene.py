"""SIRENE's stock: layouts by name, filters, positions."""

from __future__ import annotations

import pandas as pd
import pytest

from siting.errors import InputError
from siting.sources import sirene

STOCK = pd.DataFrame(
    {
        "siret": ["1", "2", "3", "4", "5"],
        "diffusion": ["O", "O", "P", "O", "O"],
        "employees": ["NN", "01", "", "00", "NN"],
        "commune_code": ["12001", "12001", "12002", "12002", "99999"],
        "state": ["A", "A", "A", "F", "A"],
        "activity": ["62.01Z", "62.01Z", "70.22Z", "62.02A", "62.02A"],
        "nomenclature": "NAFRev2",
    }
)
COMMUNES = pd.DataFrame(
    {"code": ["12001", "12002"], "chef_lieu_lon": [2.1, 2.2], "chef_lieu_lat": [44.1, 44.2]}
)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("StockEtablissement_geo_2024_layout.csv", 39),
        ("StockEtablissement_geo_v3_2018_layout.csv", 3),
    ],
)
def test_national_layouts(samples, name, rows):
    stock = sirene.read(samples / "sirene" / name)
    assert len(stock) == rows
    assert stock["siret"].str.fullmatch(r"\d{14}").all()
    assert set(stock["state"]) <= {"A", "F"}
    assert stock["diffusion"].isin(["O", "P", "N"]).all()


def test_an_older_layout_is_refused_by_the_column_it_lacks(samples):
    with pytest.raises(InputError) as caught:
        sirene.read(samples / "sirene" / "geo-sirene_2017_stock_layout.csv")
    assert caught.value.key == "missing_column"


def test_repeated_siret(samples, tmp_path):
    lines = (samples / "sirene" / "StockEtablissement_geo_2024_layout.csv").read_bytes()
    path = tmp_path / "stock.csv"
    path.write_bytes(lines + lines.split(b"\r\n")[1] + b"\r\n")
    with pytest.raises(InputError) as caught:
        sirene.read(path)
    assert caught.value.key == "duplicate_ids"


def test_independents_are_active_and_without_employee():
    assert sirene.independents(STOCK, [])["siret"].tolist() == ["1", "3", "5"]
    assert sirene.independents(STOCK, ["62"])["siret"].tolist() == ["1", "5"]
    assert sirene.independents(STOCK, ["70.22Z"])["siret"].tolist() == ["3"]


def test_an_establishment_without_position_stands_at_its_chef_lieu(tmp_path):
    path = tmp_path / "positions.csv"
    path.write_text(
        "x_longitude;siret;y_latitude;qualite_xy\n2.15;1;44.15;11\n[ND];3;[ND];\n;2;;33\n",
        encoding="utf-8",
    )
    placed = sirene.placed(STOCK, sirene.read_positions(path), COMMUNES).set_index("id")
    assert placed.index.tolist() == ["1", "2", "3", "4"]  # 5 is of another commune
    assert placed.loc["1", ["lon", "lat"]].tolist() == [2.15, 44.15]
    assert placed.loc["3", ["lon", "lat"]].tolist() == [2.2, 44.2]
    assert placed["placed_at_commune"].tolist() == [False, True, True, True]
    alone = sirene.placed(STOCK, None, COMMUNES)
    assert alone["placed_at_commune"].all()
