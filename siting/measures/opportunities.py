"""What can be reached: cumulative opportunities, gravity, time to the k-th, balancing time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError
from siting.measures.pairs import (
    aligned,
    at_origins,
    blocks,
    csr,
    origin,
    thresholds_within,
    weights,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.measures.decay import Decay
    from siting.measures.pairs import Pairs


def cumulative(
    pairs: Pairs, supply: pd.Series | npt.ArrayLike, thresholds: Sequence[float]
) -> pd.DataFrame:
    """Supply within each threshold: sum of S_j over t_ij <= T.

    Returns
    -------
    One row an origin (its id), one column a threshold, float64.

    Raises
    ------
    InputError
        See `pairs.aligned` and `pairs.thresholds_within`.
    """
    limits = thresholds_within(pairs, thresholds)
    offer = aligned(supply, pairs.destinations, "supply")
    total = np.empty((len(pairs.origins), len(limits)))
    for rows, block in blocks(pairs):
        for k, limit in enumerate(limits):
            total[rows, k] = csr(block, (block.minutes <= limit).astype(np.float64)) @ offer
    return pd.DataFrame(total, pairs.origins, pd.Index(thresholds, name="minutes"))


def interval(
    pairs: Pairs, supply: pd.Series | npt.ArrayLike, low: float, high: float, step: float = 1.0
) -> pd.Series:
    """Mean of the cumulative opportunities over the thresholds low, low + step, ..., high.

    One threshold is arbitrary; the mean over an interval moves less when it is moved. Tomasiello,
    Herszenhut, Oliveira, Braga, Pereira (2023), Applied Geography 157. R's `accessibility` offers
    the mean or the median over a step of 1 minute as well.

    Raises
    ------
    InputError
        The interval is empty, or see `cumulative`.
    """
    if not (0 <= low <= high and step > 0):
        raise InputError("bad_interval", low=f"{low:g}", high=f"{high:g}", step=f"{step:g}")
    steps = low + step * np.arange(int(np.floor((high - low) / step + 1e-9)) + 1)
    limits = thresholds_within(pairs, list(steps))

    def share_of_thresholds(minutes: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return 1 - np.searchsorted(limits, minutes, side="left") / len(limits)

    return gravity(pairs, supply, share_of_thresholds).rename("interval")


def gravity(pairs: Pairs, supply: pd.Series | npt.ArrayLike, decay: Decay) -> pd.Series:
    """Supply weighted by its distance: sum of S_j f(t_ij). Hansen (1959)."""
    offer = aligned(supply, pairs.destinations, "supply")
    total = at_origins(pairs, lambda block: weights(block, decay), offer)
    return pd.Series(total, pairs.origins, name="gravity")


def time_to(
    pairs: Pairs, supply: pd.Series | npt.ArrayLike, wanted: pd.Series | npt.ArrayLike | float = 1
) -> pd.Series:
    """Minutes until the supply reached is at least `wanted`: t of the k-th opportunity.

    Parameters
    ----------
    supply
        Opportunities at each facility; ones, for the k-th facility.
    wanted
        One number, or one for each origin. Nothing wanted takes 0 minutes.

    Returns
    -------
    float32 minutes by origin, NaN where the supply within reach is not enough.
    """
    offer = aligned(supply, pairs.destinations, "supply")
    each = np.full(len(pairs.origins), wanted) if np.ndim(wanted) == 0 else wanted
    goal = aligned(each, pairs.origins, "k")
    result = np.where(goal > 0, np.nan, 0).astype(np.float32)
    for rows, block in blocks(pairs):
        # sorts by origin, then minutes: the bits of a float that is not negative sort as it does
        row = origin(block).astype(np.uint64)
        order = np.argsort((row << np.uint64(32)) | np.abs(block.minutes).view(np.uint32))
        total = np.concatenate([[0.0], np.cumsum(offer[block.destination[order]])])
        enough = total[block.first[:-1]] + goal[rows]
        enough -= 1e-12 * np.maximum(enough, 1)  # a rounded sum must not hide that it is enough
        at = np.maximum(np.searchsorted(total, enough, side="left"), block.first[:-1] + 1)
        reached = np.flatnonzero((at <= block.first[1:]) & (goal[rows] > 0))
        result[rows.start + reached] = block.minutes[order][at[reached] - 1]
    return pd.Series(result, pairs.origins, name="minutes")


def balancing_time(
    pairs: Pairs, supply: pd.Series | npt.ArrayLike, demand: pd.Series | npt.ArrayLike
) -> pd.Series:
    """Minutes until the supply reached equals the origin's own demand.

    Barboza, Carneiro, Falavigna, Luz, Orrico (2021), Journal of Transport Geography 90. R's
    `accessibility::balancing_cost` looks at whole minutes (`cost_increment`); this is the
    exact time.
    """
    return time_to(pairs, supply, demand).rename("balancing_minutes")
