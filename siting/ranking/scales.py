"""From raw values to places on a scale: named normalisations, unknown values and their bands.

Every value first gets its *place* `u` between the worst (0) and the best (1) known value of its
criterion. A normalisation is a non-decreasing function of that place, fixed by the known values
alone, so that filling an unknown value moves no other. With x the raw value, over the known ones:

============ ===================================== ============================================
name         more is better                        less is better
============ ===================================== ============================================
min_max      (x - min) / (max - min)               (max - x) / (max - min)
max          x / max                               1 - x / max
sum          x / sum x                             (1 / x) / sum (1 / x)
vector       x / sqrt(sum x²)                      1 - x / sqrt(sum x²)
rank         (mean rank - 1) / (known - 1)         the same, from the other end
z_score      (x - mean) / standard deviation       the opposite
============ ===================================== ============================================

A known criterion with one value for all gets 0.5 by `min_max` and `rank`. An unknown value lies
anywhere between the worst and the best known value; where the known values do not tell two apart,
its criterion stands on the `min_max` scale: 0.5 where known, 0 to 1 where unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from siting.errors import ModelError

Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Normalisation = Literal["min_max", "max", "sum", "vector", "rank", "z_score"]
NORMALISATIONS: tuple[Normalisation, ...] = ("min_max", "max", "sum", "vector", "rank", "z_score")


@dataclass(frozen=True)
class Values:
    """Raw values of sites on criteria.

    Attributes
    ----------
    sites
        Ids; equal scores are ranked in their order, shape (sites,).
    criteria
        Ids, as many as columns.
    more
        Whether more is better, shape (criteria,).
    raw
        Shape (sites, criteria), NaN where unknown.
    """

    sites: npt.NDArray[np.str_]
    criteria: tuple[str, ...]
    more: Bool
    raw: Float64

    @cached_property
    def known(self) -> Bool:
        """Where the value is known, shape (sites, criteria)."""
        return ~np.isnan(self.raw)

    @cached_property
    def ends(self) -> tuple[Float64, Float64]:
        """Worst and best known value of each criterion, NaN where nothing is known."""
        least = np.min(np.where(self.known, self.raw, np.inf), axis=0, initial=np.inf)
        most = np.max(np.where(self.known, self.raw, -np.inf), axis=0, initial=-np.inf)
        none = ~self.known.any(axis=0)
        least[none], most[none] = np.nan, np.nan
        return np.where(self.more, least, most), np.where(self.more, most, least)

    @cached_property
    def span(self) -> Float64:
        """Distance from worst to best known value; 0 where they do not tell two sites apart."""
        worst, best = self.ends
        return np.nan_to_num(np.abs(best - worst))

    @cached_property
    def places(self) -> Float64:
        """Places between worst (0) and best (1), 0.5 where all are equal; NaN where unknown."""
        worst, best = self.ends
        apart = self.span > 0
        scale = np.where(apart, best - worst, 1.0)
        with np.errstate(over="ignore"):
            places = np.where(apart, (self.raw - worst) / scale, 0.5)
        # + 0: the worst place of what is better small is zero, not minus zero
        return np.where(self.known, np.clip(places, 0, 1) + 0.0, np.nan)

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """Position of each site among the ids in order, shape (sites,)."""
        order = np.empty(len(self.sites), np.intp)
        order[np.argsort(self.sites, kind="stable")] = np.arange(len(self.sites))
        return order

    def one_valued(self) -> list[int]:
        """Criteria whose value is known for every site, and the same for all."""
        if len(self.sites) < 2:
            return []
        same = self.known.all(axis=0) & (self.span == 0)
        return [int(j) for j in np.flatnonzero(same)]

    def filled(self, weights: Float64) -> Float64:
        """Places with each unknown one put where the site stands on average.

        The average is the weighted mean of the site's known places, 0.5 where none counts. Under a
        weighted sum of `min_max` places this is the mean over what is known.
        """
        share = np.where(self.known, weights, 0.0)
        total = share.sum(axis=1)
        points = np.where(self.known, self.places, 0.0) @ weights
        mean = np.divide(points, total, out=np.full(len(total), 0.5), where=total > 0)
        return np.where(self.known, self.places, np.clip(mean, 0, 1)[:, None])

    def corner(self, place: float) -> Float64:
        """Places with each unknown one at `place`: 0 the worst, 1 the best."""
        return np.where(self.known, self.places, place)


@dataclass(frozen=True)
class Scale:
    """A normalisation, fixed by known values.

    Attributes
    ----------
    name
        Which one.
    of
        The values that fix it.
    """

    name: Normalisation
    of: Values

    def __call__(self, places: Float64) -> Float64:
        """Normalise places, shape (sites, criteria)."""
        if self.name == "min_max":
            return places
        return np.column_stack([self.column(j, places[:, j]) for j in range(len(self.of.criteria))])

    def column(self, j: int, places: Float64) -> Float64:
        """Normalise places of one criterion."""
        known = self.of.known[:, j]
        if self.name == "min_max" or (self.of.span[j] == 0 and not known.all()):
            return places
        raw = self.of.raw[known, j]
        worst, best = (end[j] for end in self.of.ends)
        float64: Float64
        if self.name == "rank":
            return self._rank(self.of.places[known, j], places)
        x = worst + places * (best - worst)
        # the worst and the best are exactly what they are
        x = np.where(places == 1, best, np.where(places == 0, worst, x))
        if self.of.span[j] == 0:
            x = np.full(len(places), worst)
        if self.name == "z_score":
            spread = raw.std()
            float64 = (x - raw.mean()) / spread if spread > 0 else np.zeros(len(x))
            return float64 if self.of.more[j] else -float64
        return self._ratio(j, raw, x)

    def _ratio(self, j: int, raw: Float64, x: Float64) -> Float64:
        """Normalisations that divide: they need positive values."""
        more = bool(self.of.more[j])
        inverse = self.name == "sum" and not more
        if (raw < 0).any() or (inverse and (raw == 0).any()):
            raise ModelError(
                "normalisation_not_positive",
                normalisation=self.name,
                criterion=self.of.criteria[j],
                value=f"{raw.min():g}",
            )
        if inverse:
            share: Float64 = (1 / x) / (1 / raw).sum()
            return share
        total = {"max": raw.max(), "sum": raw.sum(), "vector": np.sqrt((raw**2).sum())}[self.name]
        part: Float64 = x / total if total > 0 else np.zeros(len(x))
        return part if more or self.name == "sum" else 1 - part

    @staticmethod
    def _rank(known: Float64, places: Float64) -> Float64:
        """Mean rank from 0 to 1; an unknown value between two known ones is between their ranks."""
        value, count = np.unique(known, return_counts=True)
        if len(value) == 1:
            return np.full(len(places), 0.5)
        below = np.cumsum(count) - count
        return np.interp(places, value, (below + (count - 1) / 2) / (len(known) - 1))
