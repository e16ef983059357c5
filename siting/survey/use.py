r"""How use falls with travel time: a decay fitted to the days a month that people would come.

Respondent i says y_ij days a month at t_j minutes. The mean is \mu = a f(t; \theta), f a family of
`siting.measures.decay`; a and \theta maximise the weighted Poisson likelihood
\sum_i w_i \sum_j (y_ij log \mu_j - \mu_j), for which a = \sum w y / \sum w f in closed form for
each \theta. Only the mean need be right, not Poisson's variance (pseudo maximum likelihood:
Gourieroux, Monfort and Trognon 1984, Econometrica 52(3), 701-720). Answers of one person go
together, so the uncertainty is the sandwich clustered by respondent (Liang and Zeger 1986,
Biometrika 73(1)), with Student's n - 1 degrees of freedom. Of all families the one of least AIC,
N log(D / N) + 2 k, is kept, D the deviance: extended quasi-likelihood with the dispersion profiled
out (Nelder and Pregibon 1987, Biometrika 74(2)). N counts answers, so it is a guide, not a test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from siting.errors import ModelError
from siting.measures import decay as decays

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.measures.decay import Decay

Float64 = npt.NDArray[np.float64]

FAMILIES: dict[str, tuple[tuple[str, ...], Callable[..., Decay]]] = {
    "negative_exponential": (("rate",), decays.negative_exponential),
    "power": (("exponent",), decays.power),
    "gaussian": (("spread",), decays.gaussian),
    "gaussian_to_zero": (("limit",), decays.gaussian_to_zero),
    "epanechnikov": (("limit",), decays.epanechnikov),
    "logistic": (("middle", "spread"), decays.logistic),
}
"""Parameters and function of each family; all parameters are above 0."""

RANGES = {
    "rate": (1e-4, 2.0),
    "exponent": (1e-3, 10.0),
    "spread": (0.5, 300.0),
    "limit": (1.0, 600.0),
    "middle": (0.5, 300.0),
}
GRID = 60  # starting points of a parameter
TIMES = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0)
"""Minutes at which a time that one would accept is turned into days: all of them, or none."""


@dataclass(frozen=True)
class Use:
    """Days a month against minutes, as fitted.

    Attributes
    ----------
    family
        One of `FAMILIES`.
    level
        The factor a.
    parameters
        Of the family, in its order.
    covariance
        Of (a, log of each parameter).
    respondents, answers
        How many, and how many numbers in all.
    loss
        Weighted mean deviance.
    """

    family: str
    level: float
    parameters: tuple[float, ...]
    covariance: Float64
    respondents: int
    answers: int
    loss: float

    @property
    def decay(self) -> Decay:
        """The family's function, 1 at 0 minutes."""
        plain = FAMILIES[self.family][1](*self.parameters)
        first = float(plain(np.zeros(1, np.float32))[0])
        return lambda minutes: plain(minutes) / first

    @property
    def days_near(self) -> float:
        """Days a month at 0 minutes."""
        return float(self.days(np.zeros(1, np.float32))[0])

    @property
    def aic(self) -> float:
        """Of the fit; the least is the best."""
        return self.answers * math.log(max(self.loss, 1e-300)) + 2 * (1 + len(self.parameters))

    def days(self, minutes: npt.NDArray[np.float32]) -> Float64:
        """Days a month of one person at so many minutes; 0 where there is no time (NaN)."""
        known = np.where(np.isnan(minutes), np.float32(np.inf), minutes).astype(np.float32)
        days = self.level * FAMILIES[self.family][1](*self.parameters)(known)
        return np.where(np.isnan(minutes), 0.0, days)

    def table(self, minutes: Sequence[float], level: float) -> pd.DataFrame:
        """Days a month with their interval: `minutes,days,low,high,relative`."""
        times = np.array(minutes, np.float32)
        days = self.days(times)
        slopes = _slopes(self.family, self.level, np.log(self.parameters), times)
        spread = np.sqrt(np.einsum("ij,jk,ik->i", slopes, self.covariance, slopes))
        half = float(special.stdtrit(max(self.respondents - 1, 1), (1 + level) / 2)) * spread
        return pd.DataFrame(
            {
                "minutes": np.asarray(minutes, np.float64),
                "days": days,
                "low": np.maximum(days - half, 0),
                "high": days + half,
                "relative": self.decay(times),
            }
        )


def fit(
    minutes: Float64,
    days: Float64,
    weights: Float64,
    respondent: npt.NDArray[np.int64],
    family: str,
) -> Use:
    """Fit a decay; `auto` tries all families and keeps the one of least AIC.

    Parameters
    ----------
    minutes, days, weights, respondent
        One entry an answer: the time asked about, the days a month said, the respondent's weight
        and number.
    family
        One of `FAMILIES`, or `auto`.

    Raises
    ------
    ModelError
        Fewer than two respondents or distinct times, or nobody would come.
    """
    people = len(np.unique(respondent))
    needed = 2 if family == "auto" else 1 + len(FAMILIES[family][0])
    if people < 2 or len(np.unique(minutes)) < needed or not (days * weights > 0).any():
        raise ModelError("use_too_little", respondents=people, times=len(np.unique(minutes)))
    chosen = [family] if family != "auto" else list(FAMILIES)
    times = len(np.unique(minutes))
    fits = [
        _fit(family, minutes, days, weights, respondent)
        for family in chosen
        if times >= 1 + len(FAMILIES[family][0])
    ]
    return min(fits, key=lambda use: use.aic)


def _fit(
    family: str,
    minutes: Float64,
    days: Float64,
    weights: Float64,
    respondent: npt.NDArray[np.int64],
) -> Use:
    """Maximum likelihood: the level in closed form, the rest by a grid, then downhill."""
    times, total = minutes.astype(np.float32), float(weights @ days)
    names, function = FAMILIES[family]

    def level(logs: Float64) -> tuple[float, Float64]:
        shape = function(*np.exp(logs))(times)
        norm = float(weights @ shape)
        return (total / norm if norm > 0 else 0.0), shape

    def loss(logs: Float64) -> float:
        if (logs < lows).any() or (logs > highs).any():
            return np.inf
        a, shape = level(logs)
        mean = a * shape
        # the deviance: infinite where somebody comes whom the family says nobody comes
        return float(2 * weights @ (special.kl_div(days, mean)))

    lows = np.log([RANGES[name][0] for name in names])
    highs = np.log([RANGES[name][1] for name in names])
    count = GRID if len(names) == 1 else GRID // 3
    axes = [np.linspace(low, high, count) for low, high in zip(lows, highs, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(names))
    start = points[np.argmin([loss(point) for point in points])]
    fitted = optimize.minimize(
        loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 2000}
    )
    logs = fitted.x
    a, shape = level(logs)
    slopes = _slopes(family, a, logs, times)
    mean = a * shape
    precise = np.divide(weights, mean, out=np.zeros_like(mean), where=mean > 0)
    bread = (slopes * precise[:, None]).T @ slopes
    scores = slopes * (precise * (days - mean))[:, None]
    _, place = np.unique(respondent, return_inverse=True)
    people = int(place.max()) + 1
    summed = np.zeros((people, len(logs) + 1))
    np.add.at(summed, place, scores)
    inverse = np.linalg.pinv(bread)
    covariance = inverse @ (summed.T @ summed) @ inverse * people / (people - 1)
    return Use(
        family,
        a,
        tuple(map(float, np.exp(logs))),
        covariance,
        people,
        len(days),
        float(fitted.fun / weights.sum()),
    )


def _slopes(family: str, level: float, logs: Float64, times: npt.NDArray[np.float32]) -> Float64:
    """Slopes of a f(t) in a and in the log of each parameter, shape (answers, parameters + 1)."""
    function, step = FAMILIES[family][1], 1e-5
    columns = [function(*np.exp(logs))(times)]
    for place in range(len(logs)):
        ends = []
        for sign in (1, -1):
            moved = np.array(logs, np.float64)
            moved[place] += sign * step
            ends.append(function(*np.exp(moved))(times))
        columns.append(level * (ends[0] - ends[1]) / (2 * step))
    return np.column_stack(columns)
