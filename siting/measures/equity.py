"""How evenly access is shared: inequality indices of a value, weighted by people.

`values` are what each cell has (minutes, supply a head), `weights` its people. All indices are
those of the people one by one: splitting a cell in two changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError

Float64 = npt.NDArray[np.float64]
Numbers = pd.Series | npt.ArrayLike


@dataclass(frozen=True)
class Theil:
    """Theil's T and its two parts: `total` = `within` + `between` zones; `zones` tells each zone's.

    `zones`: `population`, `mean`, `theil` (its own), `share` (of the total value).
    """

    total: float
    within: float
    between: float
    zones: pd.DataFrame


def lorenz(values: Numbers, weights: Numbers, rank: Numbers | None = None) -> pd.DataFrame:
    """Share of the value held by the first people, those with least first.

    Parameters
    ----------
    rank
        Order people by this instead (income, density): the concentration curve. People of equal
        rank are one step, so that their order does not matter.

    Returns
    -------
    `people` and `value`, shares from 0 to 1.
    """
    value, people = _checked(values, weights)
    by = value if rank is None else _numbers(rank, "rank", len(value))
    _, step = np.unique(by, return_inverse=True)
    count = np.bincount(step, people)
    amount = np.bincount(step, people * value)
    return pd.DataFrame({"people": _shares(count), "value": _shares(amount)})


def gini(values: Numbers, weights: Numbers) -> float:
    """Gini: half the mean difference between two people, over the mean; 0 is equal."""
    return concentration_index(values, weights, values)


def concentration_index(values: Numbers, weights: Numbers, rank: Numbers) -> float:
    """1 - twice the area under the concentration curve, -1 to 1.

    Positive where those ranked high hold more. Kakwani, Wagstaff, van Doorslaer (1997), Journal of
    Econometrics 77(1), with equal ranks merged. 0 where there is no value at all.
    """
    curve = lorenz(values, weights, rank)
    people, value = curve["people"].to_numpy(), curve["value"].to_numpy()
    if value[-1] == 0:
        return 0.0
    return float(1 - np.sum(np.diff(people) * (value[1:] + value[:-1])))


def theil(values: Numbers, weights: Numbers, zones: Numbers | None = None) -> Theil:
    """Theil's T: mean of (x / mean) ln(x / mean), split within and between zones.

    Theil (1967); decomposition by Bourguignon (1979). A value of 0 adds nothing.
    """
    value, people = _checked(values, weights)
    zone = np.zeros(len(value)) if zones is None else np.asarray(zones)
    if len(zone) != len(value):
        raise InputError("wrong_length", name="zones", found=len(zone), expected=len(value))
    names, number = np.unique(zone, return_inverse=True)
    count = np.bincount(number, people)
    amount = np.bincount(number, people * value)
    mean = np.divide(amount, count, out=np.zeros(len(amount)), where=count > 0)
    whole = amount.sum() / count.sum()
    own = mean[number]
    relative = np.divide(value, own, out=np.zeros(len(value)), where=own > 0)
    inside = np.bincount(number, people * _xlogx(relative))
    each = np.divide(inside, count, out=np.zeros(len(inside)), where=count > 0)
    share = amount / amount.sum() if amount.sum() > 0 else np.zeros(len(amount))
    within = float((share * each).sum())
    ratio = mean / whole if whole > 0 else np.zeros(len(mean))
    between = float((count / count.sum() * _xlogx(ratio)).sum())
    table = pd.DataFrame(
        {"population": count, "mean": mean, "theil": each, "share": share},
        index=pd.Index(names, name="zone"),
    )
    return Theil(within + between, within, between, table)


def palma(values: Numbers, weights: Numbers) -> float:
    """Value of the tenth of people who have most over that of the four tenths who have least.

    Palma (2011). A cell across a limit counts for its part. NaN where the four tenths have nothing.
    """
    value, people = _checked(values, weights)
    least = _held(value, people, 0.4)
    most = 1 - _held(value, people, 0.9)
    return most / least if least > 0 else float("nan")


def least_served_share(
    values: Numbers,
    weights: Numbers,
    part: float = 0.1,
    worst: Literal["low", "high"] = "low",
) -> float:
    """Share of the whole value that the least served tenth of people has.

    Parameters
    ----------
    part
        The part of people, a tenth.
    worst
        `low` for supply a head, `high` for minutes (the least served have most of them).
    """
    value, people = _checked(values, weights)
    if not 0 < part < 1:
        raise InputError("bad_parameter", name="part", value=f"{part:g}")
    return _held(value, people, part) if worst == "low" else 1 - _held(value, people, 1 - part)


def shortfall(
    values: Numbers,
    weights: Numbers,
    standard: float,
    power: float = 1,
    worst: Literal["low", "high"] = "low",
) -> float:
    """Foster-Greer-Thorbecke gap to a standard: mean of (gap / standard) ** power.

    Power 0 counts the people short of the standard, 1 their mean gap, 2 weighs the worst more.
    Foster, Greer, Thorbecke (1984), Econometrica 52(3). Who meets the standard exactly is not
    short. With `worst` `high` (minutes) the gap is what exceeds the standard.
    """
    value, people = _checked(values, weights)
    if not standard > 0:
        raise InputError("bad_parameter", name="standard", value=f"{standard:g}")
    if not power >= 0:
        raise InputError("bad_parameter", name="power", value=f"{power:g}")
    gap = (standard - value if worst == "low" else value - standard) / standard
    short = gap > 0
    return float((people[short] * gap[short] ** power).sum() / people.sum())


def _held(value: Float64, people: Float64, part: float) -> float:
    """Share of the value held by the first `part` of people, those with least first."""
    curve = lorenz(value, people)
    return float(np.interp(part, curve["people"], curve["value"]))


def _shares(amounts: npt.NDArray[Any]) -> Float64:
    total = np.concatenate([[0.0], np.cumsum(amounts)])
    result: Float64 = total / total[-1] if total[-1] > 0 else total
    return result


def _xlogx(values: Float64) -> Float64:
    return np.where(values > 0, values * np.log(np.where(values > 0, values, 1)), 0)


def _numbers(values: Numbers, name: str, expected: int | None = None) -> Float64:
    numbers = np.asarray(values, np.float64)
    if expected is not None and numbers.shape != (expected,):
        raise InputError("wrong_length", name=name, found=numbers.size, expected=expected)
    missing = int((~np.isfinite(numbers)).sum())
    if missing:
        raise InputError("values_missing", name=name, count=missing)
    return numbers


def _checked(values: Numbers, weights: Numbers) -> tuple[Float64, Float64]:
    """Values and people as arrays, by position."""
    people = _numbers(weights, "weights")
    value = _numbers(values, "values", len(people))
    for name, numbers in (("weights", people), ("values", value)):
        if (numbers < 0).any():
            row = int((numbers < 0).argmax())
            raise InputError("bad_quantity", name=name, id=row, value=f"{numbers[row]:g}")
    if not people.sum() > 0:
        raise InputError("nobody", name="weights")
    return value, people
