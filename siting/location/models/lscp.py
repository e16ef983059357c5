"""LSCP: the fewest sites so that everyone is within a time."""

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
    """Cover everyone."""
    from siting.location import lscp

    return lscp.solve(problem, question.needed_minutes(), limits)


MODEL = LocationModel(
    name="lscp",
    rank=40,
    offered=frozenset({"command_line", "study", "workshop"}),
    plain=Form(solve, needs=("max_minutes",)),
)
