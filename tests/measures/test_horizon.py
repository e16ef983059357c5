"""Pairs know at how many minutes they were cut, and refuse a question beyond."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.measures import catchments, mesh, opportunities, pairs, redundancy

TIMES = np.array([[5.0, 100.0], [100.0, 5.0]], np.float32)
PEOPLE = pd.Series([10.0, 20.0], ["a", "b"])
SUPPLY = pd.Series([1.0, 1.0], ["f", "g"])
OUTSIDE = pd.Series([True, False], ["f", "g"])


def made(limit=None):
    return pairs.from_dense(TIMES, ["a", "b"], ["f", "g"], limit)


QUESTIONS = {
    "closures": lambda table, limit: redundancy.closures(table, PEOPLE, limit),
    "overlap": lambda table, limit: mesh.overlap(table, PEOPLE, limit),
    "dependence": lambda table, limit: mesh.dependence(table, OUTSIDE, limit),
    "shared": lambda table, limit: mesh.shared_catchments(table, PEOPLE, limit),
    "cumulative": lambda table, limit: opportunities.cumulative(table, SUPPLY, [limit]),
    "2sfca": lambda table, limit: catchments.two_step(table, PEOPLE, SUPPLY, limit),
    "kd2sfca": lambda table, limit: catchments.kernel_two_step(table, PEOPLE, SUPPLY, limit),
    "within": pairs.within,
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_beyond_the_horizon_is_refused(name):
    ask = QUESTIONS[name]
    with pytest.raises(InputError) as caught:
        ask(made(90), 120)
    assert caught.value.key == "beyond_horizon"
    ask(made(90), 90)
    ask(made(120), 120)
    ask(made(), 1000)


def test_the_second_facility_at_a_hundred_minutes_still_covers():
    """The defect: cut at 90, nobody was seen to have another within 120."""
    table = redundancy.closures(made(120), PEOPLE, 120)
    assert table["people_uncovered"].tolist() == [0, 0]
    assert table["mean_extra_minutes"].tolist() == [95, 95]


@given(st.lists(st.integers(1, 200), min_size=1, max_size=5))
def test_the_horizon_is_the_smallest_of_all_cuts(limits):
    table = made()
    for limit in limits:
        if limit > table.horizon:
            with pytest.raises(InputError):
                pairs.within(table, limit)
        else:
            table = pairs.within(table, limit)
            assert table.horizon == limit
    rows = np.array([True, False])
    for derived in (
        pairs.select(table, np.ones(len(table.minutes), bool)),
        pairs.only(table, np.array([True, True])),
        pairs.restricted(table, rows),
        pairs.stack([pairs.restricted(table, rows), pairs.restricted(made(), ~rows)]),
        *(block for _, block in pairs.blocks(table)),
    ):
        assert derived.horizon == table.horizon
