"""Published counts from which no small count can be deduced, over all tables at once.

Tables of one register are tied together: a département is the sum of its EPCI, an EPCI of its
communes, the catchments of sites and the strata of a sample cut the same people otherwise. Leaving
small counts blank is not enough, since a total less what is told gives them back. So more counts go
blank, chosen over all tables together.

The people are cut into atoms: those who stand in the same published counts. A reader knows that
`A x = told` with `x >= 0`, A the membership of the counts that are told. A small count c (from 1 to
`fewest - 1`) is safe where the greatest c(x) over all such x is at least `fewest`: nobody can then
show that it is small, let alone which one it is. Two tests, the cheap one first:

1. people whom no told count tells apart from those of c may as well be in c: where there are enough
   of them, c is safe;
2. else a linear program looks for the cheapest change d of the atoms that takes c to `fewest`:

       minimise sum of value_i |A_i d| over told counts i, d >= -x, c(d) >= fewest - c(x)

   and the counts that it changes go blank too (none, where c was safe).

Blanks only ever widen what is possible, so a count once safe stays safe. The choice is safe but
not of least cost. One model serves all programs: only prices change, so that each starts from the
answer before it, and a small reward for all other counts in doubt lets one answer clear many.

Why beside `suppression`: that one knows counts and their sums only, which is what tables of answers
have; here counts overlap otherwise, and who stands in which is known.

Sources: Fischetti and Salazar (2001), Management Science 47(7), 1008-1027 (cell suppression, the
attacker's problem); Hundepool et al. (2012), Statistical Disclosure Control.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from siting.survey import linear

if TYPE_CHECKING:
    from collections.abc import Sequence

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SEED = 20_011  # of the numbers that stand for counts in signatures
ALMOST = 1e-6
REWARD = 1e-3  # for a rise of a count in doubt; telling a count costs its value, `fewest` at least


@dataclass(frozen=True)
class Counts:
    """A column of counts: who stands in which.

    Attributes
    ----------
    rows
        Counts of the column.
    row, unit
        Pairs: this unit is counted in this row; a unit may stand in several rows, or in none.
    published
        Whether the column is published; if not, it is what a reader could compute by subtraction,
        and must be safe as well.
    """

    rows: int
    row: Int64
    unit: Int64
    published: bool = True

    @property
    def values(self) -> Int64:
        """The counts."""
        return np.bincount(self.row, minlength=self.rows)


def hide(units: int, columns: Sequence[Counts], fewest: int) -> list[Bools]:
    """Choose the counts to leave blank.

    Parameters
    ----------
    units
        People in all; those of `columns` are numbered below it.
    columns
        What is published, and what follows from it by subtraction.
    fewest
        Counts from 1 to `fewest - 1` are small; 0 is not (nobody is behind it).

    Returns
    -------
    For each column, which of its rows go blank.
    """
    member, people = _atoms(units, columns)
    published = np.concatenate([np.full(column.rows, column.published) for column in columns])
    values = np.concatenate([column.values for column in columns]).astype(np.float64)
    small = (values > 0) & (values < fewest)
    reader = _Reader(member, people, published & ~small)
    need = fewest - values
    pending = small.copy()
    for row in np.flatnonzero(small):
        pending[row] = reader.room(int(row)) < need[row]
    if pending.any():
        program = _Program(member, people, values, reader.open | pending)
        for row in np.flatnonzero(pending)[np.argsort(need[pending], kind="stable")]:
            if not pending[row]:
                continue
            pending[row] = reader.room(int(row)) < need[row]
            if pending[row]:
                change = program.cheapest(int(row), need, reader.open, pending)
                reader.close(np.flatnonzero(reader.open & (np.abs(change) > ALMOST)))
                # the same tables would let these counts be as many
                pending &= change < need - ALMOST
    blank = published & ~reader.open
    ends = np.cumsum([column.rows for column in columns])[:-1]
    return np.split(blank, ends)


def _atoms(units: int, columns: Sequence[Counts]) -> tuple[sparse.csr_matrix, Float64]:
    """Membership of the atoms in the counts, shape (counts, atoms), and people of each atom."""
    starts = np.cumsum([0, *(column.rows for column in columns)])
    row = np.concatenate(
        [column.row + start for column, start in zip(columns, starts, strict=False)]
    )
    unit = np.concatenate([column.unit for column in columns])
    size = int(starts[-1])
    whole = sparse.csc_matrix((np.ones(len(row)), (row, unit)), shape=(size, units))
    key = _signatures(whole.tocsr(), np.ones(size, bool))
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    return whole[:, first].tocsr(), count.astype(np.float64)


def _signatures(member: sparse.csr_matrix, rows: Bools) -> npt.NDArray[np.uint64]:
    """A number for each atom: the same for those who stand in the same of these rows."""
    labels = _labels(member.shape[0])
    row = np.repeat(np.arange(member.shape[0]), np.diff(member.indptr))
    kept = rows[row]
    signatures = np.zeros(member.shape[1], np.uint64)
    np.add.at(signatures, member.indices[kept], labels[row[kept]])
    return signatures


def _labels(count: int) -> npt.NDArray[np.uint64]:
    return np.random.default_rng(SEED).integers(0, 2**64, count, np.uint64)


class _Reader:
    """What a reader of the told counts cannot tell apart."""

    def __init__(self, member: sparse.csr_matrix, people: Float64, bools: Bools) -> None:
        self.member, self.people, self.open = member, people, bools.copy()
        self.labels = _labels(member.shape[0])
        self.signature = _signatures(member, bools)

    def room(self, row: int) -> float:
        """People outside a count who may as well be in it."""
        inside = self.member.indices[self.member.indptr[row] : self.member.indptr[row + 1]]
        like = np.isin(self.signature, self.signature[inside])
        return float(self.people[like].sum() - self.people[inside].sum())

    def close(self, rows: Int64) -> None:
        """Leave counts blank."""
        self.open[rows] = False
        for row in rows:
            inside = self.member.indices[self.member.indptr[row] : self.member.indptr[row + 1]]
            self.signature[inside] -= self.labels[row]


class _Program:
    """The linear program; its columns are the atoms' changes, then each count's rise and fall.

    Counts that neither a reader is told nor is in doubt are left out; of atoms and of counts that
    are then alike, one stands for all.
    """

    def __init__(
        self, member: sparse.csr_matrix, people: Float64, values: Float64, kept: Bools
    ) -> None:
        _, first, like = np.unique(
            _signatures(member, kept), return_index=True, return_inverse=True
        )
        room = np.bincount(like, people)
        places = np.flatnonzero(kept)
        inner = member[places][:, first].tocsr()
        alike = _signatures(inner.T.tocsr(), np.ones(len(first), bool))
        _, one_of, of = np.unique(alike, return_index=True, return_inverse=True)
        matrix = inner[one_of].tocsr()
        self.row = np.full(len(values), -1)
        self.row[places] = of
        self.values = values
        self.rows, self.atoms = matrix.shape
        identity = sparse.eye_array(self.rows, format="csr")
        whole = sparse.hstack([matrix, -identity, identity], format="csr")
        least = np.concatenate([-room, np.zeros(2 * self.rows)])
        self.highs = linear.model(whole, np.zeros(self.rows), least)
        self.columns = np.arange(self.atoms, whole.shape[1], dtype=np.int32)
        self.dear = 1 + float((inner.T @ values[places]).max())  # what one more person costs, and 1

    def cheapest(self, row: int, need: Float64, bools: Bools, pending: Bools) -> Float64:
        """Change of every count in the cheapest way to raise one of them, shape (counts,).

        Parameters
        ----------
        row
            The count.
        need
            By how much each count is to rise to be safe.
        bools
            Counts that must not change for nothing.
        pending
            Counts in doubt, which rise as well where that costs nothing.
        """
        price = np.zeros(self.rows)
        shown = np.flatnonzero(bools)
        np.add.at(price, self.row[shown], self.values[shown])
        rise, fall = price.copy(), price.copy()
        most = np.full(self.rows, linear.INFINITY)
        for these, reward in ((np.flatnonzero(pending), REWARD), (np.array([row]), self.dear)):
            places = self.row[these]
            rise[places], fall[places], most[places] = -reward, reward, need[these]
        size = len(self.columns)
        self.highs.changeColsCost(size, self.columns, np.concatenate([rise, fall]))
        upper = np.concatenate([most, np.full(self.rows, linear.INFINITY)])
        self.highs.changeColsBounds(size, self.columns, np.zeros(size), upper)
        self.highs.run()
        if self.highs.getModelStatus() != linear.OPTIMAL:
            raise AssertionError(self.highs.getModelStatus())  # every count may rise
        solution = np.asarray(self.highs.getSolution().col_value, np.float64)[self.atoms :]
        change = solution[: self.rows] - solution[self.rows :]
        whole: Float64 = np.where(self.row < 0, 0.0, change[self.row])
        if whole[row] < need[row] - ALMOST:
            raise AssertionError(row)  # one more person is worth more than they cost
        return whole
