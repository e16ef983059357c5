"""Rates of few events, drawn to the general rate: empirical Bayes, gamma-Poisson.

Events of unit i are Poisson with mean rate_i x exposure_i, and rates come from a gamma law whose
shape and mean are fitted to all units at once (the marginal law is negative binomial). The rate of
a unit is then its posterior mean

    (shape + events_i) / (shape / mean + exposure_i),

its own rate where its exposure is large, the general one where it is small. Source: Clayton and
Kaldor (1987), Biometrics 43(3), 671-681.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special  # not stats: its import takes as long as a study

from siting.errors import InputError

Float64 = npt.NDArray[np.float64]

LEAST, MOST = -6.0, 12.0  # of the logarithm of the shape; at the end, rates do not differ


@dataclass(frozen=True)
class Prior:
    """Law of the rates: gamma of a shape and a mean; an infinite shape: one rate for all."""

    shape: float
    mean: float


def fit(events: Float64, exposure: Float64) -> Prior:
    """Fit the law of the rates by maximum marginal likelihood.

    Parameters
    ----------
    events
        Counts of each unit, shape (units,).
    exposure
        What they are out of, above 0.

    Raises
    ------
    InputError
        An exposure is not above 0, or a count is negative.
    """
    if not (exposure > 0).all() or (events < 0).any():
        raise InputError("shrinkage_counts")
    pooled = float(events.sum() / exposure.sum())
    if pooled == 0 or len(events) < 2:
        return Prior(np.inf, pooled)

    def mean_of(shape: float) -> float:
        def slope(log_mean: float) -> float:
            mean = np.exp(log_mean)
            return float(np.sum(shape * (events - mean * exposure) / (shape + mean * exposure)))

        rates = events / exposure
        low = np.log(max(float(rates[rates > 0].min()), 1e-300) * 1e-3)
        low = min(low, np.log(pooled) - 20)
        high = np.log(float(rates.max())) + 1e-9
        return float(np.exp(optimize.brentq(slope, low, high, xtol=1e-13)))

    def loss(log_shape: float) -> float:
        shape = float(np.exp(log_shape))
        return -log_likelihood(events, exposure, Prior(shape, mean_of(shape)))

    # several shapes may be locally best: look at a grid first
    grid = np.linspace(LEAST, MOST, 37)
    best = int(np.argmin([loss(value) for value in grid]))
    ends = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    fitted = optimize.minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-9})
    expected = pooled * exposure
    terms = special.xlogy(events, expected) - special.gammaln(events + 1) - expected
    poisson = -float(terms.sum())
    if poisson <= fitted.fun + 1e-9:
        return Prior(np.inf, pooled)
    shape = float(np.exp(fitted.x))
    return Prior(shape, mean_of(shape))


def log_likelihood(events: Float64, exposure: Float64, prior: Prior) -> float:
    """Logarithm of the marginal (negative binomial) likelihood, shape finite."""
    shape, expected = prior.shape, prior.mean * exposure
    terms = special.gammaln(shape + events) - special.gammaln(shape) - special.gammaln(events + 1)
    terms += shape * np.log(shape / (shape + expected))
    terms += special.xlogy(events, expected / (shape + expected))
    return float(terms.sum())


def blend(events: Float64, exposure: Float64, prior: Prior, level: float = 0.9) -> pd.DataFrame:
    """Rates of the units, drawn to the law of all.

    Parameters
    ----------
    level
        Of the interval between `low` and `high`.

    Returns
    -------
    `rate,low,high,weight`; the weight is that of the unit's own rate, between 0 and 1.
    """
    tail = (1 - level) / 2
    if np.isinf(prior.shape) or prior.mean == 0:
        # one rate for all: what is uncertain is that rate (gamma law of the pooled count, Garwood)
        total, whole = float(events.sum()), float(exposure.sum())
        low = special.gammaincinv(total, tail) / whole if total else 0.0
        high = special.gammaincinv(total + 1, 1 - tail) / whole
        size = len(events)
        return pd.DataFrame(
            {
                "rate": np.full(size, prior.mean),
                "low": np.full(size, low),
                "high": np.full(size, high),
                "weight": np.zeros(size),
            }
        )
    rate = prior.shape / prior.mean
    shape, scale = prior.shape + events, 1 / (rate + exposure)
    return pd.DataFrame(
        {
            "rate": shape * scale,
            "low": special.gammaincinv(shape, tail) * scale,
            "high": special.gammaincinv(shape, 1 - tail) * scale,
            "weight": exposure * scale,
        }
    )
