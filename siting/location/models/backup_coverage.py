"""Backup coverage: the most weight covered, and covered twice."""

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
    """Cover most, and most twice."""
    from siting.location import cover_programs

    sites, minutes = question.needed_sites(), question.needed_minutes()
    return cover_programs.backup(problem, sites, minutes, limits=limits)


MODEL = LocationModel(
    name="backup-coverage",
    rank=60,
    offered=frozenset({"command_line", "study"}),
    plain=Form(solve, needs=("p", "max_minutes")),
)
