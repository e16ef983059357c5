"""Conversion between any two dates since 1999, against a plain simulation of the events.

The simulation reads the movements by itself, and follows each commune of 1999 as a thing that keeps
its ground: `where[ground]` is the code that holds it on a day. Nothing of `territory.changes` is
used but `convert`.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections import defaultdict
from datetime import date

import numpy as np
import pandas as pd
import pytest

from siting.sources import cog
from siting.territory.changes import History, convert

START, TODAY = date(1999, 1, 1), date(2026, 1, 1)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def holders(samples):
    """Code that holds the ground of each commune of 1999, at each date when something changed."""
    folder = samples / "cog"
    live = {r["COM"] for r in rows_of(folder / "v_commune_2026.csv") if r["TYPECOM"] == "COM"}
    by_day = defaultdict(list)
    for row in rows_of(folder / "v_mvt_commune_2026.csv"):
        day = date.fromisoformat(row["DATE_EFF"])
        if row["TYPECOM_AP"] == "COM" and START < day <= TODAY:
            assert row["MOD"] not in {"20", "21"}  # since 1999 nothing was cut in two
            if row["TYPECOM_AV"] == "COM":
                by_day[day].append((row["COM_AV"], row["COM_AP"]))
    for day in sorted(by_day, reverse=True):
        live = (live - {after for _, after in by_day[day]}) | {b for b, _ in by_day[day]}
    where = {code: code for code in live}
    states = {START: dict(where)}
    for day in sorted(by_day):
        became = dict(by_day[day])
        where = {ground: became.get(code, code) for ground, code in where.items()}
        states[day] = dict(where)
    return states


@pytest.fixture(scope="module")
def history(samples):
    movements = cog.movements(samples / "cog" / "v_mvt_commune_2026.csv")
    communes = cog.communes(samples / "cog" / "v_commune_2026.csv")
    return History(movements, frozenset(communes["code"]), TODAY)


def test_any_vintage_to_any_other(holders, history):
    random = np.random.default_rng(2026)
    assert len(holders) > 5
    for early, late in itertools.product(holders, repeat=2):
        before, after = holders[early], holders[late]
        codes = sorted(set(before.values()))
        # some weights are zero, and values of rows without weight are nonsense
        weight = random.integers(0, 3, len(codes)) * 10.0
        value = np.where(weight > 0, random.uniform(0, 1, len(codes)), 99.0)
        table = pd.DataFrame({"code": codes, "weight": weight, "value": value})
        people = {code: int(random.integers(0, 2) * 100) for code in sorted(set(after.values()))}
        done = convert(
            table,
            history,
            early,
            late,
            sums=["weight"],
            means={"value": "weight"},
            population=pd.Series(people),
        ).table.set_index("code")
        pairs = sorted({(before[ground], after[ground]) for ground in before})
        parts = defaultdict(list)
        for old, new in pairs:
            parts[old].append(new)
        told = table.set_index("code")
        weights, products = defaultdict(float), defaultdict(float)
        for old, news in parts.items():
            whole = sum(people[new] for new in news)
            for new in news:
                share = people[new] / whole if whole else 1 / len(news)
                weights[new] += told["weight"][old] * share
                products[new] += told["weight"][old] * share * told["value"][old]
        assert list(done.index) == sorted(set(after.values()))
        for code, row in done.iterrows():
            assert row["weight"] == pytest.approx(weights[code])
            if weights[code]:
                assert row["value"] == pytest.approx(products[code] / weights[code])
            else:
                assert math.isnan(row["value"])


def test_there_and_back_gives_the_same_sums(holders, history):
    codes = sorted(set(holders[START].values()))
    people = pd.Series(np.arange(100, 100 + len(codes)), index=codes)
    first = pd.DataFrame({"code": codes, "people": people.to_numpy(float)})
    now = convert(first, history, START, TODAY, sums=["people"]).table
    back = convert(
        now[["code", "people"]], history, TODAY, START, sums=["people"], population=people
    ).table
    # shared by the very populations that were added up: each commune finds its own again
    assert back["people"].to_list() == pytest.approx(first["people"].to_list())


def test_three_lives_of_12218(holders):
    grounds = defaultdict(set)
    for day, where in holders.items():
        grounds[day] = {ground for ground, code in where.items() if code == "12218"}
    assert grounds[START] == {"12218"}
    gone = [day for day in holders if date(2016, 1, 1) <= day < date(2024, 3, 4)]
    assert gone
    assert all(not grounds[day] for day in gone)
    assert grounds[max(holders)] == {"12076", "12114", "12173", "12218"}
