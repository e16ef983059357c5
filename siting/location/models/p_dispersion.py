"""p-dispersion: sites as far apart as possible."""

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
    """Put sites far apart."""
    from siting.location import p_dispersion

    return p_dispersion.solve(problem, question.needed_sites(), limits)


MODEL = LocationModel(
    name="p-dispersion",
    rank=90,
    offered=frozenset({"command_line"}),
    plain=Form(solve, needs=("p",)),
)
