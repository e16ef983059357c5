"""No small count can be deduced from what is told: an attacker solves the linear system."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from siting.survey import disclosure
from siting.survey.disclosure import Counts

FEWEST = 5


def column(codes: list[int], rows: int, *, published: bool = True, kept=None) -> Counts:
    """Counts of units by their code, those of `kept` only."""
    unit = np.arange(len(codes)) if kept is None else np.flatnonzero(kept)
    return Counts(rows, np.asarray(codes)[unit], unit, published)


def attack(units: int, columns: list[Counts], hidden: list[np.ndarray]) -> list[tuple]:
    """(true value, least, most, deducible) of every small count, by what is told alone.

    An oracle that knows nothing of atoms: one unknown for each combination of rows that occurs.
    """
    size = sum(one.rows for one in columns)
    full = np.zeros((size, units))
    start = 0
    for one in columns:
        np.add.at(full, (one.row + start, one.unit), 1)
        start += one.rows
    patterns, count = np.unique(full, axis=1, return_counts=True)
    told = np.concatenate([np.full(c.rows, c.published) for c in columns]) & ~np.concatenate(hidden)
    values = patterns @ count
    known, right = patterns[told], values[told]
    rank = np.linalg.matrix_rank(known) if len(known) else 0
    found = []
    for row in np.flatnonzero((values > 0) & (values < FEWEST)):
        ends = []
        for sign in (1, -1):
            end = optimize.linprog(sign * patterns[row], A_eq=known, b_eq=right)
            assert end.status in {0, 3}  # an end, or none
            ends.append(sign * end.fun if end.status == 0 else -sign * np.inf)
        least, most = ends
        with_it = np.vstack([known, patterns[row]])
        found.append((values[row], least, most, np.linalg.matrix_rank(with_it) == rank))
    return found


def require_safe(units: int, columns: list[Counts]) -> list[np.ndarray]:
    hidden = disclosure.hide(units, columns, FEWEST)
    for value, least, most, deducible in attack(units, columns, hidden):
        assert not deducible
        assert least <= value + 1e-6
        assert most >= FEWEST - 1e-6
    for one, blank in zip(columns, hidden, strict=True):
        if one.published:
            small = (one.values > 0) & (one.values < FEWEST)
            assert blank[small].all()
        else:
            assert not blank.any()
    return hidden


people = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 2), st.booleans(), st.integers(0, 3)),
    min_size=1,
    max_size=70,
)


@settings(max_examples=25)
@given(people)
def test_tables_of_several_cuts_hide_every_small_count(units):
    """Communes in EPCI in a whole, masked apart, crossed with a status, and a zone across EPCI."""
    commune, status, masked, site = (list(part) for part in zip(*units, strict=True))
    epci = [code // 2 for code in commune]
    mask = np.array(masked)
    zone = [0 if code in {1, 2, 5} else -1 for code in commune]
    inside = np.array(zone) == 0
    whole = [0] * len(units)
    columns = []
    for codes, rows in ((commune, 7), (epci, 4), (whole, 1)):
        columns += [
            column(codes, rows),
            column(codes, rows, kept=mask),
            column(codes, rows, kept=~mask, published=False),
        ]
    columns += [
        column(zone, 1, kept=inside),
        column([e * 3 + s for e, s in zip(epci, status, strict=True)], 12),
        column(status, 3),
        column(site, 4),
    ]
    require_safe(len(units), columns)


def test_a_lone_small_count_takes_another_with_it():
    codes = [0] * 20 + [1] * 9 + [2] * 3
    columns = [column(codes, 3), column([0] * 32, 1)]
    parts, whole = require_safe(32, columns)
    assert parts.tolist() == [False, True, True]
    assert not whole.any()


def test_two_small_counts_that_add_up_to_little_are_not_enough():
    # 1 + 2 = 3: both would be known to be small
    codes = [0] * 20 + [1] * 9 + [2] * 2 + [3]
    parts, _ = require_safe(32, [column(codes, 4), column([0] * 32, 1)])
    assert parts.tolist() == [False, True, True, True]


def test_two_ways_close_a_cycle():
    cells = np.array([[2, 20, 30], [25, 40, 11], [12, 50, 60]])
    row = np.repeat(np.arange(9), cells.ravel())
    columns = [
        column(list(row), 9),
        column(list(row // 3), 3),
        column(list(row % 3), 3),
        column([0] * len(row), 1),
    ]
    inner, *margins = require_safe(len(row), columns)
    assert not any(part.any() for part in margins)
    assert inner.reshape(3, 3).sum() == 4


def test_a_complement_is_not_told_either():
    # 30 people of whom 28 masked: 30 - 28 tells of two
    codes = [0] * 30
    mask = np.arange(30) < 28
    whole, masked, _ = require_safe(
        30,
        [
            column(codes, 1),
            column(codes, 1, kept=mask),
            column(codes, 1, kept=~mask, published=False),
        ],
    )
    assert whole[0] or masked[0]


def test_nothing_small_hides_nothing():
    codes = [0] * 5 + [1] * 8
    for blank in disclosure.hide(13, [column(codes, 3), column([0] * 13, 1)], FEWEST):
        assert not blank.any()
