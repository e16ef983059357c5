"""A question answered: the form of the model that its conditions call for, checked and solved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from siting.errors import ModelError
from siting.location import phases, registry
from siting.location.attributes import Attributes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.location.model import Condition, Form, LocationModel
    from siting.location.problem import Problem
    from siting.location.question import LocationQuestion
    from siting.location.result import Solution
    from siting.location.search import Limits


def solve(
    problem: Problem,
    question: LocationQuestion,
    limits: Limits,
    attributes: Attributes | None = None,
    *,
    model: LocationModel | None = None,
) -> Solution:
    """Answer a question.

    Parameters
    ----------
    problem
        Demand, sites and the times between them.
    question
        The model's name and its parameters.
    limits
        When to stop.
    attributes
        Capacities, prices, sizes and zones; a capacity of sites is a condition, as a budget or a
        floor is.
    model
        The entry of that name, where another process looked it up; else that of the registry.

    Raises
    ------
    ModelError
        The model is unknown, lacks a parameter or does not take one, conditions do not go
        together or with the model, a column or a value of a site is missing; or what the model
        raises.
    """
    data = Attributes() if attributes is None else attributes
    entry = registry.get(question.model) if model is None else model
    form = _form(entry, question, _condition(question, data))
    return form.solve(problem, question, limits, data)


def solve_phases(
    problem: Problem,
    question: LocationQuestion,
    sizes: Sequence[int],
    limits: Limits,
    attributes: Attributes | None = None,
    first: Literal["small", "large"] = "small",
) -> list[Solution]:
    """Answer a question by nested plans.

    Parameters
    ----------
    problem, question, limits, attributes
        As for `solve`; the limits hold for each phase.
    sizes, first
        Number of sites of each phase, in place of the question's p; see `phases.solve`.

    Raises
    ------
    ModelError
        The model has no phases, a size is more than the sites; or see `solve` and `phases.solve`.
    """
    if not registry.get(question.model).phased:
        known = ", ".join(model.name for model in registry.models() if model.phased)
        raise ModelError("condition_unfit", condition="phases", model=question.model, known=known)
    for size in sizes:
        problem.free_places(size)

    def phase(part: Problem, p: int) -> Solution:
        return solve(part, replace(question, p=p), limits, attributes)

    return phases.solve(problem, sizes, phase, first)


def _condition(question: LocationQuestion, attributes: Attributes) -> Condition | None:
    """The condition that a question is under."""
    given: dict[Condition, bool] = {
        "capacity": "capacity" in attributes.sites,
        "budget": question.budget is not None,
        "floor": question.floor is not None,
    }
    conditions = [condition for condition, present in given.items() if present]
    if len(conditions) > 1:
        raise ModelError("conditions_together", parameters=", ".join(conditions))
    if question.split and not given["capacity"]:
        raise ModelError("column_needed", parameter="split", column="capacity")
    return conditions[0] if conditions else None


def _form(model: LocationModel, question: LocationQuestion, condition: Condition | None) -> Form:
    """The form of a model that answers a question, which gives what it needs and nothing else."""
    form = model.form(condition)
    if form is None:
        assert condition is not None  # noqa: S101 - every model has a plain form
        known = registry.under(condition)
        raise ModelError("condition_unfit", condition=condition, model=model.name, known=known)
    given = question.given()
    for parameter in form.needs:
        if parameter not in given:
            raise ModelError("model_needs", model=model.name, parameter=parameter)
    for parameter in given:
        if parameter not in form.parameters:
            raise ModelError(
                "parameter_unfit",
                parameter=parameter,
                model=model.name,
                parameters=", ".join(form.parameters),
            )
    return form
