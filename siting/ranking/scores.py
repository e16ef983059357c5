"""Scores of candidate sites: a weighted mean of normalised criteria that can be opened.

Equipment weighs at most a declared share in all (20 % by default), since use follows the image of a
place and not its equipment; the rest grows in proportion.

An unknown value is not zero. The score is the mean over the criteria that are known for the site;
`score_low` and `score_high` are what it would be if every unknown were the worst or the best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.ranking import weights as weighing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.ranking.criteria import Criterion

Float64 = npt.NDArray[np.float64]

EQUIPMENT_CAP = 0.2


@dataclass(frozen=True)
class Scores:
    """Scores and all that they rest on.

    Attributes
    ----------
    sites
        `site_id,name,commune_code`, in the order of the candidates.
    criteria
        The criteria, in the order of the columns below.
    weights
        Shares of the weights, summing to 1, shape (criteria,).
    raw, normalised
        Values and their place between worst (0) and best (1), shape (sites, criteria), NaN where
        unknown.
    score, low, high
        Between 0 and 100, shape (sites,).
    rank
        1 for the best; equal scores are ranked by site_id, shape (sites,).
    """

    sites: pd.DataFrame
    criteria: tuple[Criterion, ...]
    weights: Float64
    raw: Float64
    normalised: Float64
    score: Float64
    low: Float64
    high: Float64
    rank: npt.NDArray[np.int64]

    def table(self) -> pd.DataFrame:
        """Table `scores.csv`, best first: raw and normalised value of each criterion, band last."""
        columns: dict[str, object] = {
            "site_id": self.sites["site_id"],
            "name": self.sites["name"],
            "commune_code": self.sites["commune_code"],
            "rank": self.rank,
            "score": self.score,
        }
        for j, criterion in enumerate(self.criteria):
            columns[criterion.id] = self.raw[:, j]
            columns[f"{criterion.id}_norm"] = self.normalised[:, j]
        columns |= {"score_low": self.low, "score_high": self.high}
        return pd.DataFrame(columns).sort_values("rank", ignore_index=True)


def equipment(criteria: Sequence[Criterion]) -> npt.NDArray[np.bool_]:
    """Which criteria count equipment."""
    return np.array([one.definition.equipment for one in criteria], dtype=np.bool_)


def normalise(raw: Float64, better: list[str]) -> Float64:
    """Min-max between the worst (0) and the best (1) known value of each criterion.

    A criterion with one value for all sites tells them apart in nothing: each gets 0.5.

    Parameters
    ----------
    raw
        Shape (sites, criteria), NaN where unknown.
    better
        `more` or `less` for each criterion.
    """
    sign = np.where(np.array(better) == "more", 1.0, -1.0)
    value = raw * sign
    known = ~np.isnan(value)
    low = np.min(np.where(known, value, np.inf), axis=0)
    span = np.max(np.where(known, value, -np.inf), axis=0) - low
    with np.errstate(invalid="ignore", divide="ignore"):
        place = np.where(span > 0, (value - low) / span, 0.5)
    return np.where(known, place, np.nan)


def weighted_mean(
    sites: pd.DataFrame,
    criteria: list[Criterion],
    weights: list[float],
    raw: pd.DataFrame,
    equipment_cap: float = EQUIPMENT_CAP,
) -> Scores:
    """Score the sites.

    Parameters
    ----------
    sites
        `site_id,name,commune_code`, one row a site.
    criteria
        Criteria, in the order of the weights.
    weights
        Positive; taken as shares of their sum.
    raw
        Values of `criteria.values`, one column a criterion.
    equipment_cap
        Share that equipment weighs at most.

    Raises
    ------
    ConfigError
        Equipment alone has a weight.
    """
    share = np.asarray(weights, float) / np.sum(weights)
    share = weighing.capped(share, equipment(criteria), equipment_cap)
    values = raw[[one.id for one in criteria]].to_numpy(np.float64)
    place = normalise(values, [one.definition.better for one in criteria])
    known = ~np.isnan(place)
    points = np.where(known, place, 0) @ share
    certain = known @ share
    score = np.divide(points, certain, out=np.zeros(len(sites)), where=certain > 0)
    # rounded before ranking, so that a tie is one that the reader sees
    shown = np.round(100 * score, 4)
    order = np.lexsort((sites["site_id"].to_numpy(str), -shown))
    rank = np.empty(len(sites), np.int64)
    rank[order] = np.arange(1, len(sites) + 1)
    return Scores(
        sites,
        tuple(criteria),
        share,
        values,
        place,
        shown,
        np.round(100 * points, 4),
        np.round(100 * (points + 1 - certain), 4),
        rank,
    )
