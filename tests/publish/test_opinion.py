"""The consultation pack: each EPCI has all of its rows and none of another's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from siting import texts
from siting.config import load
from siting.publish import opinion as study_opinion
from siting.study import run as study

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def result():
    texts.set_language("fr")
    return study.run(load(CONFIGS / "telecentres.yaml"), lambda _: None)


@pytest.fixture(scope="module")
def packs(result):
    return {one.code: study_opinion.cut(result, one) for one in study_opinion.places(result)}


def test_packs_share_out_the_people(result, packs):
    assert len(packs) == result.communes["epci_code"].nunique()
    for table in ("communes", "cells", "access"):
        parts = [len(getattr(one, table)) for one in packs.values()]
        assert sum(parts) == len(getattr(result, table))
    people = sum(one.access["population"].sum() for one in packs.values())
    assert people == pytest.approx(result.access["population"].sum())


def test_a_pack_has_its_own_zones_and_the_department(result, packs):
    for code, one in packs.items():
        kinds = one.coverage.groupby("zone_kind")["zone_code"].unique()
        own = set(result.communes.loc[result.communes["epci_code"] == code, "code"])
        assert set(kinds["commune"]) == own
        assert list(kinds["epci"]) == [code]
        assert list(kinds["department"]) == ["12"]
    petr = {code for code, one in packs.items() if "petr" in set(one.coverage["zone_code"])}
    assert len(petr) == 8  # as the configuration lists them


def test_every_facility_named_in_a_pack_is_in_it(packs):
    for one in packs.values():
        assert set(one.access["facility_id"]) - {""} <= set(one.facilities["id"])


def test_tables_are_cut_by_the_place_that_they_tell_of(packs):
    rodez = packs["241200187"]
    assert set(rodez.extras["opinions"]["epci_code"]) == {"241200187"}
    assert set(rodez.extras["effects_epci"]["zone_code"]) == {"241200187"}
    codes = set(rodez.communes["code"])
    assert set(rodez.measures["centres"]["commune_code"]) <= codes
    assert set(rodez.measures["fibre"]["code"]) <= codes
    assert set(rodez.measures["baskets"]["zone"]) <= codes
    assert set(rodez.measures["closures"]["facility_id"]) <= set(rodez.facilities["id"])


def test_what_tells_of_no_place_stays_whole(result, packs):
    one = packs["241200187"]
    assert one.extras["calendar"].equals(result.extras["calendar"])
    assert one.measures["equity"].equals(result.measures["equity"])
    assert one.scores is result.scores


def test_packs_are_written_with_a_list(result, tmp_path, monkeypatch):
    few = study_opinion.places(result)[:2]
    monkeypatch.setattr(study_opinion, "places", lambda _: few)
    assert study_opinion.write(result, tmp_path, lambda _: None) == 2
    index = pd.read_csv(tmp_path / "index.csv", dtype=str)
    assert index["epci_code"].tolist() == [one.code for one in few]
    assert (index["deadline"] == "2028-03-31").all()
    for one, folder in zip(few, index["folder"], strict=True):
        assert folder.isascii()
        names = {file.name for file in (tmp_path / folder).iterdir()}
        assert {"map.html", "study.gpkg", "manifest.json", "calendar.ics"} <= names
        page = (tmp_path / folder / "map.html").read_text(encoding="utf-8")
        assert one.name.replace("'", "\\u0027") in page or one.name in page
        table = pd.read_csv(tmp_path / folder / "coverage.csv", dtype={"zone_code": str})
        assert set(table[table["zone_kind"] == "epci"]["zone_code"]) == {one.code}
        days = (tmp_path / folder / "calendar.ics").read_text(encoding="utf-8")
        assert days.count("-opinion-") == 1
