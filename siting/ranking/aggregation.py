"""Scores of sites by a weighted sum, a weighted product or TOPSIS, with bands.

With z the normalised place of a site and w the weights (shares of 1):

- `sum`: Σ w z.
- `product`: Π z^w (Bridgman 1922); less than 1 % of the best known value counts as 1 %, so that the
  worst on one criterion does not erase the rest.
- `topsis` (Hwang and Yoon 1981): d⁻ / (d⁺ + d⁻), distances in w z to the best and to the worst
  values of the criteria.

All three never decrease with z: the score with every unknown value of a site at its worst and at
its best is the band that holds whatever they turn out to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.errors import ModelError

if TYPE_CHECKING:
    from siting.ranking.scales import Float64, Scale

Pointwise = Literal["sum", "product", "topsis"]
FLOOR = 0.01


def score(method: Pointwise, scale: Scale, places: Float64, weights: Float64) -> Float64:
    """Score places.

    Parameters
    ----------
    scale
        Normalisation.
    places
        Known or filled, shape (sites, criteria).
    weights
        Shares of 1, shape (criteria,).

    Returns
    -------
    Shape (sites,); for `topsis` 0 to 1.
    """
    parts = [part(scale(places)) for part in features(method, scale)]
    combined = combine(method, [part @ powered(method, weights) for part in parts])
    return np.exp(combined) if method == "product" else combined


@dataclass(frozen=True)
class Feature:
    """A function of normalised places: the place, its logarithm, its square distance to an end.

    Attributes
    ----------
    kind
        Which one.
    end
        Of the logarithm, the least value; of the distance, what it is measured from.
    """

    kind: Literal["same", "log", "distance"]
    end: Float64 | None = None

    def __call__(self, z: Float64, j: int | None = None) -> Float64:
        """Values for all criteria, shape (…, criteria), or for the one numbered j."""
        if self.end is None:
            return z
        end = self.end if j is None else self.end[j]
        float64: Float64 = np.log(np.maximum(z, end)) if self.kind == "log" else (z - end) ** 2
        return float64


def features(method: Pointwise, scale: Scale) -> list[Feature]:
    """Functions of normalised places whose weighted sums a method combines.

    Raises
    ------
    ModelError
        A product of z-scores: they are negative below the mean.
    """
    if method == "sum":
        return [Feature("same")]
    count = len(scale.of.criteria)
    best, worst = (scale(np.full((1, count), place))[0] for place in (1.0, 0.0))
    if method == "topsis":
        return [Feature("distance", best), Feature("distance", worst)]
    if scale.name == "z_score":
        raise ModelError("product_of_z_scores")
    # a criterion that is zero everywhere tells nobody apart: any floor will do
    return [Feature("log", np.where(best > 0, FLOOR * best, 1.0))]


def powered(method: Pointwise, weights: Float64) -> Float64:
    """Weights as the sums of `features` take them."""
    return weights * weights if method == "topsis" else weights


def combine(method: Pointwise, sums: list[Float64]) -> Float64:
    """Scores (for `product` their logarithms) from the sums of `features`, of any shape."""
    if method != "topsis":
        return sums[0]
    to_best, to_worst = (np.sqrt(np.maximum(squares, 0)) for squares in sums)
    both = to_best + to_worst
    share: Float64 = np.divide(to_worst, both, out=np.full_like(both, 0.5), where=both > 0)
    return share
