"""Whole numbers at random for expected ones, margins kept: the flight of the cube method.

Each number becomes the whole one below or above it, with the chances that make its mean what was
expected; so do the sums of `margins`. Where there are two nested families of sums (a whole, its
EPCI, their most rural parts; and statuses), every vertex of what is allowed is whole, so that the
random walk never has to give up one of them. Further sums (`soft`) are kept as long as they can be.

Each step moves along a direction that changes no sum, one way or the other, until a number or the
slack of a sum is whole; the two chances make the step fair, so every mean is kept exactly. Sources:
Deville and Tillé (2004), Biometrika 91(4), 893-912 (the cube method); Cox (1987), Journal of the
American Statistical Association 82, 520-524 (unbiased controlled rounding of two-way tables).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ALMOST = 1e-7


def whole(
    expected: Float64,
    margins: Sequence[Bools],
    soft: Sequence[Bools],
    seed: int,
    draws: int = 1,
) -> Int64:
    """Draw whole numbers.

    Parameters
    ----------
    expected
        Numbers at least 0, shape (n,).
    margins
        Which numbers each sum takes, shape (n,) each; two nested families at most.
    soft
        The same for sums that are kept where they can be, the most important first.
    seed
        Of the random numbers.

    Returns
    -------
    Shape (draws, n).
    """
    base = np.floor(expected + ALMOST)
    part = np.clip(expected - base, 0.0, 1.0)
    part[part < ALMOST] = 0.0
    size = len(part)
    rows = np.array([*margins, *soft], np.float64).reshape(-1, size)
    rest = rows @ part
    near = np.abs(rest - np.round(rest)) < ALMOST * max(1, size)
    slack = np.where(near, 0.0, np.ceil(rest) - rest)
    loose = np.flatnonzero(slack > 0)
    matrix = np.zeros((len(rows), size + len(loose)))
    matrix[:, :size] = rows
    matrix[loose, size + np.arange(len(loose))] = 1.0
    start = np.concatenate([part, slack[loose]])
    random = np.random.default_rng(seed)
    order = random.random((draws, len(start))).argsort(axis=1)
    chances = random.random((draws, len(start)))
    from siting.survey.kernels import walk  # noqa: PLC0415 - numba only where a sample is drawn

    rounded = walk.walks(start, matrix, len(margins), order, chances)[:, :size]
    if (rounded > 1).any():
        raise AssertionError("margins of more than two nested families")
    drawn: Int64 = (base + rounded).astype(np.int64)
    return drawn
