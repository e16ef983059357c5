"""p-median: the least total weighted time; with capacities, or a budget for the prices."""

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
    """Bring everyone near."""
    from siting.location import p_median

    return p_median.solve(question.reachable(problem), question.needed_sites(), limits)


def solve_capacities(
    problem: Problem, question: LocationQuestion, limits: Limits, attributes: Attributes
) -> Solution:
    """Bring everyone near, each site within its capacity."""
    from siting.location import capacitated

    return capacitated.p_median(
        question.reachable(problem),
        question.needed_sites(),
        attributes.capacities(problem),
        size=attributes.sizes(problem),
        split=question.split,
        limits=limits,
    )


def solve_budget(
    problem: Problem, question: LocationQuestion, limits: Limits, attributes: Attributes
) -> Solution:
    """Bring everyone near by sites that cost no more than the budget in all."""
    from siting.location import facility_location

    return facility_location.solve(
        question.reachable(problem),
        attributes.costs(problem),
        budget=question.budget,
        most_new=question.p,
        limits=limits,
    )


MODEL = LocationModel(
    name="p-median",
    rank=20,
    offered=frozenset({"command_line", "study", "workshop", "orlib"}),
    plain=Form(solve, needs=("p",), takes=("max_minutes",)),
    conditions={
        "capacity": Form(solve_capacities, needs=("p",), takes=("max_minutes", "split")),
        "budget": Form(solve_budget, needs=("budget",), takes=("p", "max_minutes")),
    },
)
