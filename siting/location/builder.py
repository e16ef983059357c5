"""Programs put together block by block: sites, then whatever they cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from siting.location import milp

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.covering import Groups
    from siting.location.problem import Problem


class Builder:
    """Columns and rows of a program, added block by block."""

    def __init__(self) -> None:
        self.columns = 0
        self.cost: list[Float64] = []
        self.lower: list[Float64] = []
        self.upper: list[Float64] = []
        self.whole: list[npt.NDArray[np.bool_]] = []
        self.rows: list[tuple[list[tuple[int, csr_array]], Float64, Float64]] = []

    def add_columns(
        self, cost: Float64, lower: Float64, upper: Float64, *, whole: bool = False
    ) -> int:
        """Add variables; gives the position of the first."""
        first = self.columns
        self.columns += cost.size
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(np.full(cost.size, whole))
        return first

    def add_rows(self, terms: list[tuple[int, csr_array]], least: Float64, most: Float64) -> None:
        """Add rows: least <= sum of matrix @ variables from a position <= most."""
        self.rows.append((terms, least, most))

    def program(self) -> milp.Program:
        """The program."""
        blocks = []
        for terms, least, _ in self.rows:
            block = csr_array((least.size, self.columns))
            for first, matrix in terms:
                wide = csr_array(
                    (matrix.data, matrix.indices + first, matrix.indptr), shape=block.shape
                )
                block = block + wide
            blocks.append(block)
        return milp.Program(
            cost=np.concatenate(self.cost),
            lower=np.concatenate(self.lower),
            upper=np.concatenate(self.upper),
            integer=np.concatenate(self.whole),
            rows=csr_array(vstack(blocks)),
            row_lower=np.concatenate([least for _, least, _ in self.rows]),
            row_upper=np.concatenate([most for _, _, most in self.rows]),
        )


def site_columns(model: Builder, problem: Problem, k: int) -> int:
    """Variables y and the row that counts the open sites."""
    opened = (problem.existing | problem.required).astype(float)
    y = model.add_columns(
        np.zeros(opened.size), opened, (~problem.closed).astype(float), whole=True
    )
    count = np.array([float(k + opened.sum())])
    model.add_rows([(y, csr_array(np.ones((1, opened.size))))], count, count)
    return y


def add_cover(model: Builder, z: int, y: int, groups: Groups) -> None:
    """A group is covered only if one of its sites is open."""
    size = groups.weight.size
    model.add_rows(
        [(z, identity(size)), (y, csr_array(-groups.cover.T.astype(float)))],
        np.full(size, -milp.INFINITY),
        np.zeros(size),
    )


def identity(size: int) -> csr_array:
    """The identity."""
    index = np.arange(size)
    return csr_array((np.ones(size), (index, index)), shape=(size, size))
