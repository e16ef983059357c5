"""An animator shared by several sites: who pays what.

Each site pays for the hours that it takes: those spent there, and those on the road to it and back,
which the route time gives. Amounts are shared out to the cent by largest remainder, so that they
add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Stop:
    """A site that shares an animator.

    Attributes
    ----------
    hours
        Hours on the site, a month.
    visits
        Round trips from the base, a month.
    minutes
        Route time one way from the base.
    """

    id: str
    hours: float
    visits: float
    minutes: float

    @property
    def road_hours(self) -> float:
        """Hours on the road, a month."""
        return self.visits * 2 * self.minutes / 60


def split(amount: float, stops: Sequence[Stop]) -> pd.DataFrame:
    """Share the monthly cost of an animator among the sites.

    Parameters
    ----------
    amount
        Euros a month for all sites.
    stops
        The sites, ids distinct.

    Returns
    -------
    Columns `site_id,site_hours,road_hours,share,amount`; `amount` in euros sums to the whole, to
    the cent.

    Raises
    ------
    InputError
        The sites take no hour at all.
    """
    site = np.array([stop.hours for stop in stops])
    road = np.array([stop.road_hours for stop in stops])
    taken = site + road
    if not taken.sum() > 0:
        raise InputError("animator_without_hours", sites=", ".join(stop.id for stop in stops))
    share = taken / taken.sum()
    return pd.DataFrame(
        {
            "site_id": [stop.id for stop in stops],
            "site_hours": site,
            "road_hours": road,
            "share": share,
            "amount": _cents(round(amount * 100), share) / 100,
        }
    )


def _cents(total: int, share: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Whole cents that sum to the total: rounded down, then one more for the largest remainders."""
    exact = share * total
    cents: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    left = total - int(cents.sum())
    cents[np.argsort(cents - exact, kind="stable")[:left]] += 1
    return cents
