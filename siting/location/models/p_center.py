"""p-center: the least largest time."""

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
    """Bring the farthest near."""
    from siting.location import p_center

    return p_center.solve(question.reachable(problem), question.needed_sites(), limits)


MODEL = LocationModel(
    name="p-center",
    rank=30,
    offered=frozenset({"command_line", "study", "workshop", "orlib"}),
    plain=Form(solve, needs=("p",), takes=("max_minutes",)),
)
