"""Commune codes of another vintage are told what became of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from siting.errors import InputError
from siting.sources import facts
from siting.territory import codes

DATA = Path(__file__).parents[2] / "data" / "aveyron"
VINTAGE = date(2026, 1, 1)
FILE = Path("candidates.csv")


@pytest.fixture(scope="module")
def communes():
    return facts.communes(DATA / "communes.csv")


@pytest.fixture(scope="module")
def changes():
    return facts.changes(DATA / "commune_changes.csv")


def refused(values, communes, changes):
    frame = pd.DataFrame({"commune_code": values})
    with pytest.raises(InputError) as caught:
        codes.require_known(frame, "commune_code", communes, changes, VINTAGE, FILE)
    return caught.value


def test_known_and_empty_codes_pass(communes, changes):
    frame = pd.DataFrame({"commune_code": ["12218", "", "12202"]})
    codes.require_known(frame, "commune_code", communes, changes, VINTAGE, FILE)


def test_conques_before_march_2024(communes, changes):
    problem = refused(["12202", "12076"], communes, changes)
    assert problem.key == "old_commune_code"
    for language in ("fr", "en"):
        said = problem.text(language)
        for word in ("candidates.csv", "3", "12076", "12218", "Conques-en-Rouergue", "2024-03-04"):
            assert word in said


def test_every_former_code_leads_to_one_of_today(communes, changes):
    gone = changes[~changes["old_code"].isin(communes["code"])]
    assert len(gone) > 20
    for code in gone["old_code"].unique():
        said = refused([code], communes, changes).text("en")
        assert said.count(code) >= 1
        assert any(today in said for today in communes["code"])


def test_unknown_code_with_and_without_the_table_of_changes(communes, changes):
    assert refused(["75056"], communes, changes).key == "unknown_commune"
    assert refused(["12076"], communes, None).key == "unknown_commune"
    assert "1202" in refused(["1202"], communes, changes).text("en")


def test_arrondissements_stand_for_their_city():
    found = codes.recoded(None, {"75056", "69123"})
    assert found["75101"] == found["75120"] == "75056"
    assert found["69381"] == found["69389"] == "69123"
    assert "13201" not in found
    assert "75101" not in codes.recoded(None, {"75056", "75101"})
