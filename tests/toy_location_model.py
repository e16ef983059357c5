"""A location model that siting does not have: the least sum of squared minutes, plan by plan."""

from __future__ import annotations

import itertools

import numpy as np

from siting.location import plans
from siting.location.model import Form, LocationModel
from siting.location.search import Search


def value(minutes, weights, sites):
    """Objective of open sites; minutes of shape (demands, sites)."""
    return float(weights @ minutes[:, list(sites)].min(axis=1).astype(float) ** 2)


def solve(problem, question, limits, _):
    """Try every plan."""
    count = problem.free_places(question.needed_sites())
    opened = problem.open.tolist()
    choices = [
        [*opened, *choice] for choice in itertools.combinations(problem.candidates.tolist(), count)
    ]
    values = [value(problem.minutes.T, problem.weights, sites) for sites in choices]
    search = Search(limits)
    search.offer(np.array(choices[int(np.argmin(values))]), min(values))
    search.close()
    return plans.solution(problem, "squared-minutes", search, min(values))


MODEL = LocationModel(
    name="squared-minutes",
    rank=200,
    offered=frozenset({"command_line", "study", "workshop", "orlib"}),
    plain=Form(solve, needs=("p",)),
)
