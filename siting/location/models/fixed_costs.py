"""Fixed costs: the least price of sites and of time in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.location.model import Form, LocationModel

if TYPE_CHECKING:
    from siting.location.attributes import Attributes
    from siting.location.problem import Problem
    from siting.location.question import LocationQuestion
    from siting.location.result import Solution
    from siting.location.search import Limits


def solve(
    problem: Problem, question: LocationQuestion, limits: Limits, attributes: Attributes
) -> Solution:
    """Choose sites, each at its price."""
    from siting.location import facility_location

    return facility_location.solve(
        question.reachable(problem),
        attributes.costs(problem),
        cost_per_minute=question.cost_per_minute,
        most_new=question.p,
        limits=limits,
    )


MODEL = LocationModel(
    name="fixed-costs",
    rank=100,
    offered=frozenset({"command_line"}),
    plain=Form(solve, takes=("p", "max_minutes", "cost_per_minute")),
)
