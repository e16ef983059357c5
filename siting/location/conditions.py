"""Conditions of a question whose data stand in tables: capacities, prices, floors by zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import ModelError
from siting.location import capacitated, cover_programs, facility_location
from siting.location.problem import shown

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.problem import Problem
    from siting.location.question import Question
    from siting.location.result import Solution
    from siting.location.search import Limits

WITH_CAPACITY = ("p-median", "mclp")
WITH_COST = ("fixed-costs", "p-median")
WITH_FLOOR = ("mclp",)


@dataclass(frozen=True)
class Attributes:
    """What the tables of sites and of demand say beside identifiers and weights.

    Attributes
    ----------
    sites
        By identifier of the site, columns `capacity` (in the unit of `size`) and `cost` where
        some table of sites has them.
    demand
        By identifier of the demand, columns `size` (what it takes of a capacity; its weight where
        there is none) and `zone` where the table of demand has them.
    """

    sites: pd.DataFrame
    demand: pd.DataFrame


def conditioned(question: Question, of: Attributes | None) -> bool:
    """Whether the question has such conditions."""
    has_room = of is not None and "capacity" in of.sites
    named = question.split or question.budget is not None or question.floor is not None
    return has_room or named or question.model == "fixed-costs"


def solve(
    problem: Problem, question: Question, limits: Limits, of: Attributes | None = None
) -> Solution:
    """Solve a question that has conditions, one kind at a time.

    Raises
    ------
    ModelError
        Conditions do not go together or with the model, a column is missing, or a site that may
        serve has no value; or what the model raises.
    """
    data = Attributes(pd.DataFrame(), pd.DataFrame()) if of is None else of
    priced = question.budget is not None or question.model == "fixed-costs"
    asked = {
        "capacity": "capacity" in data.sites and not priced,
        "--budget": priced,
        "--floor": question.floor is not None,
    }
    named = [name for name, given in asked.items() if given]
    if len(named) > 1:
        raise ModelError("conditions_together", conditions=", ".join(named))
    if question.split and not asked["capacity"]:
        raise ModelError("column_needed", option="--split", column="capacity")
    if priced:
        return _priced(problem, question, limits, data)
    if question.floor is not None:
        return _floors(problem, question, limits, data)
    return _capacitated(problem, question, limits, data)


def _priced(problem: Problem, question: Question, limits: Limits, of: Attributes) -> Solution:
    _fits(question, "--budget", WITH_COST)
    if question.p is not None:
        problem.free_places(question.p)
    reach = _within(problem, question.max_minutes)
    prices = _of_sites(problem, of, "cost", question.model)
    return facility_location.solve(
        reach,
        prices,
        budget=question.budget,
        cost_per_minute=question.cost_per_minute,
        most_new=question.p,
        limits=limits,
    )


def _floors(problem: Problem, question: Question, limits: Limits, of: Attributes) -> Solution:
    _fits(question, "--floor", WITH_FLOOR)
    if "zone" not in of.demand:
        raise ModelError("column_needed", option="--floor", column="zone")
    zones = of.demand["zone"].reindex(problem.demand_ids).to_numpy(object)
    p, limit = _sites(question), _minutes(question)
    return cover_programs.floors(problem, p, limit, zones, question.floor or 0.0, limits)


def _capacitated(problem: Problem, question: Question, limits: Limits, of: Attributes) -> Solution:
    _fits(question, "capacity", WITH_CAPACITY)
    room = _of_sites(problem, of, "capacity", question.model)
    size = None
    if "size" in of.demand:
        size = of.demand["size"].reindex(problem.demand_ids).to_numpy(float)
    split, p = question.split, _sites(question)
    if question.model == "mclp":
        limit = _minutes(question)
        return capacitated.mclp(problem, p, limit, room, size=size, split=split, limits=limits)
    reach = _within(problem, question.max_minutes)
    return capacitated.p_median(reach, p, room, size=size, split=split, limits=limits)


def _fits(question: Question, condition: str, models: tuple[str, ...]) -> None:
    if question.model not in models:
        known = ", ".join(models)
        raise ModelError("condition_unfit", condition=condition, model=question.model, known=known)


def _sites(question: Question) -> int:
    if question.p is None:
        raise ModelError("model_needs", model=question.model, option="-p")
    return question.p


def _minutes(question: Question) -> float:
    if question.max_minutes is None:
        raise ModelError("model_needs", model=question.model, option="--max-minutes")
    return question.max_minutes


def _within(problem: Problem, max_minutes: float | None) -> Problem:
    return problem if max_minutes is None else problem.limited(max_minutes)


def _of_sites(problem: Problem, of: Attributes, column: str, model: str) -> Float64:
    """Value of each site; 0 for those that are closed, and for the price of what stands."""
    if column not in of.sites:
        raise ModelError("column_needed", option=model, column=column)
    found = of.sites[column].reindex(problem.site_ids).to_numpy(float)
    idle = problem.closed | (problem.existing if column == "cost" else False)
    unknown = np.isnan(found) & ~idle
    if unknown.any():
        ids = shown(problem.site_ids[unknown])
        raise ModelError("site_value_missing", column=column, ids=ids)
    return np.where(np.isnan(found), 0.0, found)
