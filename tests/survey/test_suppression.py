from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.survey import suppression
from siting.survey.suppression import Relation

FEWEST = 5


def two_way(table):
    """Counts of a table with its margins, and their relations."""
    whole = np.block(
        [
            [table, table.sum(1, keepdims=True)],
            [table.sum(0, keepdims=True), np.array([[table.sum()]])],
        ]
    )
    rows, columns = whole.shape
    at = np.arange(whole.size).reshape(whole.shape)
    relations = [Relation(at[r, -1], tuple(at[r, :-1])) for r in range(rows)]
    relations += [Relation(at[-1, c], tuple(at[:-1, c])) for c in range(columns)]
    return whole.ravel(), relations


def consistent(counts, relations, hidden, most):
    """Every table of counts up to `most` that agrees with what is told: brute force."""
    places = np.flatnonzero(hidden)
    for guess in itertools.product(range(most + 1), repeat=len(places)):
        values = counts.copy()
        values[places] = guess
        if all(values[one.total] == sum(values[list(one.parts)]) for one in relations):
            yield values


def test_one_small_count_takes_another_with_it():
    counts, relations = [100, 3, 40, 57], [Relation(0, (1, 2, 3))]
    hidden = suppression.hide(counts, relations, FEWEST)
    assert hidden.tolist() == [False, True, True, False]


def test_two_small_counts_that_sum_to_little_take_a_third():
    counts, relations = [60, 1, 2, 20, 37], [Relation(0, (1, 2, 3, 4))]
    hidden = suppression.hide(counts, relations, FEWEST)
    assert hidden.tolist() == [False, True, True, True, False]


def test_zero_is_told_and_so_is_what_is_large():
    counts, relations = [60, 0, 60], [Relation(0, (1, 2))]
    assert not suppression.hide(counts, relations, FEWEST).any()


def test_a_small_whole_is_hidden_with_its_parts():
    # the EPCI of 3 people is hidden, and another EPCI with it
    counts = [53, 3, 20, 30, 3, 0]
    relations = [Relation(0, (1, 2, 3)), Relation(1, (4, 5))]
    hidden = suppression.hide(counts, relations, FEWEST)
    assert hidden.tolist() == [False, True, True, False, True, False]


def test_what_is_not_sensitive_is_hidden_only_for_others():
    counts, relations = [50, 2, 48], [Relation(0, (1, 2))]
    assert not suppression.hide(counts, relations, FEWEST, [True, False, True]).any()
    both = suppression.hide([50, 2, 48], relations, FEWEST, [True, True, True])
    assert both.tolist() == [False, True, True]


def test_needless_cells_are_taken_back():
    # a column of small counts protects itself: no more than it and its margins is hidden
    counts, relations = two_way(np.array([[1, 40], [2, 50], [4, 60]]))
    hidden = suppression.hide(counts, relations, FEWEST).reshape(4, 3)
    assert hidden[:3, :2].all()
    assert not hidden[3].any()
    assert not hidden[:, 2].any()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.integers(2, 4).flatmap(
            lambda columns: st.lists(
                st.one_of(st.integers(0, 6), st.integers(0, 60)),
                min_size=rows * columns,
                max_size=rows * columns,
            ).map(lambda cells: np.array(cells).reshape(rows, columns))
        )
    )
)
def test_no_small_count_can_be_found_again(table):
    counts, relations = two_way(table)
    hidden = suppression.hide(counts, relations, FEWEST)
    low, high = suppression.bounds(counts, relations, hidden)
    small = (counts > 0) & (counts < FEWEST)
    assert hidden[small].all()
    assert (high[small] >= FEWEST - 1e-6).all()
    assert (high[small] - low[small] > 1 - 1e-6).all()
    # by elimination: a hidden small count is no combination of the relations and of what is told
    ties = np.zeros((len(relations), len(counts)))
    for row, one in enumerate(relations):
        ties[row, list(one.parts)] = 1
        ties[row, one.total] = -1
    free = ties[:, hidden]
    rank = np.linalg.matrix_rank(free) if free.size else 0
    for place in np.flatnonzero(small[hidden]):
        pinned = np.vstack([free, np.eye(hidden.sum())[place]])
        assert np.linalg.matrix_rank(pinned) > rank


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_bounds_are_those_of_brute_force(cells):
    counts, relations = two_way(np.array(cells).reshape(2, 2))
    hidden = np.zeros(len(counts), bool)
    hidden[[0, 1, 3, 4]] = True
    low, high = suppression.bounds(counts, relations, hidden)
    tables = np.array(list(consistent(counts, relations, hidden, int(counts[-1]))))
    assert np.allclose(low, tables.min(0))
    assert np.allclose(high, tables.max(0))
