"""Gradual coverage: the most weight covered by degrees."""

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
    """Cover most, the nearer the more."""
    from siting.location import gradual

    return gradual.solve(
        problem,
        question.needed_sites(),
        question.full_minutes,
        question.needed_minutes(),
        limits,
        decay=question.decay,
    )


MODEL = LocationModel(
    name="gradual-coverage",
    rank=50,
    offered=frozenset({"command_line", "study"}),
    plain=Form(solve, needs=("p", "max_minutes"), takes=("full_minutes", "decay")),
)
