"""SMAA-2: how often each site takes each rank, over all weightings that are allowed.

Lahdelma and Salminen (2001). Weights are drawn evenly over what is known of them (`weightings`),
unknown values evenly over their band. Over the draws:

- *rank acceptability* of a site and a rank: share of the draws in which it takes it;
- *central weights* of a site: mean of the weightings that put it first; none where none does;
- *confidence factor*: share of the unknown values under which its central weights put it first.

Sites whose scores differ by less than 1e-12 are equal, and ranked by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.sites import aggregation, outranking, weightings

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from siting.sites.outranking import Thresholds
    from siting.sites.scales import Float64, Scale
    from siting.sites.weightings import Information

Method = Literal["sum", "product", "topsis", "promethee"]
BLOCK = 2048  # draws ranked at once
FEW = 256  # draws that share one filling of the unknown values, where filling is dear
FILLINGS = 2000  # of a confidence factor
QUANTUM = 1e-12


@dataclass(frozen=True)
class Smaa:
    """What the draws say.

    Attributes
    ----------
    acceptability
        Share of the draws in which a site takes a rank, shape (sites, ranks).
    central
        Mean weighting that puts a site first, shape (sites, criteria); NaN where none does.
    confidence
        Shape (sites,); NaN where no weighting puts the site first.
    mean_rank
        Shape (sites,).
    draws
        How many.
    """

    acceptability: Float64
    central: Float64
    confidence: Float64
    mean_rank: Float64
    draws: int


def smaa(
    method: Method,
    scale: Scale,
    known: Information,
    draws: int,
    seed: int,
    thresholds: Thresholds | None = None,
) -> Smaa:
    """Rank the sites under many weightings.

    Parameters
    ----------
    scale
        Normalisation and values; PROMETHEE compares `min_max` places whatever it is.
    known
        What is known of the weights.
    thresholds
        Of PROMETHEE.

    Raises
    ------
    ConfigError
        No weighting is allowed.
    """
    weights = weightings.draw(known, draws, seed)
    rng = np.random.default_rng([seed, 1])
    scored = _scorer(method, scale, thresholds)
    order = scale.values.order
    by_order = np.argsort(order)
    count, wide = scale.values.raw.shape
    places = np.zeros((count, count))
    central, firsts = np.zeros((count, wide)), np.zeros(count)
    for start in range(0, draws, BLOCK):
        some = weights[start : start + BLOCK]
        ranking = by_order[_ranking(scored(some, rng), order)]
        flat = ranking * count + np.arange(count)
        places += np.bincount(flat.ravel(), minlength=count * count).reshape(count, count)
        first = ranking[:, 0]
        firsts += np.bincount(first, minlength=count)
        for j in range(wide):
            central[:, j] += np.bincount(first, some[:, j], minlength=count)
    with np.errstate(invalid="ignore"):
        central /= firsts[:, None]
    confidence = np.full(count, np.nan)
    for i in np.flatnonzero(firsts):
        confidence[i] = _confidence(scored, central[i], int(i), order, rng, scale)
    acceptability = places / draws
    mean = acceptability @ np.arange(1, count + 1)
    return Smaa(acceptability, central, confidence, mean, draws)


def _ranking(scores: Float64, order: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Positions in `order`, best first, for each row of scores: shape (draws, sites)."""
    behind = scores.max(axis=1, keepdims=True) - scores
    bits = int(scores.shape[1] - 1).bit_length()
    keys = np.rint(behind / QUANTUM).astype(np.int64)
    keys <<= bits
    keys |= order
    keys.sort(axis=1)
    found: npt.NDArray[np.int64] = keys & ((1 << bits) - 1)
    return found


def _confidence(
    scored: Callable[[Float64, np.random.Generator], Float64],
    weights: Float64,
    site: int,
    order: npt.NDArray[np.intp],
    rng: np.random.Generator,
    scale: Scale,
) -> float:
    """Share of fillings under which some weights put a site first."""
    fillings = 1 if scale.values.known.all() else FILLINGS
    scores = scored(np.tile(weights, (fillings, 1)), rng)
    return float((_ranking(scores, order)[:, 0] == order[site]).mean())


def _scorer(
    method: Method, scale: Scale, thresholds: Thresholds | None
) -> Callable[[Float64, np.random.Generator], Float64]:
    """Scores under each row of weights, unknown values drawn: shape (draws, sites)."""
    if method == "promethee":
        if thresholds is None:
            raise TypeError(method)
        return _flowing(scale, thresholds)
    return _pointwise(method, scale)


def _pointwise(
    method: aggregation.Pointwise, scale: Scale
) -> Callable[[Float64, np.random.Generator], Float64]:
    """Each draw has its own unknown values."""
    values = scale.values
    unknown = np.argwhere(~values.known)
    parts = aggregation.features(method, scale)
    fixed = [np.where(values.known, one(scale(values.corner(0.5))), 0.0).T for one in parts]

    def scored(weights: Float64, rng: np.random.Generator) -> Float64:
        taken = aggregation.powered(method, weights)
        sums = [taken @ one for one in fixed]
        for i, j in unknown:
            z = scale.column(int(j), rng.random(len(weights)))
            for total, part in zip(sums, parts, strict=True):
                total[:, i] += taken[:, j] * part(z, int(j))
        return aggregation.combine(method, sums)

    return scored


def _flowing(
    scale: Scale, thresholds: Thresholds
) -> Callable[[Float64, np.random.Generator], Float64]:
    """A filling is shared by few draws, since it changes the flows of all sites."""
    values = scale.values
    whole = bool(values.known.all())
    fixed = outranking.flows(values.places, values.places, thresholds) if whole else None

    def scored(weights: Float64, rng: np.random.Generator) -> Float64:
        if fixed is not None:
            return weights @ fixed.T
        found = []
        for start in range(0, len(weights), FEW):
            filled = np.where(values.known, values.places, rng.random(values.raw.shape))
            net = outranking.flows(filled, filled, thresholds)
            found.append(weights[start : start + FEW] @ net.T)
        return np.concatenate(found)

    return scored
