"""Decays: how much a facility still counts, by the minutes to it.

Each function gives a decay: a function from minutes (float32 array) to weights (float64 array).
Beyond `limit` the weight is 0; at the limit itself it is not (covered means `minutes <= limit`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from siting.errors import InputError
from siting.measures.pairs import checked_thresholds

Float64 = npt.NDArray[np.float64]
Decay = Callable[[npt.NDArray[np.float32]], Float64]


def binary(limit: float) -> Decay:
    """1 up to the limit, 0 beyond."""
    return steps([(limit, 1.0)])


def steps(bands: Sequence[tuple[float, float]]) -> Decay:
    """Weights by band: `[(10, 1), (20, 0.68), (30, 0.22)]`; 0 beyond the last.

    A time of exactly 10 minutes is in the band that ends at 10. Bands by Luo and Qi (2009).

    Raises
    ------
    InputError
        Bands do not increase, are not in minutes, or a weight is negative.
    """
    limits = checked_thresholds([end for end, _ in bands])
    weight = np.array([*(value for _, value in bands), 0.0])
    for _, value in bands:
        if not 0 <= value < np.inf:
            raise InputError("bad_parameter", name="weight", value=f"{value:g}")

    def decay(minutes: npt.NDArray[np.float32]) -> Float64:
        if len(bands) == 1:
            only: Float64 = np.multiply(minutes <= limits[0], weight[0])
            return only
        band = np.zeros(len(minutes), np.int16)
        for limit in limits:
            np.add(band, minutes > limit, out=band)
        result: Float64 = weight[band]
        return result

    return decay


def negative_exponential(rate: float, limit: float = np.inf) -> Decay:
    """exp(-rate x minutes)."""
    _positive("rate", rate)
    return _limited(lambda t: np.exp(-rate * t), limit)


def power(exponent: float, limit: float = np.inf, least: float = 1.0) -> Decay:
    """max(minutes, least) ** -exponent; `least` minutes, since a power is infinite at 0."""
    _positive("exponent", exponent)
    _positive("least", least)
    return _limited(lambda t: np.maximum(t, least) ** -exponent, limit)


def gaussian(spread: float, limit: float = np.inf) -> Decay:
    """exp(-minutes² / (2 spread²)); 1 at 0 minutes."""
    _positive("spread", spread)
    return _limited(lambda t: np.exp(-(t * t) / (2 * spread * spread)), limit)


def gaussian_to_zero(limit: float) -> Decay:
    """Gaussian brought to 0 at the limit: (exp(-½ (t / limit)²) - e^-½) / (1 - e^-½).

    Dai (2010), Health & Place 16(5).
    """
    _positive("limit", limit)
    floor = np.exp(-0.5)
    return _limited(lambda t: (np.exp(-0.5 * (t / limit) ** 2) - floor) / (1 - floor), limit)


def logistic(middle: float, spread: float, limit: float = np.inf) -> Decay:
    """1 / (1 + exp((minutes - middle) / spread)): ½ at `middle`."""
    _positive("middle", middle)
    _positive("spread", spread)
    return _limited(lambda t: 1 / (1 + np.exp(np.minimum((t - middle) / spread, 700.0))), limit)


def epanechnikov(limit: float) -> Decay:
    """¾ (1 - (minutes / limit)²): the kernel of KD2SFCA (Dai and Wang 2011)."""
    _positive("limit", limit)
    return _limited(lambda t: 0.75 * (1 - (t / limit) ** 2), limit)


def _limited(weight: Callable[[Float64], Float64], limit: float) -> Decay:
    """A weight computed in float64, 0 beyond the limit."""
    _positive("limit", limit)
    end = np.float32(limit)

    def decay(minutes: npt.NDArray[np.float32]) -> Float64:
        near = np.minimum(minutes.astype(np.float64), limit)  # no negative weight, no overflow
        value = weight(near)
        return value if np.isinf(end) else value * (minutes <= end)

    return decay


def _positive(name: str, *values: float) -> None:
    for value in values:
        if not value > 0:
            raise InputError("bad_parameter", name=name, value=f"{value:g}")
