"""Sites compared two by two: PROMETHEE II and ELECTRE III.

Differences are taken between places on the `min_max` scale, so that a threshold in the unit of its
criterion, divided by the span of the known values, means the same.

**PROMETHEE II** (Brans and Vincke 1985). π(a, b) = Σ w P(g(a) - g(b)), P one of the six preference
functions; a site's net flow is the mean of π(a, b) - π(b, a) over the others.

**ELECTRE III** (Roy 1978; formulas of Figueira, Mousseau and Roy 2005). With d = g(b) - g(a) on a
criterion, concordance is 1 up to the indifference threshold q, 0 from the preference threshold p,
linear between; discordance is 0 up to p, 1 from the veto v, linear between. Credibility that a is
at least as good as b::

    σ(a, b) = C Π (1 - D) / (1 - C)   over the criteria whose discordance D exceeds C = Σ w c

Sites are ranked by distilling credibility downwards (the best first) and upwards (the worst first),
with the discrimination threshold s(λ) = 0.30 - 0.15 λ; the final rank is that of the mean of both,
the net credibility Σ σ(a, b) - σ(b, a) telling apart those that both leave equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.ranking.scales import Float64

Shape = Literal["usual", "u_shape", "v_shape", "level", "linear", "gaussian"]
SHAPES: tuple[Shape, ...] = ("usual", "u_shape", "v_shape", "level", "linear", "gaussian")


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of each criterion on the `min_max` scale, shape (criteria,).

    Attributes
    ----------
    indifference, preference, veto
        0 <= indifference <= preference < veto (infinite: no veto).
    shape
        Preference function of PROMETHEE for each criterion. `gaussian` takes its spread halfway
        between the two thresholds.
    """

    indifference: Float64
    preference: Float64
    veto: Float64
    shape: tuple[Shape, ...]


def preferred(  # noqa: PLR0911 - one for each of the six functions, and one without spread
    difference: Float64, shape: Shape, q: float, p: float
) -> Float64:
    """How much a difference is preferred, 0 to 1 (Brans and Vincke's six functions)."""
    d = np.maximum(difference, 0)
    if shape == "usual":
        return (d > 0).astype(float)
    if shape == "u_shape":
        return (d > q).astype(float)
    if shape == "v_shape":
        return np.minimum(d / p, 1.0) if p > 0 else (d > 0).astype(float)
    if shape == "level":
        return 0.5 * (d > q) + 0.5 * (d > p)
    if shape == "linear":
        return np.clip((d - q) / (p - q), 0.0, 1.0) if p > q else (d > q).astype(float)
    spread = (q + p) / 2
    if spread == 0:
        return (d > 0).astype(float)
    bell: Float64 = 1 - np.exp(-(d**2) / (2 * spread**2))
    return bell


def flows(places: Float64, others: Float64, thresholds: Thresholds) -> Float64:
    """Net flow of each site on each criterion (PROMETHEE), against others' places.

    Parameters
    ----------
    places, others
        Shape (sites, criteria); a site is compared with every other row of `others`.

    Returns
    -------
    Between -1 and 1, shape (sites, criteria); the weighted sum is the net flow.
    """
    count, wide = places.shape
    if count < 2:
        return np.zeros((count, wide))
    net_flows = np.empty((count, wide))
    for j, shape in enumerate(thresholds.shape):
        q, p = float(thresholds.indifference[j]), float(thresholds.preference[j])
        apart = places[:, j][:, None] - others[:, j][None, :]
        net = preferred(apart, shape, q, p) - preferred(-apart, shape, q, p)
        np.fill_diagonal(net, 0.0)
        net_flows[:, j] = net.sum(axis=1) / (count - 1)
    return net_flows


def promethee(
    places: Float64, others: Float64, weights: Float64, thresholds: Thresholds
) -> Float64:
    """Net flow of each site, from -1 to 1."""
    net: Float64 = flows(places, others, thresholds) @ weights
    return net


def credibility(
    places: Float64, others: Float64, weights: Float64, thresholds: Thresholds
) -> Float64:
    """Credibility that each row of `places` is at least as good as each of `others` (ELECTRE III).

    Returns
    -------
    0 to 1, shape (sites, others).
    """
    concord, discord = _parts(places, others, thresholds)
    return _credible(np.tensordot(weights, concord, 1), discord, weights)


def _parts(
    places: Float64, others: Float64, thresholds: Thresholds
) -> tuple[Float64, dict[int, Float64]]:
    """Concordance, shape (criteria, sites, others), and discordance of criteria with a veto."""
    concord, discord = [], {}
    for j in range(places.shape[1]):
        q, p, v = thresholds.indifference[j], thresholds.preference[j], thresholds.veto[j]
        behind = others[:, j][None, :] - places[:, j][:, None]
        concord.append(
            np.clip((p - behind) / (p - q), 0.0, 1.0) if p > q else (behind <= p).astype(float)
        )
        if np.isfinite(v):
            discord[j] = np.clip((behind - p) / (v - p), 0.0, 1.0)
    return np.array(concord), discord


def _credible(concord: Float64, discord: dict[int, Float64], weights: Float64) -> Float64:
    """Concordance lowered by the discordance that exceeds it, of criteria that have a weight.

    Parameters
    ----------
    concord
        Weighted, shape (…, sites, others).
    weights
        Shape (…, criteria).
    """
    concord = np.clip(concord, 0.0, 1.0)
    credible = concord.copy()
    for j, item in discord.items():
        over = (item > concord) & (weights[..., j, None, None] > 0)
        at = np.broadcast_to(item, concord.shape)[over]
        credible[over] *= (1 - at) / (1 - concord[over])
    return credible


def net_credibilities(places: Float64, weights: Float64, thresholds: Thresholds) -> Float64:
    """Net credibility of each site under each row of weights, shape (rows, sites)."""
    count = len(places)
    if count < 2:
        return np.zeros((len(weights), count))
    concord, discord = _parts(places, places, thresholds)
    whole = (weights @ concord.reshape(len(concord), -1)).reshape(-1, count, count)
    sigma = _credible(whole, discord, weights)
    # a site outranks itself fully, which cancels
    float64: Float64 = (sigma.sum(axis=2) - sigma.sum(axis=1)) / (count - 1)
    return float64


def net_credibility(forth: Float64, back: Float64) -> Float64:
    """Mean of σ(a, b) - σ(b, a) over the others, -1 to 1.

    Parameters
    ----------
    forth, back
        Credibility of each site over each other, and the reverse: `back[b, a]`.
    """
    if len(forth) < 2:
        return np.zeros(len(forth))
    net = forth - back.T
    np.fill_diagonal(net, 0.0)
    mean: Float64 = net.sum(axis=1) / (len(forth) - 1)
    return mean


def electre_ranks(sigma: Float64) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rank sites by descending and by ascending distillation; equals share a rank, 1 the best."""
    # compiled only where it is asked for
    from siting.ranking.kernels.distillation import distil  # noqa: PLC0415

    down, up = distil(sigma, True), distil(sigma, False)  # noqa: FBT003 - compiled
    return down, up.max(initial=0) + 1 - up
