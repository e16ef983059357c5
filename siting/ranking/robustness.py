"""How far a ranking holds: weight stability, dominance, each missing value.

**Stability.** When the weight of one criterion goes from 0 to 1 and the others keep their
proportions, the score of a site under a weighted sum is a ratio of two lines in that weight: points
over the weight of what is known. Two sites change places where

    (a + b t) (c' + d' t) = (a' + b' t) (c + d t)

a quadratic: the interval is exact. It needs the ratio form, so `min_max` or complete values.

**Dominance.** A site dominates another when it is at least as good on every criterion, whatever the
unknown values are, and better on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.ranking import ranking

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.ranking.outranking import Thresholds
    from siting.ranking.ranking import Method
    from siting.ranking.scales import Bool, Float64, Scale, Values

TINY = 1e-12
EQUAL = 1e-12
NEAR = 1e-9  # weights so close are one meeting


@dataclass(frozen=True)
class ScoreLines:
    """Scores as ratios of lines in the weight t of one criterion: (a + b t) / (c + d t)."""

    a: Float64
    b: Float64
    c: Float64
    d: Float64

    def at(self, t: float) -> Float64:
        """Scores at a weight; 0.5 where nothing known counts."""
        below = self.c + self.d * t
        above = self.a + self.b * t
        float64: Float64 = np.divide(above, below, out=np.full_like(below, 0.5), where=below > TINY)
        return float64

    def meetings(self, site: int) -> Float64:
        """Weights strictly between 0 and 1 at which another site has the score of this one."""
        i = site
        square = self.b[i] * self.d - self.b * self.d[i]
        slope = self.a[i] * self.d + self.b[i] * self.c - self.a * self.d[i] - self.b * self.c[i]
        level = self.a[i] * self.c - self.a * self.c[i]
        return _roots(square, slope, level)


def _roots(square: Float64, slope: Float64, level: Float64) -> Float64:
    """Roots between 0 and 1 of many quadratics, sorted; none where all three are zero."""
    roots = []
    straight = np.abs(square) < TINY
    with np.errstate(divide="ignore", invalid="ignore"):
        roots.append((-level / slope)[straight & (np.abs(slope) > TINY)])
        inside = slope**2 - 4 * square * level
        bent = ~straight & (inside >= 0)
        root = np.sqrt(np.where(bent, inside, 0))
        # the sum that does not cancel, and Vieta's for the other
        half = -(slope + np.where(slope >= 0, root, -root)) / 2
        roots.append((half / square)[bent])
        roots.append((level / half)[bent & (np.abs(half) > TINY)])
    every = np.concatenate(roots)
    return np.unique(every[(every > NEAR) & (every < 1 - NEAR)])


def lines(scale: Scale, weights: Float64, criterion: int) -> ScoreLines | None:
    """Scores of a weighted sum as one weight goes from 0 to 1, the others in proportion.

    Returns
    -------
    None where the scores are no such ratio, or no other criterion has a weight.
    """
    values = scale.of
    rest = 1 - weights[criterion]
    if rest <= TINY or (scale.name != "min_max" and not values.known.all()):
        return None
    z = np.where(values.known, scale(values.corner(0.5)), 0.0)
    share = np.where(np.arange(len(weights)) == criterion, 0.0, weights / rest)
    known = values.known.astype(float)
    others, weight = z @ share, known @ share
    slope = known[:, criterion] - weight
    # a site of which nothing that counts is known stands in the middle
    none = (weight == 0) & (slope == 0)
    points = np.where(none, 0.5, others)
    rise = np.where(none, 0.0, z[:, criterion] - others)
    return ScoreLines(points, rise, np.where(none, 1.0, weight), slope)


def stability(scale: Scale, weights: Float64) -> pd.DataFrame:
    """Interval of each weight in which the first stays first, and in which the whole order holds.

    Returns
    -------
    Columns `criterion,weight,first_low,first_high,below_site,above_site,order_low,order_high`:
    shares of 1; who is first beyond each end ("" where the end is 0 or 1). NaN where `lines` has
    no answer.
    """
    values = scale.of
    rows = []
    for j, name in enumerate(values.criteria):
        row: dict[str, object] = {"criterion": name, "weight": float(weights[j])}
        path = lines(scale, weights, j)
        if path is not None:
            row |= _interval(path, float(weights[j]), values)
        rows.append(row)
    columns = ["criterion", "weight", "first_low", "first_high", "below_site", "above_site"]
    return pd.DataFrame(rows, columns=[*columns, "order_low", "order_high"])


def _interval(path: ScoreLines, now: float, values: Values) -> dict[str, object]:
    """Where the first stays first and the order holds, around the weight of now."""
    ids = values.order
    order = _order(path.at(now), ids)
    first = int(order[0])
    low, high = _held(path, now, ids, first, path.meetings(first))
    whole_low, whole_high = 0.0, 1.0
    for site, other in pairwise(order):
        both = [int(site), int(other)]
        pair = ScoreLines(*(part[both] for part in (path.a, path.b, path.c, path.d)))
        ends = _held(pair, now, ids[both], 0, pair.meetings(0))
        whole_low, whole_high = max(whole_low, ends[0]), min(whole_high, ends[1])
    return {
        "first_low": low,
        "first_high": high,
        "below_site": str(values.sites[_leader(path, low, -1, ids)]) if low > 0 else "",
        "above_site": str(values.sites[_leader(path, high, 1, ids)]) if high < 1 else "",
        "order_low": whole_low,
        "order_high": whole_high,
    }


def _held(
    path: ScoreLines, now: float, ids: npt.NDArray[np.intp], first: int, meetings: Float64
) -> tuple[float, float]:
    """Interval around the weight of now in which a site leads; of no width where it ties."""
    low, high = 0.0, 1.0
    # a tie of now is met at now itself, not some last bits beside it
    for meeting in np.where(np.abs(meetings - now) <= NEAR, now, meetings).tolist():
        if meeting <= now and _leader(path, meeting, -1, ids) != first:
            low = max(low, meeting)
        if meeting >= now and _leader(path, meeting, 1, ids) != first:
            high = min(high, meeting)
    return low, high


def _order(scores: Float64, ids: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Positions of the sites, best first; scores closer than `EQUAL` are equal.

    Not rounded: two scores that differ by their last bit may lie on both sides of a half.
    """
    falling = np.argsort(-scores, kind="stable")
    place = np.empty(len(scores), np.intp)
    place[falling] = np.cumsum(np.diff(-scores[falling], prepend=-np.inf) > EQUAL)
    order: npt.NDArray[np.intp] = np.lexsort((ids, place))
    return order


def _leader(path: ScoreLines, meeting: float, side: int, ids: npt.NDArray[np.intp]) -> int:
    """Who is first just beside a weight: halfway to the next meeting of anybody."""
    every = np.unique(np.concatenate([path.meetings(i) for i in range(len(path.a))]))
    beyond = every[every > meeting + NEAR] if side > 0 else every[every < meeting - NEAR]
    end = (beyond.min() if side > 0 else beyond.max()) if len(beyond) else (side + 1) / 2
    return int(_order(path.at((meeting + float(end)) / 2), ids)[0])


def dominance(values: Values) -> Bool:
    """Which site (row) dominates which (column) whatever the unknown values are.

    Two unknown values of a criterion may be any: neither dominates there.
    """
    worst, best = values.corner(0.0), values.corner(1.0)
    at_least = (worst[:, None, :] >= best[None, :, :]).all(axis=2)
    better = (worst[:, None, :] > best[None, :, :]).any(axis=2)
    return np.asarray(at_least & better, dtype=np.bool_)


def missing(
    method: Method, scale: Scale, weights: Float64, thresholds: Thresholds | None = None
) -> pd.DataFrame:
    """What each missing value could change, the others staying where they are put.

    Returns
    -------
    Columns `site_id,criterion,rank,rank_low,rank_high,score_low,score_high,first_changes`: rank and
    score of the site if the value were the worst known and the best known, and whether another
    site would then be first. The widest first.
    """
    values = scale.of
    now = ranking.rank(method, scale, weights, thresholds)
    first = int(now.rank.argmin())
    rows = []
    for i, j in np.argwhere(~values.known):
        ends = []
        for place in (0.0, 1.0):
            filled = values.filled(weights)
            filled[i, j] = place
            ends.append(ranking.rank_places(method, scale, filled, weights, thresholds))
        rows.append(
            {
                "site_id": str(values.sites[i]),
                "criterion": values.criteria[int(j)],
                "rank": int(now.rank[i]),
                "rank_low": int(ends[0].rank[i]),
                "rank_high": int(ends[1].rank[i]),
                "score_low": float(ends[0].score[i]),
                "score_high": float(ends[1].score[i]),
                "first_changes": any(int(end.rank.argmin()) != first for end in ends),
            }
        )
    columns = ["site_id", "criterion", "rank", "rank_low", "rank_high", "score_low", "score_high"]
    table = pd.DataFrame(rows, columns=[*columns, "first_changes"])
    wide = (table["score_high"] - table["score_low"]).to_numpy(float)
    return table.iloc[np.argsort(-wide, kind="stable")].reset_index(drop=True)
