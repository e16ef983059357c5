"""How far rankings agree: Kendall's tau-b, Spearman's rho, Kendall's W.

- tau-b (Kendall 1945): (concordant - discordant) pairs over the pairs that either ranking leaves
  untied, the geometric mean of both.
- rho (Spearman 1904): correlation of the mean ranks.
- W (Kendall and Babington Smith 1939), of m rankings of n sites: 12 S / (m² (n³ - n)), S the sum of
  squares of the rank sums about their mean; 1 when all agree, about 0 when they do not.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.ranking.scales import Float64

FEWEST = 3  # pairs below which a rank correlation says nothing


def ranks(values: npt.ArrayLike) -> Float64:
    """Mean ranks, 1 for the smallest."""
    return np.asarray(pd.Series(np.asarray(values, float)).rank(), np.float64)


def kendall(ranking: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Tau-b; NaN where a ranking ties everything."""
    first, second = np.asarray(ranking, float), np.asarray(other, float)
    rows, columns = np.triu_indices(len(first), 1)
    a = np.sign(first[rows] - first[columns])
    b = np.sign(second[rows] - second[columns])
    untied = np.sqrt(float(np.abs(a).sum()) * float(np.abs(b).sum()))
    return float((a * b).sum() / untied) if untied else float("nan")


def spearman(ranking: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Rho; NaN where a ranking ties everything."""
    first, second = (ranks(values) - ranks(values).mean() for values in (ranking, other))
    spread = np.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second / spread) if spread else float("nan")


def concordance(rankings: npt.NDArray[np.integer]) -> float:
    """Kendall's W of rankings without ties, shape (rankings, sites); NaN for one site."""
    many, count = rankings.shape
    if count < 2:
        return float("nan")
    sums = rankings.sum(axis=0).astype(float)
    spread = float(((sums - sums.mean()) ** 2).sum())
    return float(12 * spread / (many**2 * (count**3 - count)))


def pairs(rankings: dict[str, npt.NDArray[np.int64]], sites: npt.ArrayLike) -> pd.DataFrame:
    """Agreement of each pair of rankings, and the site on which they differ most.

    Returns
    -------
    Columns `first,second,kendall,spearman,same_first,site_id,rank_first,rank_second`; of sites with
    equal gaps, the one of the best rank.
    """
    ids = np.asarray(sites, str)
    rows = []
    for combination, other in itertools.combinations(rankings, 2):
        a, b = rankings[combination], rankings[other]
        gap = np.abs(a - b)
        worst = int(np.lexsort((a, np.minimum(a, b), -gap))[0])
        rows.append(
            {
                "first": combination,
                "second": other,
                "kendall": kendall(a, b),
                "spearman": spearman(a, b),
                "same_first": bool(a.argmin() == b.argmin()),
                "site_id": ids[worst],
                "rank_first": int(a[worst]),
                "rank_second": int(b[worst]),
            }
        )
    columns = ["first", "second", "kendall", "spearman", "same_first", "site_id"]
    return pd.DataFrame(rows, columns=[*columns, "rank_first", "rank_second"])


def use(users: Float64, values: pd.DataFrame) -> pd.DataFrame:
    """Rank correlation of the use of places with each of their values.

    Parameters
    ----------
    users
        How many use each place, shape (places,), NaN where unknown.
    values
        One row a place, NaN where unknown.

    Returns
    -------
    Columns `criterion,places,spearman,kendall`; correlations are NaN under three places.
    """
    rows = []
    for name in values:
        column = values[name].to_numpy(np.float64)
        both = ~np.isnan(users) & ~np.isnan(column)
        enough = int(both.sum()) >= FEWEST
        rows.append(
            {
                "criterion": str(name),
                "places": int(both.sum()),
                "spearman": spearman(users[both], column[both]) if enough else np.nan,
                "kendall": kendall(users[both], column[both]) if enough else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=["criterion", "places", "spearman", "kendall"])
