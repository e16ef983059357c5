"""Weights of criteria: direct, from an order, by pairwise judgements (AHP), by SWING.

All give shares that sum to 1.

- **Order.** With m criteria, the one of rank k weighs (Stillwell, Seaver and Edwards 1981; Barron
  and Barrett 1996): `roc` (1/m) Σ_{i=k..m} 1/i; `rs` 2 (m + 1 - k) / (m (m + 1));
  `rr` (1/k) / Σ 1/i. Criteria of one level share the mean of their ranks' weights.
- **AHP** (Saaty 1980). a(i, j) says how many times i matters more than j, 1/9 to 9. Weights are the
  principal eigenvector; the consistency index is (λ - m) / (m - 1), the ratio divides it by that of
  random matrices. Above 0.1 the judgements contradict each other: the one farthest from the weights
  that they give, by a(i, j) w(j) / w(i), is named.
- **SWING** (von Winterfeldt and Edwards 1986). 100 points to the criterion whose swing from worst
  to best matters most, fewer to the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting import texts
from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.ranking.scales import Bool, Float64

Rule = Literal["roc", "rs", "rr"]
MOST_INCONSISTENT = 0.1
MOST_POINTS = 1_000_000
# Saaty's mean consistency index of random matrices of 1 to 15 criteria
RANDOM_INDEX = (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)


def shares(points: Mapping[str, float], what: str) -> dict[str, float]:
    """Points as shares of their sum.

    Parameters
    ----------
    what
        What is weighted so, for the message.

    Raises
    ------
    ConfigError
        One is negative, above `MOST_POINTS` or not a number, or all are zero.
    """
    for criterion, value in points.items():
        if not np.isfinite(value) or value < 0:
            raise ConfigError("weight_negative", what=what, criterion=criterion, value=f"{value:g}")
        if value > MOST_POINTS:  # beyond, sums lose the other weights, and at last overflow
            large = {"value": f"{value:g}", "most": texts.number(MOST_POINTS)}
            raise ConfigError("weight_too_large", what=what, criterion=criterion, **large)
    total = sum(points.values())
    if total <= 0:
        raise ConfigError("weights_all_zero", what=what)
    return {criterion: value / total for criterion, value in points.items()}


def percent(parts: Mapping[str, float], what: str) -> dict[str, float]:
    """Percentages as shares.

    Raises
    ------
    ConfigError
        See `shares`; or they do not sum to 100.
    """
    share = shares(parts, what)
    total = sum(parts.values())
    if abs(total - 100) > 0.01:
        raise ConfigError("weights_not_100", what=what, total=f"{total:g}")
    return share


def by_order(levels: Sequence[Sequence[str]], rule: Rule) -> dict[str, float]:
    """Weights of criteria in order of importance, each level a group of equals."""
    count = sum(map(len, levels))
    rank = np.arange(1, count + 1)
    if rule == "roc":
        ranked = np.cumsum(1 / rank[::-1])[::-1] / count
    elif rule == "rs":
        ranked = 2 * (count + 1 - rank) / (count * (count + 1))
    else:
        ranked = (1 / rank) / (1 / rank).sum()
    weight: dict[str, float] = {}
    for level in levels:
        first = len(weight)
        mean = float(ranked[first : first + len(level)].mean())
        weight.update(dict.fromkeys(level, mean))
    return weight


def swing(points: Mapping[str, float], what: str) -> dict[str, float]:
    """Weights from swings, 100 for the greatest.

    Raises
    ------
    ConfigError
        See `shares`; or the greatest is not 100.
    """
    share = shares(points, what)
    most = max(points.values())
    if most != 100:
        raise ConfigError("swing_without_100", what=what, most=f"{most:g}")
    return share


@dataclass(frozen=True)
class PairwiseWeights:
    """Weights from pairwise judgements.

    Attributes
    ----------
    weights
        Shares by criterion.
    ratio, index, eigenvalue
        Consistency ratio and index, principal eigenvalue.
    farthest
        The judgement that fits the weights least: two criteria, what it says, what would fit.
    """

    weights: dict[str, float]
    ratio: float
    index: float
    eigenvalue: float
    farthest: tuple[str, str, float, float]


def ahp(criteria: Sequence[str], matrix: Float64) -> PairwiseWeights:
    """Weigh by pairwise judgements.

    Parameters
    ----------
    matrix
        Positive and reciprocal, shape (criteria, criteria).
    """
    count = len(criteria)
    if count == 1:
        return PairwiseWeights(
            {criteria[0]: 1.0}, 0.0, 0.0, 1.0, (criteria[0], criteria[0], 1.0, 1.0)
        )
    values, vectors = np.linalg.eig(matrix)
    main = int(np.argmax(values.real))
    vector = np.abs(vectors[:, main].real)
    weight = vector / vector.sum()
    eigenvalue = max(float(values[main].real), float(count))
    index = (eigenvalue - count) / (count - 1)
    random = _random_index(count)
    ratio = index / random if random else 0.0
    off = np.triu(np.abs(np.log(matrix * weight[None, :] / weight[:, None])), 1)
    i, j = np.unravel_index(int(np.argmax(off)), off.shape)
    fits = float(weight[i] / weight[j])
    farthest = (criteria[int(i)], criteria[int(j)], float(matrix[i, j]), fits)
    shared = dict(zip(criteria, map(float, weight), strict=True))
    return PairwiseWeights(shared, ratio, index, eigenvalue, farthest)


def _random_index(count: int) -> float:
    """Saaty's to 15 criteria; beyond, the line of Alonso and Lamata (2006)."""
    if count <= len(RANDOM_INDEX):
        return RANDOM_INDEX[count - 1]
    return (2.7699 * count - 4.3513 - count) / (count - 1)


def pairwise(judgements: Sequence[tuple[str, str, float]], what: str) -> PairwiseWeights:
    """Weigh by judgements `(a, b, times)`, one for each pair of criteria.

    Raises
    ------
    ConfigError
        A judgement is not between 1/9 and 9 or is said twice, a pair has none, or the consistency
        ratio is above 0.1.
    """
    criteria = list(dict.fromkeys(criterion for pair in judgements for criterion in pair[:2]))
    place = {criterion: i for i, criterion in enumerate(criteria)}
    matrix = np.full((len(criteria), len(criteria)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    for a, b, times in judgements:
        if a == b or not 1 / 9 - 1e-9 <= times <= 9 + 1e-9:
            raise ConfigError("ahp_scale", what=what, a=a, b=b, value=f"{times:g}")
        i, j = place[a], place[b]
        if not np.isnan(matrix[i, j]):
            raise ConfigError("ahp_twice", what=what, a=a, b=b)
        matrix[i, j], matrix[j, i] = times, 1 / times
    missing = np.argwhere(np.isnan(np.triu(matrix)))
    if len(missing):
        pairs = ", ".join(f"{criteria[i]} / {criteria[j]}" for i, j in missing)
        raise ConfigError("ahp_missing", what=what, pairs=pairs)
    judged = ahp(criteria, matrix)
    if judged.ratio > MOST_INCONSISTENT:
        a, b, ratio, fits = judged.farthest
        if ratio < 1:
            a, b, ratio, fits = b, a, 1 / ratio, 1 / fits
        raise ConfigError(
            "ahp_inconsistent",
            what=what,
            ratio=f"{judged.ratio:.2f}",
            a=a,
            b=b,
            said=f"{ratio:.3g}",
            fits=f"{fits:.2g}",
        )
    return judged


def capped(weights: Float64, equipment: Bool, cap: float) -> Float64:
    """Weights where those held weigh at most `cap` together, the rest growing in proportion.

    Raises
    ------
    ConfigError
        Nothing else has a weight.
    """
    together = float(weights[equipment].sum())
    if together <= cap:
        return weights
    if together >= 1:
        raise ConfigError("equipment_alone", cap=f"{100 * cap:g}")
    return np.where(equipment, weights * (cap / together), weights * ((1 - cap) / (1 - together)))
