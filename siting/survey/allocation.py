"""How many of the sample each stratum is due, whole or not: proportional or optimal, with bounds.

The sizes n_h minimise the variance of an estimated total, sum of N_h² s_h² / n_h, among those that
add up to n, do not exceed N_h and give each protected group (the most rural strata) at least one.
By Kuhn and Tucker's conditions, n_h = min(N_h, N_h s_h t) with one t for all, and a greater one in
a group that would have less than one without it. All s_h equal: proportional allocation; else
Neyman's. Sources: Neyman (1934), Journal of the Royal Statistical Society 97(4), 558-625; Cochran
(1977), Sampling Techniques, 5.5 to 5.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


def allocate(
    sizes: npt.ArrayLike,
    deviations: npt.ArrayLike,
    total: int,
    groups: Sequence[Int64] = (),
) -> Float64:
    """Share a sample among strata.

    Parameters
    ----------
    sizes
        Units of each stratum, above 0, shape (strata,).
    deviations
        Standard deviation of the answers in each, above 0; all equal: proportional.
    total
        Units of the sample.
    groups
        Strata that together must have at least one, by their places; no stratum in two of them.

    Returns
    -------
    Expected units of each stratum, shape (strata,); their sum is `total`.

    Raises
    ------
    ModelError
        The sample is larger than all strata together, or smaller than the number of groups, and
        one for the other strata.
    """
    most = np.asarray(sizes, np.float64)
    slope = most * np.asarray(deviations, np.float64)
    if total > most.sum():
        raise ModelError("sample_too_large", size=total, frame=int(most.sum()))
    # one for all others, so that nobody's inclusion probability is 0
    least = len(groups) + (sum(len(group) for group in groups) < len(most))
    if total < least:
        raise ModelError("sample_too_small", size=total, groups=len(groups), least=least)
    floor = np.zeros(len(most))
    for group in groups:
        floor[group] = _level(most[group], slope[group], np.zeros(len(group)), 1.0)
    level = _level(most, slope, floor, float(total))
    float64: Float64 = np.minimum(most, slope * np.maximum(level, floor))
    return float64


def _level(most: Float64, slope: Float64, floor: Float64, total: float) -> float:
    """The t at which the sum of min(most, slope x max(t, floor)) is `total`; it grows with t.

    The sum is linear between the t at which a stratum leaves its floor or is exhausted.
    """
    bends = np.unique(np.concatenate([[0.0], floor, most / slope]))
    reached = np.minimum(most, slope * np.maximum(bends[:, None], floor)).sum(axis=1)
    after = int(np.searchsorted(reached, total))
    if after == 0:
        return float(bends[0])
    if after == len(bends):  # all of it, up to rounding
        return float(bends[-1])
    low, high = reached[after - 1], reached[after]
    share = (total - low) / (high - low)
    return float(bends[after - 1] + share * (bends[after] - bends[after - 1]))
