r"""Gradual coverage: full up to one time, none from another on, linear between them.

.. math:: \max \sum_i w_i \max_{j \in S} f(c_{ji}), \quad f(t) = 1 \text{ for } t \le a, \;
          \frac{b - t}{b - a} \text{ for } a < t < b, \; 0 \text{ for } t \ge b

Berman, Krass and Drezner 2003. It is the p-median of the costs 1 - f.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import ModelError
from siting.location import p_median, plans

if TYPE_CHECKING:
    from siting.location.problem import Problem
    from siting.location.result import Solution
    from siting.location.search import Limits
    from siting.measures.decay import Decay


def solve(
    problem: Problem,
    p: int,
    full_minutes: float,
    max_minutes: float,
    limits: Limits | None = None,
    *,
    decay: Decay | None = None,
) -> Solution:
    """Choose p sites, beside the existing ones, so that the most weight is covered, by degrees.

    Parameters
    ----------
    problem, p, limits
        As for the p-median.
    full_minutes, max_minutes
        Times a and b of the formula, a < b.
    decay
        f in place of the formula, up to b: from minutes to weights between 0 and 1, falling.

    Raises
    ------
    ModelError
        The times are not in order, or see `Problem.free_places`.
    """
    if not 0 <= full_minutes < max_minutes:
        raise ModelError("bad_number", name="full_minutes", value=full_minutes, expected="< max")
    minutes = np.where(problem.minutes == problem.missing, np.inf, problem.minutes)
    if decay is None:
        lost = np.clip((minutes - full_minutes) / (max_minutes - full_minutes), 0.0, 1.0)
    else:
        kept = decay(minutes.astype(np.float32).ravel()).reshape(minutes.shape)
        lost = 1 - np.clip(np.where(minutes <= max_minutes, kept, 0.0), 0.0, 1.0)
    answer = p_median.solve(replace(problem, minutes=lost), p, limits)
    total = float(problem.weights.sum())
    at = np.flatnonzero(np.isin(problem.site_ids, answer.sites["site_id"].to_numpy(object)))
    return replace(
        answer,
        model="gradual-coverage",
        objective=_turned(answer.objective, total),
        lower_bound=_turned(answer.upper_bound, total),
        upper_bound=_turned(answer.lower_bound, total),
        allocation=plans.to_nearest(problem, at),
        figures={"full_minutes": full_minutes, "max_minutes": max_minutes, "demand": total},
    )


def _turned(lost: float | None, total: float) -> float | None:
    """What is covered, of what is not."""
    return None if lost is None else total - lost
