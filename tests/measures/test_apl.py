"""APL by hand, and the published workbook in its layout."""

from __future__ import annotations

import pandas as pd
import pytest

from siting.errors import InputError
from siting.measures import apl, pairs
from siting.sources import drees_apl

CODES = ["01001", "12202", "2A004"]
MINUTES = [[0, 10, 15.5], [10, 0, 20], [15, 20.01, 0]]
BETWEEN = pairs.from_dense(MINUTES, CODES, CODES)
AGES = pd.DataFrame({"under_65": [80.0, 100], "over_65": [20.0, 100]}, ["01001", "12202"])


def test_standardised_population_by_hand():
    got = apl.standardised_population(AGES, {"under_65": 1, "over_65": 3})
    # 80 + 60 = 140, 100 + 300 = 400, brought back from 540 to 300 people
    assert got.tolist() == pytest.approx([140 * 300 / 540, 400 * 300 / 540])
    assert got.sum() == pytest.approx(300)
    with pytest.raises(InputError, match="children"):
        apl.standardised_population(AGES, {"under_65": 1, "over_65": 3, "children": 2})


def test_apl_by_hand():
    people = pd.Series([100.0, 200.0, 300.0], CODES)
    visits = pd.Series([900.0, 0.0, 600.0], CODES)
    # weights to 01001: 1, 1, 2/3; to 2A004: 1/3, 1/3, 1
    first = 900 / (100 + 200 + 200)
    third = 600 / (100 / 3 + 200 / 3 + 300)
    got = apl.apl(BETWEEN, people, visits)
    assert got.tolist() == pytest.approx(
        [first + third / 3, first + third / 3, first * 2 / 3 + third]
    )
    assert (got * people).sum() == pytest.approx(1500)
    zone = pd.Series({"01001": "A", "12202": "A", "2A004": "B"})
    told = apl.by_zone(got, people, zone)
    assert told.loc["A", "apl"] == pytest.approx(first + third / 3)
    assert told["standardised"].tolist() == [300, 300]
    with pytest.raises(InputError, match="2A004"):
        apl.by_zone(got, people, zone.drop("2A004"))


def test_the_steps_say_that_they_are_to_be_confirmed():
    assert apl.GENERAL_PRACTITIONERS.status == "to_confirm"
    assert apl.GENERAL_PRACTITIONERS.source


@pytest.fixture
def workbook(tmp_path):
    """A small workbook in the layout of the DREES: notes, header, units, one row a commune."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Lisez-moi"
    for year, value in ((2022, 2.0), (2023, 3.5)):
        sheet = book.create_sheet(f"APL_{year}")
        for line in (["Indicateur d'accessibilité"], [None], [f"Millésime : {year}"]):
            sheet.append(line)
        sheet.append(
            [
                "Code commune INSEE ",
                "Commune",
                "APL aux médecins généralistes ",
                "APL aux médecins généralistes de 65 ans et moins",
                "Population standardisée 2021 pour la médecine générale",
                "Population totale 2021",
            ]
        )
        sheet.append([None, None, "en consultations", None, "en habitants", None])
        sheet.append(["1001", "L'Abergement-Clémenciat", value, 1, 700.5, 771])
        sheet.append(["12202", "Rodez", 4.25, 1, 23000, 24000])
        sheet.append(["2A004", "Ajaccio", None, 1, 1, 1])
    path = tmp_path / "apl.xlsx"
    book.save(path)
    return path


def test_the_workbook_is_read_by_name(workbook):
    table = drees_apl.read(workbook)
    assert table.index.tolist() == CODES
    assert table.loc["01001"].tolist() == [3.5, 700.5, 771, 2023]
    assert table["apl"].isna().tolist() == [False, False, True]
    assert drees_apl.read(workbook, 2022).loc["01001", "apl"] == 2.0
    with pytest.raises(InputError, match=r"2022, 2023"):
        drees_apl.read(workbook, 1999)


def test_what_is_no_workbook_is_refused(tmp_path):
    with pytest.raises(InputError):
        drees_apl.read(tmp_path / "none.xlsx")
    (tmp_path / "not.xlsx").write_text("not a workbook", encoding="utf-8")
    pytest.importorskip("openpyxl")
    with pytest.raises(InputError, match=r"not\.xlsx"):
        drees_apl.read(tmp_path / "not.xlsx")


def test_comparison_counts_what_only_one_has(workbook):
    published = drees_apl.read(workbook)
    ours = pd.Series({"01001": 3.0, "12202": 4.5, "12003": 1.0})
    told = apl.compare(ours, published["apl"], published["standardised"])
    assert told.communes["difference"].tolist() == [-0.5, 0.25]
    assert told.only_ours == ("12003",)
    assert told.only_published == ()
    weights = 700.5, 23000
    mean = (-0.5 * weights[0] + 0.25 * weights[1]) / sum(weights)
    assert told.mean_difference == pytest.approx(mean)
    assert told.correlation == pytest.approx(1)
    with pytest.raises(InputError):
        apl.compare(pd.Series({"9": 1.0}), published["apl"])
