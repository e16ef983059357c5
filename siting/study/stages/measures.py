"""The key `measures:` of a study: its inputs and roads brought to the measures that it asks for."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import contracts
from siting.contracts import Column, Table
from siting.measures import coverage, pairs
from siting.measures import registry as measure_registry
from siting.measures.measure import BY_ZONE, PEOPLE, SERVICE, ZONE, Known, Ready, minutes_column
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.config import Study
    from siting.measures.measure import Measure
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy

    Tables = dict[str, pd.DataFrame]


def chosen(study: Study, registry: Sequence[Measure] | None = None) -> list[tuple[Measure, Any]]:
    """Measures that a study asks for, each with its settings."""
    if study.measures is None:
        return []
    listed = measure_registry.measures() if registry is None else registry
    settings = [(measure, getattr(study.measures, measure.key, None)) for measure in listed]
    return [(measure, value) for measure, value in settings if value not in (None, ())]


def check(study: Study, read: Inputs, registry: Sequence[Measure] | None = None) -> None:
    """Refuse measures that cannot be computed; no route is searched.

    Raises
    ------
    SitingError
        See `Measure.require`.
    """
    known = _known(study, read)
    for measure, settings in chosen(study, registry):
        measure.require(settings, known)


def compute(
    ground: PreparedStudy, access: pd.DataFrame, registry: Sequence[Measure] | None = None
) -> Tables:
    """Compute the measures that a study asks for.

    Parameters
    ----------
    access
        Table `access.csv`.

    Returns
    -------
    Tables by name, `summary` first; none without `measures:`.

    Raises
    ------
    SitingError
        See `check`; or a table breaks its contract.
    """
    study, read = ground.study, ground.read
    if study.measures is None:
        return {}
    known, wanted = _known(study, read), chosen(study, registry)
    farthest = max((m.horizon(value, known) for m, value in wanted if m.horizon), default=0.0)
    services = {}
    if farthest:
        for service, facilities in known.facilities.items():
            joined = ground.router.network.attach(facilities)
            times = matrix.dense(ground.router, ground.demand, joined)
            services[service] = pairs.from_times(times, farthest)
    cells = ground.cells
    people = pd.Series(cells["population"].to_numpy(np.float64), list(cells["cell_id"]))
    ready = Ready(known, cells, ground.router, ground.demand, access, people, services)
    tables = {"summary": coverage.zone_summary(access, read.zones)}
    contracts.require(tables, (SUMMARY,))
    for measure, settings in wanted:
        made = measure.compute(settings, ready)
        contracts.require(made, measure.tables)
        tables |= made
    return tables


def _known(study: Study, read: Inputs) -> Known:
    return Known(
        study.thresholds_minutes,
        read.communes,
        read.zones,
        {service.id: read.services[service.id] for service in study.services},
        {field.name: getattr(read, field.name) for field in fields(read)},
    )


SUMMARY = Table(
    "summary",
    (
        *ZONE,
        SERVICE,
        PEOPLE,
        minutes_column("mean_minutes", "to the nearest facility, mean over the people"),
        minutes_column("median_minutes", "half of the people are nearer"),
        minutes_column("p90_minutes", "nine people in ten are nearer"),
        minutes_column("max_minutes", "of the farthest"),
        Column("unreached", "float", "people without a time", "inhabitants", minimum=0),
    ),
    BY_ZONE,
)


def contracts_of() -> tuple[Table, ...]:
    """Contracts of the tables that measures make, where they are asked for."""
    listed = measure_registry.measures()
    return (SUMMARY, *(contracts.optional(table) for kind in listed for table in kind.tables))
