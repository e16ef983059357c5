"""Numbers that are not known for sure: each a value within a declared range.

A result that rests on several of them is computed once, on a batch of cases: the declared values,
the best and the worst corner of all ranges, each range's two ends by itself (the tornado), then
random draws. A function of the batch is plain arithmetic on arrays, one entry a case.

The band is exact where the result moves one way with each number, which `Estimate.better` says: its
extremes are then those of the two corners. `design(best=..., worst=...)` sets a number by hand at a
corner where it does not (a price that drives users away).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Float64 = npt.NDArray[np.float64]

VALUE, BEST, WORST, ENDS = 0, 1, 2, 3
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Estimate:
    """A number and its declared range.

    Attributes
    ----------
    key
        Names it among the others; the draws of a key do not change when another is added.
    value, low, high
        Declared value and range, `low <= value <= high`.
    better
        Which end helps: pays the site, or avoids more kilometres.
    name, unit, source, status
        What a table shows; `status` is measured, declared or hypothesis.
    """

    key: str
    value: float
    low: float
    high: float
    better: Literal["low", "high"]
    name: str = ""
    unit: str = ""
    source: str = ""
    status: str = "hypothesis"

    @property
    def sure(self) -> bool:
        """Whether it has no range."""
        return self.low == self.high

    @property
    def best(self) -> float:
        """The end that helps."""
        return self.low if self.better == "low" else self.high

    @property
    def worst(self) -> float:
        """The other end."""
        return self.high if self.better == "low" else self.low


def certain(key: str, value: float, better: Literal["low", "high"] = "high") -> Estimate:
    """Make an estimate without a range."""
    return Estimate(key, value, value, value, better)


@dataclass(frozen=True)
class Band:
    """A result: at the declared values, at its exact extremes, and at quantiles of the draws."""

    value: float
    low: float
    high: float
    p05: float
    p50: float
    p95: float


@dataclass(frozen=True)
class Batch:
    """Cases to compute, and how to read a result computed on them.

    Attributes
    ----------
    estimates
        The uncertain ones, in the order of the tornado's cases.
    values
        By key, shape (cases,): value, best, worst, two ends of each estimate, draws.
    size
        Cases.
    """

    estimates: tuple[Estimate, ...]
    values: Mapping[str, Float64]
    size: int

    def __getitem__(self, estimate: Estimate) -> Float64:
        """Values of an estimate, one a case."""
        return self.values[estimate.key]

    @property
    def first_draw(self) -> int:
        """Position of the first random draw."""
        return ENDS + 2 * len(self.estimates)

    def draws(self, result: Float64) -> Float64:
        """The part of a result that random draws gave."""
        return result[self.first_draw :]

    def band(self, result: Float64) -> Band:
        """Band of a result of shape (cases,); infinite where a corner has no finite answer."""
        ends = sorted((float(result[BEST]), float(result[WORST])))
        # of equal rank rather than interpolated: an infinite draw must not spoil the others
        drawn = np.quantile(self.draws(result), QUANTILES, method="inverted_cdf")
        return Band(float(result[VALUE]), *ends, *map(float, drawn))

    def tornado(self, result: Float64) -> pd.DataFrame:
        """What each estimate moves by itself, the most first.

        Returns
        -------
        Columns `key,name,unit,value,low,high,at_value,at_low,at_high,swing,source,status`.
        """
        ends = result[ENDS : self.first_draw].reshape(-1, 2)
        rows = [
            {
                "key": estimate.key,
                "name": estimate.name,
                "unit": estimate.unit,
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "at_value": float(result[VALUE]),
                "at_low": float(low),
                "at_high": float(high),
                "swing": abs(float(high) - float(low)) if high != low else 0.0,
                "source": estimate.source,
                "status": estimate.status,
            }
            for estimate, (low, high) in zip(self.estimates, ends, strict=True)
        ]
        columns = ["key", "name", "unit", "value", "low", "high", "at_value", "at_low", "at_high"]
        table = pd.DataFrame(rows, columns=[*columns, "swing", "source", "status"])
        return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def design(
    estimates: Sequence[Estimate],
    draws: int,
    seed: int,
    best: Mapping[str, float] | None = None,
    worst: Mapping[str, float] | None = None,
) -> Batch:
    """Lay out the cases of a computation.

    Parameters
    ----------
    estimates
        Every estimate that it reads, keys distinct.
    draws
        Random draws, at least 1: triangular between `low` and `high`, its mode at `value`.
    seed
        Of the draws.
    best, worst
        Values at the corners of estimates that have no one better end.
    """
    best, worst = best or {}, worst or {}
    unsure = tuple(estimate for estimate in estimates if not estimate.sure)
    first = ENDS + 2 * len(unsure)
    size = first + draws
    values = {}
    for estimate in estimates:
        column = np.full(size, float(estimate.value))
        column[BEST] = best.get(estimate.key, estimate.best)
        column[WORST] = worst.get(estimate.key, estimate.worst)
        if not estimate.sure:
            at = ENDS + 2 * unsure.index(estimate)
            column[at : at + 2] = estimate.low, estimate.high
            random = np.random.default_rng([seed, zlib.crc32(estimate.key.encode())])
            column[first:] = random.triangular(estimate.low, estimate.value, estimate.high, draws)
        values[estimate.key] = column
    return Batch(unsure, values, size)
