"""Scores of candidate sites: raw values, weights and method in, a ranking that can be opened out.

Equipment weighs at most a declared share in all (20 % by default), since use follows the image of a
place and not its equipment; the rest grows in proportion: see `weights.capped`.

An unknown value is not zero. The score is the mean over the criteria that are known for the site;
`score_low` and `score_high` are what it would be if every unknown were the worst or the best.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.ranking import ranking, small_counts
from siting.ranking.scales import Scale, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.ranking.definition import Criterion
    from siting.ranking.outranking import Thresholds
    from siting.ranking.ranking import Method, Ranking
    from siting.ranking.scales import Bool, Float64, Normalisation


@dataclass(frozen=True)
class SiteValues:
    """Candidate sites and the raw values of their criteria.

    Attributes
    ----------
    sites
        `site_id,name,commune_code`, in the order of the candidates.
    criteria
        The criteria, in the order of the columns of `raw`.
    raw
        Shape (sites, criteria), NaN where unknown; small counts of persons are stood in for.
    fewest
        Counts of persons from 1 to `fewest - 1` are not told.
    """

    sites: pd.DataFrame
    criteria: tuple[Criterion, ...]
    raw: Float64
    fewest: int = 5

    @property
    def small(self) -> Bool:
        """Which values stand for a small count of persons, shape (sites, criteria)."""
        return small_counts.small(self.criteria, self.raw, self.fewest)

    @cached_property
    def values(self) -> Values:
        """The same, as a scale is fixed by them."""
        more = np.array([c.definition.better == "more" for c in self.criteria], np.bool_)
        ids = self.sites["site_id"].to_numpy(str)
        return Values(ids, tuple(c.id for c in self.criteria), more, self.raw)

    def scale(self, normalisation: Normalisation = "min_max") -> Scale:
        """Give the values' scale by a normalisation."""
        return Scale(normalisation, self.values)

    def table(self) -> pd.DataFrame:
        """Raw values, one row a site (indexed by its id), one column a criterion."""
        return pd.DataFrame(self.raw, index=self.values.sites, columns=list(self.values.criteria))


@dataclass(frozen=True)
class Scores:
    """Scores and all that they rest on.

    Attributes
    ----------
    of
        The sites and the raw values of their criteria.
    weights
        Shares of the weights, summing to 1, shape (criteria,).
    normalised
        Values on their scale (by `min_max`: between worst 0 and best 1), shape (sites, criteria),
        NaN where unknown.
    ranking
        Scores, bands, ranks and ties.
    """

    of: SiteValues
    weights: Float64
    normalised: Float64
    ranking: Ranking

    @property
    def sites(self) -> pd.DataFrame:
        """`site_id,name,commune_code`, in the order of the candidates."""
        return self.of.sites

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria, in the order of the columns."""
        return self.of.criteria

    @property
    def raw(self) -> Float64:
        """Raw values, shape (sites, criteria), NaN where unknown."""
        return self.of.raw

    @property
    def score(self) -> Float64:
        """The score of each site, shape (sites,)."""
        return self.ranking.score

    @property
    def low(self) -> Float64:
        """The score if every unknown value were the worst, shape (sites,)."""
        return self.ranking.low

    @property
    def high(self) -> Float64:
        """The score if every unknown value were the best, shape (sites,)."""
        return self.ranking.high

    @property
    def rank(self) -> npt.NDArray[np.int64]:
        """1 for the best; equal scores are ranked by site_id, shape (sites,)."""
        return self.ranking.rank

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


def equipment(criteria: Sequence[Criterion]) -> Bool:
    """Which criteria count equipment."""
    return np.array([c.definition.equipment for c in criteria], dtype=np.bool_)


def score(
    of: SiteValues,
    weights: Float64,
    method: Method = "sum",
    normalisation: Normalisation = "min_max",
    thresholds: Thresholds | None = None,
) -> Scores:
    """Score and rank sites: the one way from raw values to ranks.

    Parameters
    ----------
    weights
        Shares of 1, equipment capped, shape (criteria,): see `weights.shared`.
    thresholds
        Of the outranking methods.

    Raises
    ------
    ModelError
        A normalisation cannot take a value.
    """
    scale = of.scale(normalisation)
    ranked = ranking.rank(method, scale, weights, thresholds)
    places = np.where(scale.of.known, scale(scale.of.corner(0.5)), np.nan)
    return Scores(of, weights, places, ranked)
