"""SMAA-2: how often each site takes each rank, over all weightings that are allowed.

Lahdelma and Salminen (2001). Weights are drawn evenly over what is known of them (`weightings`),
unknown values evenly over their band. Over the draws:

- *rank acceptability* of a site and a rank: share of the draws in which it takes it;
- *central weights* of a site: mean of the weightings that put it first; none where none does;
- *confidence factor*: share of the unknown values under which its central weights put it first;
- *regret* of a site: by how much the first one's score exceeds its own, mean and greatest.

ELECTRE's distillations are too slow to be redone in each draw: sites stand by net credibility.

Sites whose scores differ by less than 1e-12 are equal, and ranked by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from siting.ranking import aggregation, outranking, weightings

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from siting.cluster import Spread
    from siting.ranking.outranking import Thresholds
    from siting.ranking.ranking import Method
    from siting.ranking.scales import Float64, Scale
    from siting.ranking.weightings import Information

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
    mean_rank, mean_regret, most_regret
        Regrets are in hundredths of a score; shape (sites,).
    draws
        How many.
    """

    acceptability: Float64
    central: Float64
    confidence: Float64
    mean_rank: Float64
    mean_regret: Float64
    most_regret: Float64
    draws: int


def smaa(
    method: Method,
    scale: Scale,
    known: Information,
    draws: int,
    seed: int,
    thresholds: Thresholds | None = None,
    spread: Spread = map,
) -> Smaa:
    """Rank the sites under many weightings.

    Parameters
    ----------
    scale
        Normalisation and values; PROMETHEE compares `min_max` places whatever it is.
    known
        What is known of the weights.
    thresholds
        Of the outranking methods.
    spread
        Computes blocks of draws, here or on a cluster; the figures are the same.

    Raises
    ------
    ConfigError
        No weighting is allowed.
    TypeError
        An outranking method has no thresholds.
    """
    weights = weightings.draw(known, draws, seed)
    scored = _scorer(method, scale, thresholds)
    order = scale.of.order
    count, wide = scale.of.raw.shape
    places = np.zeros((count, count))
    central, firsts = np.zeros((count, wide)), np.zeros(count)
    regret, most = np.zeros(count), np.zeros(count)
    blocks = (
        (weights[start : start + BLOCK], _rng(method, scale, seed, start))
        for start in range(0, draws, BLOCK)
    )
    for tally in spread(partial(_tallied, scored, order), blocks):
        places += tally.places
        firsts += tally.firsts
        central += tally.central
        regret += tally.regret
        most = np.maximum(most, tally.most)
    rng = _rng(method, scale, seed, draws)
    with np.errstate(invalid="ignore"):
        central /= firsts[:, None]
    confidence = np.full(count, np.nan)
    for i in np.flatnonzero(firsts):
        confidence[i] = _confidence(scored, central[i], int(i), order, rng, scale)
    acceptability = places / draws
    mean = acceptability @ np.arange(1, count + 1)
    mean_regret, most_regret = 100 * regret / draws, 100 * most
    return Smaa(acceptability, central, confidence, mean, mean_regret, most_regret, draws)


@dataclass(frozen=True)
class _Tally:
    """What a block of draws adds: draws by site and rank, firsts, sums of weights and regrets."""

    places: Float64
    firsts: Float64
    central: Float64
    regret: Float64
    most: Float64


def _tallied(
    scored: Callable[[Float64, np.random.Generator], Float64],
    order: npt.NDArray[np.intp],
    block: tuple[Float64, np.random.Generator],
) -> _Tally:
    """Rank the sites under a block of weightings."""
    weights, rng = block
    count = len(order)
    behind = _behind(scored(weights, rng))
    ranking = np.argsort(order)[_ranking(behind, order)]
    flat = ranking * count + np.arange(count)
    first = ranking[:, 0]
    central = [np.bincount(first, column, minlength=count) for column in weights.T]
    return _Tally(
        np.bincount(flat.ravel(), minlength=count * count).reshape(count, count).astype(float),
        np.bincount(first, minlength=count).astype(float),
        np.column_stack(central),
        behind.sum(axis=0),
        behind.max(axis=0),
    )


def _rng(method: Method, scale: Scale, seed: int, draws: int) -> np.random.Generator:
    """The numbers that fill unknown values, after those of the first draws: blocks may be apart."""
    values = scale.of
    if method in ("sum", "product", "topsis"):
        used = draws * int((~values.known).sum())
    elif method == "promethee" and values.known.all():
        used = 0
    else:
        used = -(-draws // FEW) * values.raw.size
    bits = np.random.PCG64([seed, 1])
    bits.advance(used)
    return np.random.Generator(bits)


def _behind(scores: Float64) -> Float64:
    """How far each site is behind the first one of its draw, shape (draws, sites)."""
    behind: Float64 = scores.max(axis=1, keepdims=True) - scores
    return behind


def _ranking(behind: Float64, order: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Positions in `order`, best first, for each row: shape (draws, sites)."""
    bits = int(behind.shape[1] - 1).bit_length()
    keys = np.rint(behind / QUANTUM).astype(np.int64)
    keys <<= bits
    keys |= order
    keys.sort(axis=1)
    positions: npt.NDArray[np.int64] = keys & ((1 << bits) - 1)
    return positions


def _confidence(
    scored: Callable[[Float64, np.random.Generator], Float64],
    weights: Float64,
    site: int,
    order: npt.NDArray[np.intp],
    rng: np.random.Generator,
    scale: Scale,
) -> float:
    """Share of fillings under which some weights put a site first."""
    fillings = 1 if scale.of.known.all() else FILLINGS
    scores = scored(np.tile(weights, (fillings, 1)), rng)
    return float((_ranking(_behind(scores), order)[:, 0] == order[site]).mean())


def _scorer(
    method: Method, scale: Scale, thresholds: Thresholds | None
) -> Callable[[Float64, np.random.Generator], Float64]:
    """Scores under each row of weights, unknown values drawn: shape (draws, sites)."""
    if method in ("sum", "product", "topsis"):
        return _pointwise(method, scale)
    if thresholds is None:
        raise TypeError(method)
    if method == "promethee":
        return _flowing(scale, thresholds)
    return _outranking(scale, thresholds)


def _pointwise(
    method: aggregation.Pointwise, scale: Scale
) -> Callable[[Float64, np.random.Generator], Float64]:
    """Each draw has its own unknown values."""
    values = scale.of
    unknown = np.argwhere(~values.known)
    parts = aggregation.features(method, scale)
    fixed = [np.where(values.known, part(scale(values.corner(0.5))), 0.0).T for part in parts]

    def scored(weights: Float64, rng: np.random.Generator) -> Float64:
        taken = aggregation.powered(method, weights)
        sums = [taken @ part for part in fixed]
        for i, j in unknown:
            z = scale.column(int(j), rng.random(len(weights)))
            for total, part in zip(sums, parts, strict=True):
                total[:, i] += taken[:, j] * part(z, int(j))
        scores = aggregation.combine(method, sums)
        return np.exp(scores) if method == "product" else scores

    return scored


def _flowing(
    scale: Scale, thresholds: Thresholds
) -> Callable[[Float64, np.random.Generator], Float64]:
    """A filling is shared by few draws, since it changes the flows of all sites."""
    values = scale.of
    whole = bool(values.known.all())
    fixed = outranking.flows(values.places, values.places, thresholds) if whole else None

    def scored(weights: Float64, rng: np.random.Generator) -> Float64:
        if fixed is not None:
            return weights @ fixed.T
        scores = []
        for start in range(0, len(weights), FEW):
            filled = np.where(values.known, values.places, rng.random(values.raw.shape))
            net = outranking.flows(filled, filled, thresholds)
            scores.append(weights[start : start + FEW] @ net.T)
        return np.concatenate(scores)

    return scored


def _outranking(
    scale: Scale, thresholds: Thresholds
) -> Callable[[Float64, np.random.Generator], Float64]:
    """Net credibilities; a filling is shared by few draws."""
    values = scale.of

    def scored(weights: Float64, rng: np.random.Generator) -> Float64:
        scores = []
        for start in range(0, len(weights), FEW):
            filled = np.where(values.known, values.places, rng.random(values.raw.shape))
            scores.append(
                outranking.net_credibilities(filled, weights[start : start + FEW], thresholds)
            )
        return np.concatenate(scores)

    return scored
