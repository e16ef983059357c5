"""One ranking of sites by any method, with its band, its ties and what each criterion brings.

Scores are out of 100 (net flows and net credibilities from -100 to 100). They are rounded to four
decimals before ranking, so that a tie is one that the reader sees; equal sites are ranked by id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.ranking import aggregation, outranking

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.ranking.outranking import Thresholds
    from siting.ranking.scales import Float64, Scale

Method = Literal["sum", "product", "topsis", "promethee", "electre"]
METHODS: tuple[Method, ...] = ("sum", "product", "topsis", "promethee", "electre")
DECIMALS = 4


@dataclass(frozen=True)
class Ranking:
    """Sites in order.

    Attributes
    ----------
    score, low, high
        The score, and its band whatever the unknown values are, shape (sites,).
    rank
        1 for the best, all different, shape (sites,).
    equal
        Groups of sites (positions) that the method leaves equal and the id tells apart.
    """

    score: Float64
    low: Float64
    high: Float64
    rank: npt.NDArray[np.int64]
    equal: tuple[tuple[int, ...], ...]


def rank(
    method: Method, scale: Scale, weights: Float64, thresholds: Thresholds | None = None
) -> Ranking:
    """Rank sites.

    Unknown values are put where their site stands on average; see `Values.filled`.

    Parameters
    ----------
    scale
        Values and normalisation; outranking compares `min_max` places whatever it is.
    weights
        Shares of 1, shape (criteria,).
    thresholds
        Of the outranking methods.

    Raises
    ------
    TypeError
        An outranking method has no thresholds.
    """
    values = scale.of
    worst, best = values.corner(0.0), values.corner(1.0)
    middle = rank_places(method, scale, values.filled(weights), weights, thresholds)
    if values.known.all():
        return middle
    if method == "electre":
        forth = outranking.credibility(worst, best, weights, _given(thresholds))
        back = outranking.credibility(best, worst, weights, _given(thresholds))
        low, high = outranking.net_credibility(forth, back), outranking.net_credibility(back, forth)
        return replace(middle, low=_shown(low), high=_shown(high))
    low = _against(method, scale, worst, best, weights, thresholds)
    high = _against(method, scale, best, worst, weights, thresholds)
    return replace(middle, low=_shown(low), high=_shown(high))


def rank_places(
    method: Method,
    scale: Scale,
    places: Float64,
    weights: Float64,
    thresholds: Thresholds | None = None,
) -> Ranking:
    """Rank sites whose places are all known or filled; the band has no width."""
    if method == "electre":
        sigma = outranking.credibility(places, places, weights, _given(thresholds))
        score = _shown(outranking.net_credibility(sigma, sigma))
        down, up = outranking.electre_ranks(sigma)
        keys = [(down + up).astype(float), -score]
    else:
        score = _shown(_against(method, scale, places, places, weights, thresholds))
        keys = [-score]
    best_first = np.lexsort((scale.of.order, *reversed(keys)))
    rank = np.empty(len(score), np.int64)
    rank[best_first] = np.arange(1, len(score) + 1)
    groups: list[list[int]] = []
    for site in map(int, best_first):
        if groups and all(key[groups[-1][-1]] == key[site] for key in keys):
            groups[-1].append(site)
        else:
            groups.append([site])
    equal = tuple(tuple(group) for group in groups if len(group) > 1)
    return Ranking(score, score, score, rank, equal)


def _against(
    method: Method,
    scale: Scale,
    places: Float64,
    others: Float64,
    weights: Float64,
    thresholds: Thresholds | None,
) -> Float64:
    """Scores of places; where sites are compared two by two, against the others' places."""
    if method == "promethee":
        return outranking.promethee(places, others, weights, _given(thresholds))
    assert method != "electre"  # noqa: S101 - compared by credibility, above
    return aggregation.score(method, scale, places, weights)


def _given(thresholds: Thresholds | None) -> Thresholds:
    if thresholds is None:
        raise TypeError("thresholds")
    return thresholds


def _shown(score: Float64) -> Float64:
    shown: Float64 = np.round(100 * score, DECIMALS)
    return shown
