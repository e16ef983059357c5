"""Baskets: the ready ones load, scores by hand, unknown is not unmet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.measures import baskets, pairs

ROOT = Path(__file__).parents[2]
READY = sorted((ROOT / "configs" / "baskets").glob("*.yaml"))
TEXT = """\
id: small
title: {fr: Petit panier, en: Small basket}
source: test
edition: "2021"
status: to_confirm
minutes: 15
items:
  - id: bread
    title: {fr: pain, en: bread}
    types: [B203]
    minutes: 10
  - id: food
    title: {fr: alimentation, en: food}
    types: [B202, B201]
    minimum: 2
  - id: cinema
    title: {fr: cinéma, en: cinema}
    types: [F303]
"""


@pytest.fixture
def basket(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return baskets.load(file)


TYPES = pd.Series({"f1": "B203", "f2": "B202", "f3": "B201", "f4": "A504"})
FOUND = pairs.from_dense(
    [[10, 15, 15, 1], [10.5, 5, 15.5, 1], [np.nan] * 4], ["a", "b", "c"], list(TYPES.index)
)


def test_scores_by_hand(basket):
    got = baskets.in_reach(basket, FOUND, TYPES)
    assert got.met.to_numpy().tolist() == [[True, True], [False, False], [False, False]]
    assert got.unknown == ("cinema",)
    assert got.table["score"].tolist() == [1, 0, 0]
    assert got.table["score_low"].tolist() == pytest.approx([2 / 3, 0, 0])
    assert got.table["score_high"].tolist() == pytest.approx([1, 1 / 3, 1 / 3])
    assert got.table["complete"].tolist() == [True, False, False]
    assert got.table["failing"].tolist() == ["", "bread food", "bread food"]


def test_zones_by_hand(basket):
    got = baskets.in_reach(basket, FOUND, TYPES)
    people = pd.Series({"c": 20.0, "a": 30.0, "b": 50.0})
    zone = pd.Series({"a": "Z", "b": "Z", "c": "Y"})
    table = baskets.by_zone(got, people, zone)
    assert table.loc["Z", "population"] == 80
    assert table.loc["Z", "score"] == pytest.approx(30 / 80)
    assert table.loc["Z", "complete_share"] == pytest.approx(30 / 80)
    assert table.loc["Y", "failing"] == "bread"
    assert table.loc["Y", "failing_share"] == 1
    with pytest.raises(InputError, match="c"):
        baskets.by_zone(got, people, zone.drop("c"))


def test_in_communes_by_hand(basket):
    facilities = pd.DataFrame(
        {
            "commune_code": ["1", "1", "1", "2", "9"],
            "type": ["B203", "B202", "B202", "B203", "B203"],
        }
    )
    got = baskets.in_communes(basket, facilities, pd.Series(["1", "2", "3"]))
    assert got.table["failing"].tolist() == ["", "food", "bread food"]


@pytest.mark.parametrize("path", READY, ids=lambda p: p.stem)
def test_ready_baskets_load_and_say_what_is_not_confirmed(path):
    ready = baskets.load(path)
    assert ready.id == path.stem
    assert ready.status == "to_confirm"
    for item in ready.items:
        assert set(item.title) == {"fr", "en"}
        assert all(len(kind) == 4 and kind[0] in "ABCDEFG" for kind in item.types)


def test_there_are_the_five_services_and_the_three_ranges():
    assert {"health", "education", "everyday", "transport"} <= {path.stem for path in READY}
    assert {"proximity", "intermediate", "superior"} <= {path.stem for path in READY}


def test_everyday_of_the_modelled_table():
    file = ROOT / "data" / "aveyron" / "modelled" / "bpe_modelled.csv"
    table = pd.read_csv(file, sep=";", dtype=str)
    facilities = table.rename(columns={"DEPCOM": "commune_code", "TYPEQU": "type"})
    codes = pd.Series(sorted(facilities["commune_code"].unique()))
    everyday = baskets.load(ROOT / "configs" / "baskets" / "everyday.yaml")
    got = baskets.in_communes(everyday, facilities, codes)
    assert got.unknown == ()
    assert got.table.set_axis(codes).loc["12202", "complete"]  # Rodez
    proximity = baskets.load(ROOT / "configs" / "baskets" / "proximity.yaml")
    assert "mason" in baskets.in_communes(proximity, facilities, codes).unknown


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("minutes: 15", "minutes: -1"), "bad_basket"),
        (("minimum: 2", "minimum: 0"), "bad_basket"),
        (("types: [F303]", "types: []"), "bad_basket"),
        (("source: test", "sauce: test"), "bad_basket"),
        (("id: cinema", "id: bread"), "duplicate_ids"),
        (("items:", "items: ["), "bad_yaml"),
    ],
)
def test_bad_baskets_are_refused(tmp_path, change, key):
    file = tmp_path / "bad.yaml"
    file.write_text(TEXT.replace(*change), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        baskets.load(file)
    assert caught.value.key == key
    assert "bad.yaml" in str(caught.value)


def test_what_does_not_fit_is_refused(basket, tmp_path):
    with pytest.raises(InputError, match="f4"):
        baskets.in_reach(basket, FOUND, TYPES.drop("f4"))
    with pytest.raises(InputError, match="2021"):
        baskets.in_reach(basket, FOUND, TYPES.map(lambda _: "Z999"))
    with pytest.raises(InputError):
        baskets.load(tmp_path / "none.yaml")
