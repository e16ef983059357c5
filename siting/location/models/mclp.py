"""MCLP: the most weight within a time; with capacities, or a floor for each zone."""

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
    """Cover most."""
    from siting.location import mclp

    return mclp.solve(problem, question.needed_sites(), question.needed_minutes(), limits)


def solve_capacities(
    problem: Problem, question: LocationQuestion, limits: Limits, attributes: Attributes
) -> Solution:
    """Serve most, each site within its capacity."""
    from siting.location import capacitated

    return capacitated.mclp(
        problem,
        question.needed_sites(),
        question.needed_minutes(),
        attributes.capacities(problem),
        size=attributes.sizes(problem),
        split=question.split,
        limits=limits,
    )


def solve_floors(
    problem: Problem, question: LocationQuestion, limits: Limits, attributes: Attributes
) -> Solution:
    """Cover most, and a share of each zone."""
    from siting.location import cover_programs

    return cover_programs.floors(
        problem,
        question.needed_sites(),
        question.needed_minutes(),
        attributes.zones(problem),
        0.0 if question.floor is None else question.floor,
        limits,
    )


MODEL = LocationModel(
    name="mclp",
    rank=10,
    offered=frozenset({"command_line", "study", "workshop"}),
    plain=Form(solve, needs=("p", "max_minutes")),
    conditions={
        "capacity": Form(solve_capacities, needs=("p", "max_minutes"), takes=("split",)),
        "floor": Form(solve_floors, needs=("p", "max_minutes", "floor")),
    },
)
