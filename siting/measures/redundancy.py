"""What rests on one facility: how many are within reach, and what each closure would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.measures.coverage import least
from siting.measures.opportunities import cumulative
from siting.measures.pairs import aligned, origin, thresholds_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.measures.pairs import Pairs


def reached(pairs: Pairs, thresholds: Sequence[float]) -> pd.DataFrame:
    """Facilities within each threshold: one row an origin, one column a threshold, integers."""
    ones = np.ones(len(pairs.destinations))
    return cumulative(pairs, ones, thresholds).astype(np.int64)


def closures(pairs: Pairs, demand: pd.Series | npt.ArrayLike, limit: float) -> pd.DataFrame:
    """What the closure of each facility, alone, would do to the people around it.

    Parameters
    ----------
    pairs
        Minutes; made with a limit well above `limit`, so that the next facility is known.
    demand
        People of each origin.
    limit
        Minutes within which people are covered.

    Returns
    -------
    One row a facility (its id): `nearest_people` (whose nearest it is), `people_uncovered` (covered
    today, no longer), `mean_extra_minutes` (of those whose nearest it is and who have another,
    people-weighted, NaN where there is nobody), `people_without_other` (who would have none at all
    in `pairs`).
    """
    people = aligned(demand, pairs.origins, "demand")
    cut = thresholds_within(pairs, [limit])[0]
    size = len(pairs.destinations)
    first, column = least(pairs)
    mine = column[origin(pairs)] == pairs.destination
    second, _ = least(pairs, left_out=mine)
    has = column >= 0
    place = column[has]

    def summed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.bincount(place, values[has], size).astype(np.float64)

    lost = (first <= cut) & ~(second <= cut)
    extra = np.where(np.isnan(second), 0.0, second.astype(np.float64) - first)
    other = people * ~np.isnan(second)
    moved = summed(other)
    mean = np.divide(summed(people * extra), moved, out=np.full(size, np.nan), where=moved > 0)
    return pd.DataFrame(
        {
            "nearest_people": summed(people),
            "people_uncovered": summed(people * lost),
            "mean_extra_minutes": mean,
            "people_without_other": summed(people * np.isnan(second)),
        },
        index=pd.Index(pairs.destinations, name="facility_id"),
    )
