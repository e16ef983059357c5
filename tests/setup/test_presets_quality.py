"""Named territories by date, and what the quality tables say."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from siting.cli.app import build
from siting.config import load
from siting.errors import ConfigError, ProblemsError
from siting.setup import presets
from siting.sources import cog, epci, sirene_stock, tiers_lieux_inventory
from siting.study import inputs
from siting.territory import quality
from siting.territory.changes import History


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


def test_the_producer_counts_the_members_that_lie_in_the_lot(samples):
    for name in ("epcicom_2024.csv", "epcicom_2025_2026.csv"):
        rows = pd.read_csv(samples / "cog" / name, dtype=str)
        west = presets.preset("ouest_aveyron", date(2026, 1, 1))
        listed = rows[rows["siren"].isin(west.epci)]
        assert len(listed) + len(west.beyond) == int(listed["nb_membres"].iloc[0]) == 29


def test_a_territory_of_2017_bears_the_codes_of_2017(samples):
    movements = cog.movements(samples / "cog" / "v_mvt_commune_2026.csv")
    communes = cog.communes(samples / "cog" / "v_commune_2026.csv")
    history = History(movements, frozenset(communes["code"]), date(2026, 1, 1))
    now = epci.read(samples / "cog" / "epcicom_2025_2026.csv")
    older = epci.read(samples / "cog" / "epcicom_2024.csv")
    found = {}
    for name in presets.names():
        then = presets.preset(name, date(2017, 6, 1))
        days = (date(2026, 1, 1), date(2017, 6, 1))
        found[name] = presets.members_on(then, now, history, *days)
        from_older = presets.members_on(then, older, history, date(2024, 1, 1), days[1])
        assert found[name] == from_older
        assert presets.members_on(then, now, history, days[0], days[0]) == presets.members(
            then, now
        )
    assert len(found["ouest_aveyron"]) == 29
    assert "12076" in found["petr_centre_ouest_aveyron"]
    assert "12218" not in found["petr_centre_ouest_aveyron"]


def test_a_named_territory_begins_a_study_and_tells_its_doubts(tmp_path):
    out = tmp_path / "west.yaml"
    done = CliRunner().invoke(build(), ["init", "--territory", "ouest_aveyron", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "Laramière" in done.output
    said = yaml.safe_load(out.read_text(encoding="utf-8"))["fetch"]["communes"]
    assert len(said) == 29
    assert {"12300", "46154"} <= set(said)


def test_other_files_are_told_of_even_where_the_communes_are_wrong(tmp_path):
    (tmp_path / "communes.csv").write_text("code;nom\n", encoding="utf-8")
    (tmp_path / "cells.csv").write_text("cell_id,population\n1,2\n", encoding="utf-8")
    (tmp_path / "net.csv").write_text("code,date\n12202,2020\n", encoding="utf-8")
    (tmp_path / "s.yaml").write_text(
        "extends: configs/aveyron.yaml\nterritory: {communes: communes.csv}\n"
        "cells: {file: cells.csv}\nlayers: {broadband: net.csv}\n",
        encoding="utf-8",
    )
    with pytest.raises(ProblemsError) as caught:
        inputs.read(load(tmp_path / "s.yaml"))
    text = caught.value.text("fr")
    assert all(name in text for name in ("communes.csv", "cells.csv", "net.csv"))
