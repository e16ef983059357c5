"""Independents among establishments, and where they stand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.sources import sirene, sirene_stock

STOCK = pd.DataFrame(
    {
        "siret": ["1", "2", "3", "5"],
        "employees": ["NN", "01", "", "NN"],
        "commune_code": ["12001", "12001", "12002", "99999"],
        "activity": ["62.01Z", "62.01Z", "70.22Z", "62.02A"],
        "lon": [2.15, np.nan, np.nan, 2.0],
        "lat": [44.15, np.nan, np.nan, 44.0],
    }
)
COMMUNES = pd.DataFrame(
    {"code": ["12001", "12002"], "chef_lieu_lon": [2.1, 2.2], "chef_lieu_lat": [44.1, 44.2]}
)


def test_independents_have_no_employee():
    assert sirene.independents(STOCK, [])["siret"].tolist() == ["1", "3", "5"]
    assert sirene.independents(STOCK, ["62"])["siret"].tolist() == ["1", "5"]
    assert sirene.independents(STOCK, ["70.22Z"])["siret"].tolist() == ["3"]


def test_an_establishment_without_position_stands_at_its_chef_lieu():
    placed = sirene.placed(STOCK, COMMUNES).set_index("id")
    assert placed.index.tolist() == ["1", "2", "3"]  # 5 is of another commune
    assert placed.loc["1", ["lon", "lat"]].tolist() == [2.15, 44.15]
    assert placed.loc["3", ["lon", "lat"]].tolist() == [2.2, 44.2]
    assert placed["placed_at_commune"].tolist() == [False, True, True]


def test_repeated_siret(samples, tmp_path):
    lines = (samples / "sirene" / "StockEtablissement_geo_2024_layout.csv").read_bytes()
    rows = pd.read_csv(
        samples / "sirene" / "StockEtablissement_geo_2024_layout.csv", dtype=str, nrows=1
    )
    path = tmp_path / "stock.csv"
    path.write_bytes(lines + lines.split(b"\r\n")[1] + b"\r\n")
    with pytest.raises(InputError) as caught:
        sirene_stock.read(path, set(rows["codeCommuneEtablissement"]))
    assert caught.value.key == "duplicate_ids"


def test_codes_of_another_vintage_are_brought_to_today(samples):
    path = samples / "sirene" / "StockEtablissement_geo_2024_layout.csv"
    every = set(pd.read_csv(path, dtype=str)["codeCommuneEtablissement"])
    old = min(every)
    found = sirene_stock.read(path, every - {old} | {"12999"}, recoded={old: "12999"})
    plain = sirene_stock.read(path, every)
    assert found.counts["recoded"] == (found.table["commune_code"] == "12999").sum() or (
        found.counts["recoded"] > 0
    )
    assert old not in set(found.table["commune_code"])
    assert len(found.table) == len(plain.table)
