"""Weighted p-center: the least largest weight x time."""

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
    """Bring the farthest near, the more people the nearer."""
    from siting.location import p_center

    reach = question.reachable(problem)
    return p_center.solve(reach, question.needed_sites(), limits, weighted=True)


MODEL = LocationModel(
    name="weighted-p-center",
    rank=70,
    offered=frozenset({"command_line", "study"}),
    plain=Form(solve, needs=("p",), takes=("max_minutes",)),
)
