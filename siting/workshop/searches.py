"""Searches of the page: where new sites should stand, from the scenario and under conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.errors import ConfigError
from siting.location import registry
from siting.location.attributes import Attributes
from siting.location.question import LocationQuestion
from siting.workshop import drawn_zone
from siting.workshop.jobs import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.location.model import LocationModel
    from siting.workshop.questions import JobQuestion
    from siting.workshop.scenario import Scenario
    from siting.workshop.workshop import Workshop


def task(workshop: Workshop, given: Scenario, question: JobQuestion) -> Task:
    """Pose a search over candidates and facilities, as the scenario leaves roads and closures.

    Within a drawn zone, candidates of the zone alone may open, and its inhabitants alone count.

    Raises
    ------
    ConfigError
        A site is unknown, a number lacks or is not the model's, or the zone has no inhabitant.
    """
    model = registry.get(question.model, "workshop")
    _require_fitting(model, question)
    minutes, facilities, candidates = workshop.choices(given.what_if)
    for site in (*question.required, *question.closed):
        if site not in set(candidates):
            raise ConfigError("unknown_opened", id=site)
    cells = np.arange(len(workshop.people))
    closed = question.closed
    if question.zone:
        cells, closed = _within(workshop, given, question, candidates)
    counted = "p" in model.plain.parameters
    return Task(
        np.ascontiguousarray(minutes[cells]),
        workshop.people[cells],
        (*facilities, *candidates),
        tuple(facilities),
        question.required,
        closed,
        model,
        LocationQuestion(
            model.name,
            question.sites if counted else None,
            question.max_minutes,
            split=question.capacity is not None,
            budget=question.budget,
            floor=question.floor,
        ),
        question.seconds,
        texts.language(),
        _attributes(workshop, question, (*facilities, *candidates), cells),
    )


def _require_fitting(model: LocationModel, question: JobQuestion) -> None:
    """Refuse a number that the model needs and has not, or has and does not take."""
    if "max_minutes" in model.plain.needs and question.max_minutes is None:
        raise ConfigError("job_needs_minutes")
    if "p" not in model.plain.parameters and "sites" in question.model_fields_set:
        raise ConfigError("job_finds_sites", model=model.name)
    given = [getattr(question, key) is not None for key in ("budget", "capacity", "floor")]
    if sum(given) > 1:
        raise ConfigError("job_one_condition")


def _within(
    workshop: Workshop, given: Scenario, question: JobQuestion, candidates: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Cells of the zone, and the candidates that stay closed: those that are asked, and outside."""
    zone = drawn_zone.of_corners(question.zone)
    cells = np.flatnonzero(drawn_zone.cells_in(workshop, zone))
    if not workshop.people[cells].sum() > 0:
        raise ConfigError("zone_empty")
    table = workshop.candidates(given.what_if)
    inside = table["id"][drawn_zone.contains(zone, table["lon"], table["lat"])]
    for site in question.required:
        if site not in set(inside):
            raise ConfigError("zone_without_required", id=site)
    outside = [site for site in candidates if site not in set(inside)]
    return cells, tuple(dict.fromkeys((*question.closed, *outside)))


def _attributes(
    workshop: Workshop, question: JobQuestion, sites: Sequence[str], cells: np.ndarray
) -> Attributes:
    """What the conditions need: capacities and prices by site, the EPCI of each cell."""
    columns: dict[str, list[float]] = {}
    if question.capacity is not None:
        columns["capacity"] = [question.capacity] * len(sites)
    if question.budget is not None:
        costs = workshop.ground.study.site_costs
        columns["cost"] = [costs[site].value if site in costs else np.nan for site in sites]
    demand = pd.DataFrame()
    if question.floor is not None:
        epci = workshop.ground.read.communes.set_index("code")["epci_code"]
        communes = workshop.ground.cells["commune_code"].to_numpy(object)[cells]
        ids = [str(row) for row in range(len(cells))]  # as `problem.from_arrays` numbers them
        demand = pd.DataFrame({"zone": epci.reindex(communes).fillna("").to_numpy(object)}, ids)
    return Attributes(pd.DataFrame(columns, list(sites)), demand)
