"""Opening in phases: nested plans, the best 3 contain the best 2."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.location.problem import Problem
    from siting.location.result import Solution


def solve(
    problem: Problem,
    sizes: Sequence[int],
    model: Callable[[Problem, int], Solution],
    first: Literal["small", "large"] = "small",
) -> list[Solution]:
    """Nested plans of increasing sizes.

    Parameters
    ----------
    problem
        What is decided already.
    sizes
        Number of sites of each phase, required ones included, increasing.
    model
        Solves one phase, for example `lambda problem, p: p_median.solve(problem, p, limits)`.
    first
        `small`: the first phase is the best of its size, and each next one the best that contains
        the one before. `large`: the last phase is the best of its size, and each earlier one the
        best part of the next.

    Returns
    -------
    A solution for each phase, in the order of `sizes`; status and bounds are those of the phase
    given the plan that it contains (or is part of). Fewer where a phase has no plan: the last
    solution then says why.

    Raises
    ------
    ModelError
        Sizes do not increase, or what the model raises.
    """
    if not sizes or any(b <= a for a, b in pairwise(sizes)):
        raise ModelError("phases_not_increasing", sizes=", ".join(map(str, sizes)))
    answers: list[Solution] = []
    for size in sizes if first == "small" else reversed(sizes):
        answer = model(problem, size)
        answers.append(answer)
        if answer.objective is None:
            break
        if first == "small":
            problem = problem.restricted(required=answer.chosen)
        else:
            kept = np.isin(problem.site_ids, answer.chosen) | problem.existing
            problem = replace(problem, closed=problem.closed | ~kept)
    return answers if first == "small" else answers[::-1]
