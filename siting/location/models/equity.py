"""Equity: the worst off first, then the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.location.model import Form, LocationModel

if TYPE_CHECKING:
    from siting.location.attributes import Attributes
    from siting.location.problem import Problem
    from siting.location.question import LocationQuestion
    from siting.location.result import Solution
    from siting.location.search import Limits


def solve(problem: Problem, question: LocationQuestion, limits: Limits, _: Attributes) -> Solution:
    """Bring the worst off near, then the next."""
    from siting.location import equity

    reach = question.reachable(problem)
    return equity.solve(reach, question.needed_sites(), question.levels, limits)


MODEL = LocationModel(
    name="equity",
    rank=80,
    offered=frozenset({"command_line", "study"}),
    plain=Form(solve, needs=("p",), takes=("max_minutes", "levels")),
)
