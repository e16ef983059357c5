"""Named territories by date, and what the quality tables say."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from siting.errors import ConfigError
from siting.sources import epci, sirene_stock, tiers_lieux_inventory
from siting.territory import presets, quality


def test_a_study_area_is_not_a_departement(samples):
    membership = epci.read(samples / "cog" / "epcicom_2025_2026.csv")
    west = presets.members(presets.preset("ouest_aveyron", date(2026, 1, 1)), membership)
    assert {"12300", "46154", "46227"} <= west
    whole = presets.members(
        presets.preset("petr_centre_ouest_aveyron", date(2026, 1, 1)), membership
    )
    assert west < whole
    for name in presets.names():
        assert presets.preset(name, date(2017, 6, 1)).status == "hypothesis"


def test_unknown_territories_are_refused():
    with pytest.raises(ConfigError) as caught:
        presets.preset("nowhere", date(2026, 1, 1))
    assert caught.value.key == "unknown_territory"
    with pytest.raises(ConfigError) as caught:
        presets.preset("ouest_aveyron", date(2016, 1, 1))
    assert caught.value.key == "territory_not_yet"
    assert "2017" in caught.value.text("fr")


def test_every_row_of_a_stock_has_its_fate(samples):
    path = samples / "sirene" / "StockEtablissement_geo_2024_layout.csv"
    codes = set(pd.read_csv(path, dtype=str)["codeCommuneEtablissement"])
    told = quality.of_establishments(sirene_stock.read(path, codes))
    value = told.set_index(["what", "detail"])["value"]
    assert value["read", ""] == 39
    assert value["dropped"].sum() + value["kept", ""] == 39
    assert told.loc[told["what"] == "placed_by", "share"].sum() == pytest.approx(1)
    assert value["placed_by", "commune"] == 2


def test_a_table_tells_unmatched_codes_and_its_dates(samples):
    frame = tiers_lieux_inventory.read(samples / "tiers_lieux" / "CGET_TiersLieux_2019.csv")
    told = quality.of_table("tiers_lieux", frame, codes={"12202"}, read=100)
    value = told.set_index(["what", "detail"])["value"]
    assert value["read", ""] == 100
    assert value["dropped", "far"] == 10
    assert value["no_commune", ""] == 41
    assert value["other_commune", ""] == 49 - (frame["commune_code"] == "12202").sum()
    dated = quality.of_table("b", frame.assign(date="2019-12-31"), codes=set())
    assert dated.set_index(["what", "detail"]).loc[("date", "2019-12-31"), "value"] == 90
