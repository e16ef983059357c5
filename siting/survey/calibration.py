r"""Weights that meet known totals: calibration on margins, by raking or linearly, bounded or not.

Among weights w = d F(x'\lambda) the method finds those with \sum w x = T, x telling the
categories of each respondent and T the census totals:

- linear: F(u) = 1 + u (least squares; weights may be negative); bounded: F cut at the bounds;
- raking: F(u) = exp(u), the limit of iterative proportional fitting; bounded: the logit function

- raking: F(u) = exp(u), the limit of iterative proportional fitting; bounded: the logit function

Newton's method on the dual, which is convex. Source: Deville and Särndal (1992), Journal of the
American Statistical Association 87(418), 376-382, cases 1, 2, 6 and 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize

from siting.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

Float64 = npt.NDArray[np.float64]
Method = Literal["raking", "linear"]

TOLERANCE = 1e-10  # relative to each total
MET = 1e-9  # the same where rounding stops the steps
ROUNDING = 1e-13  # relative to the largest total: nothing is summed more exactly
SAME = 1e-9  # totals of two margins that are the same people
STEPS = 200


def indicators(
    people: pd.DataFrame, margins: Mapping[str, Mapping[str, float]]
) -> tuple[Float64, Float64, list[tuple[str, str]]]:
    """Lay out categories and totals.

    Parameters
    ----------
    people
        A column a variable, a row a respondent.
    margins
        Census total of each category of each variable; categories of nobody may be left out.

    Returns
    -------
    Indicators of shape (respondents, categories), totals of shape (categories,), and what each
    column is.

    Raises
    ------
    ModelError
        A category has people but no respondent, a respondent's category is not in the census, or
        the margins are not of the same people.
    """
    columns, totals, names = [], [], []
    sums: dict[str, float] = {}
    for variable, counts in margins.items():
        categories = people[variable].to_numpy(object)
        strange = sorted({category for category in categories if not counts.get(category, 0) > 0})
        if strange:
            raise ModelError(
                "margin_unknown",
                variable=variable,
                categories=", ".join(category or "-" for category in strange),
                known=", ".join(counts),
            )
        empty = [
            item for item, total in counts.items() if total > 0 and item not in set(categories)
        ]
        if empty:
            raise ModelError("margin_empty", variable=variable, categories=", ".join(empty))
        for item, total in counts.items():
            if total > 0:
                columns.append((categories == item).astype(np.float64))
                totals.append(float(total))
                names.append((variable, item))
        sums[variable] = float(sum(counts.values()))
    first = next(iter(sums))
    for variable, total in sums.items():
        if abs(total - sums[first]) > SAME * sums[first]:
            raise ModelError(
                "margins_differ",
                first=first,
                total=f"{sums[first]:g}",
                second=variable,
                other=f"{total:g}",
            )
    return np.column_stack(columns), np.array(totals), names


def calibrate(
    design: Float64,
    categories: Float64,
    totals: Float64,
    method: Method = "raking",
    bounds: tuple[float, float] | None = None,
) -> Float64:
    """Find the weights.

    Parameters
    ----------
    design
        Weights to start from, above 0, shape (respondents,); scaled to the totals first.
    categories, totals
        See `indicators`; any other numbers of the respondents will do.
    bounds
        Least and greatest factor on the (scaled) design weights, around 1; None: none.

    Returns
    -------
    Weights of shape (respondents,); the totals are met to 1e-9.

    Raises
    ------
    ModelError
        No such weights exist.
    """
    least = ROUNDING * float(np.abs(totals).max())
    start = design * _scale(design, categories, totals)
    if bounds is not None:
        _require_room(start, categories, totals, bounds)
    factor, slope = _functions(method, bounds)
    dual = np.zeros(len(totals))
    gap = totals - categories.T @ start
    for _ in range(STEPS):
        if _within(gap, totals, TOLERANCE, 0.0):
            break
        curve = categories.T @ (categories * (start * slope(categories @ dual))[:, None])
        step = np.linalg.lstsq(curve, gap, rcond=1e-12)[0]
        size = 1.0
        while size > 1e-10:
            with np.errstate(over="ignore", invalid="ignore"):
                tried = totals - categories.T @ (start * factor(categories @ (dual + size * step)))
            if np.isfinite(tried).all() and np.linalg.norm(tried) < np.linalg.norm(gap):
                break
            size /= 2
        else:
            break
        dual = dual + size * step
        gap = tried
    if not _within(gap, totals, MET, least):
        raise ModelError("calibration_impossible", gap=f"{float(np.abs(gap).max()):g}")
    float64: Float64 = start * factor(categories @ dual)
    return float64


def _within(gap: Float64, totals: Float64, tolerance: float, least: float) -> bool:
    return bool((np.abs(gap) <= tolerance * np.abs(totals) + least).all())


def _scale(design: Float64, categories: Float64, totals: Float64) -> float:
    """Bring the design weights to the size of the totals."""
    now = categories.T @ design
    return float(totals.sum() / now.sum())


def _require_room(
    start: Float64, categories: Float64, totals: Float64, bounds: tuple[float, float]
) -> None:
    """Refuse bounds between which no weights meet the totals: a linear program tells."""
    program = optimize.linprog(
        np.zeros(len(start)),
        A_eq=categories.T,
        b_eq=totals,
        bounds=np.column_stack([start * bounds[0], start * bounds[1]]),
        method="highs",
    )
    if not program.success:
        raise ModelError("calibration_bounds", low=f"{bounds[0]:g}", high=f"{bounds[1]:g}")


def _functions(
    method: Method, bounds: tuple[float, float] | None
) -> tuple[Callable[[Float64], Float64], Callable[[Float64], Float64]]:
    """F and its slope."""
    if bounds is None:
        if method == "raking":
            return np.exp, np.exp
        return lambda u: 1 + u, np.ones_like
    low, high = bounds
    if method == "linear":
        return (
            lambda u: np.clip(1 + u, low, high),
            lambda u: ((1 + u > low) & (1 + u < high)).astype(np.float64),
        )
    pace = (high - low) / ((1 - low) * (high - 1))

    def factor(u: Float64) -> Float64:
        grown = np.exp(np.clip(pace * u, -700, 700))
        return (low * (high - 1) + high * (1 - low) * grown) / (high - 1 + (1 - low) * grown)

    def slope(u: Float64) -> Float64:
        value = factor(u)
        return pace * (value - low) * (high - value) / (high - low)

    return factor, slope


def collapsed(
    margins: Mapping[str, float], people: Sequence[str], into: Mapping[str, str]
) -> tuple[dict[str, float], list[str]]:
    """Count categories with others: the margins, and the respondents' categories."""
    merged: dict[str, float] = {}
    for item, total in margins.items():
        merged[into.get(item, item)] = merged.get(into.get(item, item), 0.0) + total
    return merged, [into.get(person, person) for person in people]
