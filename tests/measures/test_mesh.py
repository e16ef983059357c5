"""The mesh, on a line of five communes and against loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.measures import mesh, pairs

CODES = list("abcde")
PLACE = np.array([0, 10, 20, 40, 70.0])
BETWEEN = pairs.from_dense(np.abs(np.subtract.outer(PLACE, PLACE)), CODES, CODES, limit=60)
PEOPLE = pd.Series([100, 1000, 50, 200, 30.0], CODES)


def test_centres_by_hand():
    present = pd.DataFrame(
        {"bread": [0, 1, 1, 1, 0], "school": [0, 1, 0, 0, 0], "bank": [0, 1, 0, 0, 0]}, CODES
    ).astype(bool)
    got = mesh.centres(present, BETWEEN, PEOPLE, minimum_items=2, minimum_attracted=100)
    # bread: a to b, e to d; school and bank: a, c, d and e (60 minutes) to b
    assert got["items"].tolist() == [0, 3, 1, 1, 0]
    assert got["attracted_people"].tolist() == pytest.approx(
        [0, (100 + 380 + 380) / 3, 0, 30 / 3, 0]
    )
    assert got["attracted_communes"].tolist() == [0, 4, 0, 1, 0]
    assert got["lost_people"].tolist() == [0, 0, 0, 0, 0]
    assert got.index[got["centre"]].tolist() == ["b"]
    near = mesh.centres(present, pairs.within(BETWEEN, 40), PEOPLE, 2, 100)
    assert near.loc["e", "lost_people"] == pytest.approx(30 * 2 / 3)


def test_people_who_travel_are_conserved():
    rng = np.random.default_rng(3)
    present = pd.DataFrame(rng.random((5, 4)) < 0.4, CODES, list("wxyz"))
    got = mesh.centres(present, BETWEEN, PEOPLE, 1, 1)
    met = present.any()
    at_home = (present.loc[:, met].mul(PEOPLE, axis=0)).sum().sum() / met.sum()
    total = at_home + got["attracted_people"].sum() + got["lost_people"].sum()
    assert total == pytest.approx(PEOPLE.sum())


@given(st.integers(0, 60))
def test_overlap_counts_everybody_once(limit):
    got = mesh.overlap(BETWEEN, PEOPLE, limit)
    near = (np.abs(np.subtract.outer(PLACE, PLACE)) <= limit).sum(1)
    for count, row in got.iterrows():
        assert row["people"] == PEOPLE.to_numpy()[near == count].sum()
    assert got["share"].sum() == pytest.approx(1)


def test_shared_catchments_by_hand():
    got = mesh.shared_catchments(pairs.within(BETWEEN, 60), PEOPLE, 10)
    first = got.iloc[0]
    assert (first["facility_id"], first["other_id"]) == ("a", "b")
    assert first["people"] == 1100  # a and b are within 10 minutes of both
    assert first["share"] == 1100 / 1100  # a's catchment is a and b
    assert got.loc[got["other_id"] == "c", "people"].tolist() == [1050, 1000]


def test_spacing_by_hand():
    got = mesh.spacing(BETWEEN)
    assert got["minutes"].tolist() == [10, 10, 10, 20, 30]
    assert got["nearest_id"].tolist() == ["b", "a", "b", "c", "d"]
    alone = mesh.spacing(pairs.within(BETWEEN, 10))
    assert alone.loc["e", "nearest_id"] == ""
    assert np.isnan(alone.loc["e", "minutes"])


def test_dependence_by_hand():
    away = pd.Series({"a": False, "b": False, "c": False, "d": True, "e": True})
    got = mesh.dependence(BETWEEN, away, 15)
    assert got["nearest_outside"].tolist() == [False, False, False, True, True]
    assert got["only_outside"].tolist() == [False, False, False, True, True]
    assert got.loc["c", "outside_minutes"] == 20
    tied = mesh.dependence(BETWEEN, [True, False, True, False, False], 5)
    assert not tied.loc["b", "nearest_outside"]


def test_bad_input_is_refused():
    other = pairs.from_dense([[1.0]], ["a"], ["x"])
    for call in (
        lambda: mesh.spacing(other),
        lambda: mesh.centres(pd.DataFrame({"bread": [True]}, ["a"]), other, [1], 1, 1),
        lambda: mesh.centres(pd.DataFrame({"bread": [True]}, ["a"]), BETWEEN, PEOPLE, 1, 1),
        lambda: mesh.overlap(BETWEEN, PEOPLE, -3),
        lambda: mesh.overlap(BETWEEN, -PEOPLE, 10),
    ):
        with pytest.raises(InputError):
            call()
