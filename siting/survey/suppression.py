"""Small counts hidden so that nobody finds them again by subtraction from totals.

Counts of a table are tied by relations: a total is the sum of its parts (rows and columns, communes
of an EPCI, answers of a group). Hiding the small counts is not enough: a total less the other parts
gives them back. Others are hidden with them until, for each small count, what a reader can deduce
leaves room: its upper bound, over all tables of counts >= 0 that agree with what is told, is at
least `fewest`. Nobody can then show that the count is small, let alone which one it is.

The bounds are linear programs; relations of two ways or of a hierarchy have whole-number extremes,
so they are then those of counts. Cells are added one by one (the smallest that helps), then taken
back where they turn out not to be needed: safe, not of least cost.

Why beside `disclosure`: here only counts and their sums are known, as in a table of answers, and a
hidden cell is any count >= 0. The census knows who stands in which count, and its counts overlap in
other ways than sums (catchments, squares), which relations cannot say.

Source of the notions: Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from siting.survey import linear

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Float64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

ALMOST = 1e-6


@dataclass(frozen=True)
class Relation:
    """A total and its parts, by their places among the counts."""

    total: int
    parts: tuple[int, ...]


def hide(
    counts: npt.ArrayLike,
    relations: Sequence[Relation],
    fewest: int,
    sensitive: npt.ArrayLike | None = None,
    already: npt.ArrayLike | None = None,
) -> Bools:
    """Choose the counts to hide.

    Parameters
    ----------
    counts
        Counts, all of them >= 0, shape (cells,).
    relations
        Each total is the sum of its parts.
    fewest
        Counts from 1 to `fewest - 1` are small; 0 is not (nobody is behind it).
    sensitive
        Which counts must not be told where small, shape (cells,); all where not given. The others
        may be hidden for the sake of these.
    already
        Which counts are hidden for another reason, shape (cells,); none where not given.

    Returns
    -------
    Which are hidden, shape (cells,).
    """
    values = np.asarray(counts, np.float64)
    sensitive_cells = (
        np.ones(len(values), bool) if sensitive is None else np.asarray(sensitive, bool)
    )
    small = (values > 0) & (values < fewest) & sensitive_cells
    table = _Table(values, tuple(relations))
    given = np.zeros(len(values), bool) if already is None else np.asarray(already, bool)
    hidden: Bools = small | given
    exposed = table.exposed(hidden, np.flatnonzero(small), fewest)
    while exposed.size:
        added = table.helpful(hidden, exposed)
        if not added.size:  # no relation ties it to anything that is told
            break
        hidden[added] = True
        exposed = table.exposed(hidden, np.flatnonzero(small), fewest)
    extra = np.flatnonzero(hidden & ~small & ~given)
    for cell in extra[np.argsort(-values[extra], kind="stable")]:
        hidden[cell] = False
        near = table.beside(hidden, int(cell))
        if table.exposed(hidden, near[small[near]], fewest).size:
            hidden[cell] = True
    return hidden


def bounds(
    counts: npt.ArrayLike, relations: Sequence[Relation], hidden: npt.ArrayLike
) -> tuple[Float64, Float64]:
    """What a reader can deduce of each count: its least and its greatest value.

    Returns
    -------
    Two arrays of shape (cells,), equal where the count is told; infinite where nothing bounds it.
    """
    values = np.asarray(counts, np.float64)
    covered = np.asarray(hidden, bool)
    table = _Table(values, tuple(relations))
    low, high = values.copy(), values.copy()
    for cells, ties, right in table.components(covered):
        program = _Program(ties, right)
        for place, cell in enumerate(cells):
            low[cell] = program.extreme(place, 1.0)[0]
            high[cell] = program.extreme(place, -1.0)[0]
    return low, high


@dataclass(frozen=True)
class _Table:
    """Counts and their relations."""

    values: Float64
    relations: tuple[Relation, ...]

    @cached_property
    def ties(self) -> sparse.csr_matrix:
        """Parts less total, a row for each relation, shape (relations, cells)."""
        rows, columns, data = [], [], []
        for row, relation in enumerate(self.relations):
            rows += [row] * (len(relation.parts) + 1)
            columns += [*relation.parts, relation.total]
            data += [1.0] * len(relation.parts) + [-1.0]
        shape = (len(self.relations), len(self.values))
        return sparse.csr_matrix((data, (rows, columns)), shape)

    def components(
        self, hidden: Bools, among: Places | None = None
    ) -> Iterator[tuple[Places, sparse.csr_matrix, Float64]]:
        """Hidden cells that are tied together, their ties and the right-hand side of these.

        Parameters
        ----------
        among
            Only components that hold one of these cells; all where not given.
        """
        places = np.flatnonzero(hidden)
        if not places.size:
            return
        whole = self.ties
        known = np.where(hidden, 0.0, self.values)
        right = -(whole @ known)
        part = whole[:, places]
        links = (abs(part).T @ abs(part)).tocsr()
        _, labels = csgraph.connected_components(links, directed=False)
        wanted = np.unique(labels if among is None else labels[np.isin(places, among)])
        for label in wanted:
            inside = labels == label
            own = part[:, inside]
            used = np.flatnonzero(np.diff(own.tocsr().indptr))
            yield places[inside], own[used].tocsr(), right[used]

    def exposed(self, hidden: Bools, cells: Places, fewest: int) -> Places:
        """Of some hidden cells, those whose greatest value is below `fewest`."""
        exposed: list[int] = []
        for inside, ties, right in self.components(hidden, cells):
            program = _Program(ties, right)
            left = np.isin(inside, cells)
            while left.any():
                place = int(left.argmax())
                best, point = program.extreme(place, -1.0)
                left[place] = False
                if best < fewest - ALMOST:
                    exposed.append(int(inside[place]))
                if point is not None:  # the same table clears others
                    left &= point < fewest - ALMOST
        return np.array(sorted(exposed), np.int64)

    def helpful(self, hidden: Bools, exposed: Places) -> Places:
        """One more cell to hide for each exposed one, by its nearest relations."""
        touched = {int(cell) for cell in exposed}
        added: set[int] = set()
        for cell in exposed:
            own = [
                relation for relation in self.relations if cell in (relation.total, *relation.parts)
            ]
            alone = [
                cell_beside
                for cell_beside in own
                if not self._company(cell_beside, hidden, added, int(cell))
            ]
            best = self._smallest(alone or own, hidden, added)
            if best is None:  # through what is tied to it
                tied = set(self.beside(hidden, int(cell))) | touched
                around = [
                    relation
                    for relation in self.relations
                    if tied & {relation.total, *relation.parts}
                ]
                best = self._smallest(around, hidden, added)
            if best is not None:
                added.add(best)
        return np.array(sorted(added), np.int64)

    @staticmethod
    def _company(relation: Relation, hidden: Bools, added: set[int], cell: int) -> bool:
        """Whether a relation of a cell holds another that is hidden."""
        members = (relation.total, *relation.parts)
        return any(other != cell and (hidden[other] or other in added) for other in members)

    def _smallest(self, among: list[Relation], hidden: Bools, added: set[int]) -> int | None:
        """The cheapest cell to hide in some relations: parts first, zeros last."""
        best, least = None, (2, np.inf, -1)
        for candidate in among:
            for cell in (*candidate.parts, candidate.total):
                if hidden[cell] or cell in added:
                    continue
                value = float(self.values[cell])
                price = (int(value == 0), value, cell)
                if price < least:
                    best, least = cell, price
        return best

    def beside(self, hidden: Bools, cell: int) -> Places:
        """Hidden cells that a cell's relations tie to, directly or through others."""
        with_it = hidden.copy()
        with_it[cell] = True
        for inside, _, _ in self.components(with_it, np.array([cell])):
            return inside[hidden[inside]]
        return np.array([], np.int64)


class _Program:
    """All tables of counts >= 0 that agree with what is told, as one model of HiGHS."""

    def __init__(self, ties: sparse.csr_matrix, right: Float64) -> None:
        self.highs = linear.model(ties, right, np.zeros(ties.shape[1]))

    def extreme(self, place: int, sign: float) -> tuple[float, Float64 | None]:
        """Least (sign 1) or greatest (-1) value of a cell, and a table that has it, if bounded."""
        self.highs.changeColCost(place, sign)
        self.highs.run()
        status = self.highs.getModelStatus()
        self.highs.changeColCost(place, 0.0)
        if status == linear.UNBOUNDED:
            return np.inf, None
        if status != linear.OPTIMAL:
            raise AssertionError(status)  # the counts themselves agree with what is told
        solution = np.asarray(self.highs.getSolution().col_value, np.float64)
        return float(solution[place]), solution
