"""The registry of measures: one entry a field of `measures:`.

An entry names the key, the layers that it needs, how far apart people and facilities may be in its
question (its horizon), what it computes and the columns of its tables. Check, run and report walk
`MEASURES`; the configuration's side is a field of `config.measures.Measures`, the report's an entry
of `publish.report.measured`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import contracts
from siting.contracts import Column, Table, code
from siting.errors import ConfigError
from siting.measures import baskets, coverage, decay, digital, mesh, pairs, redundancy
from siting.study.stages import measure_tables as tables
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from siting.config import Catchment, Digital, Equity, Mesh, Opportunities, Study
    from siting.measures.pairs import Pairs
    from siting.network.routing import Attachment
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy
    from siting.times.matrix import Router

    Tables = dict[str, pd.DataFrame]

USUAL = 90.0
"""Minutes beyond which a facility plays no part in a measure, unless its question goes farther."""


@dataclass(frozen=True)
class Ready:
    """What measures are computed from.

    Attributes
    ----------
    study, read, router, cells, demand
        As in `study.prepared.PreparedStudy`.
    access
        Table `access.csv`.
    people
        People of each cell, by its id.
    services
        Pairs of cells and facilities of each service, cut at the longest horizon of all measures.
    """

    study: Study
    read: Inputs
    router: Router
    cells: pd.DataFrame
    demand: Attachment
    access: pd.DataFrame
    people: pd.Series
    services: Mapping[str, Pairs]

    def each(self, horizon: float, measure: Callable[[str, Pairs], pd.DataFrame]) -> pd.DataFrame:
        """Compute a measure of each service on its pairs up to a horizon, one table for all."""
        parts = {
            name: measure(name, pairs.within(whole, horizon))
            for name, whole in self.services.items()
        }
        return tables.stacked(parts, "service")


@dataclass(frozen=True)
class Measure:
    """One measure of the registry.

    Attributes
    ----------
    key
        Field of `measures:` that asks for it.
    tables
        Contracts of its tables, named as in `measure_<name>.csv`.
    compute
        From its settings and what is ready to its tables by name.
    horizon
        From its settings to the minutes that its pairs must reach; None where it looks at none.
    needs
        Layers without which it cannot be computed, as fields of `layers:`.
    check
        Refuses what it cannot be computed from, beside an absent layer; None where nothing.
    """

    key: str
    tables: tuple[Table, ...]
    compute: Callable[[Any, Ready], Tables]
    horizon: Callable[[Any, Study], float] | None = None
    needs: tuple[str, ...] = ()
    check: Callable[[Any, Study, Inputs], None] | None = None


def chosen(study: Study, registry: Sequence[Measure]) -> list[tuple[Measure, Any]]:
    """Measures that a study asks for, each with its settings."""
    if study.measures is None:
        return []
    pairs_of = [(measure, getattr(study.measures, measure.key, None)) for measure in registry]
    return [(measure, settings) for measure, settings in pairs_of if settings not in (None, ())]


def check(study: Study, read: Inputs, registry: Sequence[Measure] | None = None) -> None:
    """Refuse measures that cannot be computed; no route is searched.

    Raises
    ------
    SitingError
        A layer is absent, or a setting does not fit the tables.
    """
    for measure, settings in chosen(study, MEASURES if registry is None else registry):
        for layer in measure.needs:
            if getattr(read, layer) is None:
                raise ConfigError("measure_needs_layer", key=measure.key, layer=layer)
        if measure.horizon is not None:
            pairs.checked_thresholds([measure.horizon(settings, study)])
        if measure.check is not None:
            measure.check(settings, study, read)


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
    wanted = chosen(study, MEASURES if registry is None else registry)
    farthest = max((m.horizon(s, study) for m, s in wanted if m.horizon is not None), default=0.0)
    cells = ground.cells
    services = {}
    if farthest:
        for service in study.services:
            joined = ground.router.network.attach(read.services[service.id])
            times = matrix.dense(ground.router, ground.demand, joined)
            services[service.id] = pairs.from_times(times, farthest)
    people = pd.Series(cells["population"].to_numpy(np.float64), list(cells["cell_id"]))
    ready = Ready(study, read, ground.router, cells, ground.demand, access, people, services)
    result = {"summary": coverage.zone_summary(access, read.zones)}
    contracts.require(result, (SUMMARY,))
    for measure, settings in wanted:
        made = measure.compute(settings, ready)
        contracts.require(made, measure.tables)
        result |= made
    return result


def _closures(minutes: float, ready: Ready) -> Tables:
    def closures(_: str, within: Pairs) -> pd.DataFrame:
        return redundancy.closures(within, ready.people, minutes)

    return {"closures": ready.each(_at_least(minutes), closures)}


def _overlap(minutes: float, ready: Ready) -> Tables:
    horizon, read = _at_least(minutes), ready.read

    def overlap(_: str, within: Pairs) -> pd.DataFrame:
        return mesh.overlap(within, ready.people, minutes)

    def dependence(name: str, within: Pairs) -> pd.DataFrame:
        places = read.services[name]
        return tables.dependence(within, places, ready.people, minutes, ready.cells, read)

    return {"overlap": ready.each(horizon, overlap), "dependence": ready.each(horizon, dependence)}


def _catchment(settings: Catchment, ready: Ready) -> Tables:
    def supply(name: str, within: Pairs) -> pd.DataFrame:
        places, people = ready.read.services[name], ready.people
        return tables.by_zone_supply(settings, places, within, people, ready.cells, ready.read)

    return {"catchments": ready.each(_at_least(settings.bands[-1][0]), supply)}


def _opportunities(settings: Opportunities, ready: Ready) -> Tables:
    limits = ready.study.thresholds_minutes

    def reach(_: str, within: Pairs) -> pd.DataFrame:
        return tables.in_reach(settings, limits, within, ready.people, ready.cells, ready.read)

    return {"opportunities": ready.each(_at_least(limits[-1]), reach)}


def _equity(settings: Equity, ready: Ready) -> Tables:
    parts = {
        service.id: tables.inequality(
            settings, ready.access[ready.access["service"] == service.id], ready.read.communes
        )
        for service in ready.study.services
    }
    return {"equity": tables.stacked(parts, "service")}


def _baskets(paths: Sequence[Path], ready: Ready) -> Tables:
    ends = (ready.router, ready.demand, ready.people, ready.cells)
    return {"baskets": tables.in_baskets(paths, ready.read, *ends)}


def _mesh(settings: Mesh, ready: Ready) -> Tables:
    return {"centres": tables.centres(settings, ready.read, ready.router)}


def _digital(settings: Digital, ready: Ready) -> Tables:
    broadband, lines = ready.read.broadband, ready.read.access
    assert broadband is not None  # noqa: S101 - `check` has refused a study without it
    result = {
        "digital": tables.far_and_unconnected(settings, broadband, ready.access),
        "fibre": tables.fibre(broadband, settings.fibre_share),
    }
    if lines is not None:
        result["broadband"] = lines[lines["level"] == "commune"].drop(columns="id")
    return result


def _at_least(minutes: float) -> float:
    """A horizon: the usual one, or farther where the question goes farther."""
    return max(USUAL, minutes)


def _check_supply(settings: Catchment, study: Study, read: Inputs) -> None:
    decay.steps(settings.bands)
    for service in study.services:
        tables.supply_of(settings, read.services[service.id])


def _check_baskets(paths: Sequence[Path], _: Study, read: Inputs) -> None:
    names = [path.stem for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("baskets_alike", names=", ".join(twice))
    places = tables.everyday(read).dropna(subset=["lon", "lat"])
    for path in paths:
        baskets.require_known(baskets.load(path), places["type"])


def _check_mesh(settings: Mesh, _: Study, read: Inputs) -> None:
    baskets.require_known(baskets.load(settings.basket), tables.everyday(read)["type"])


def _check_digital(settings: Digital, _: Study, read: Inputs) -> None:
    assert read.broadband is not None  # noqa: S101 - an absent layer has been refused
    digital.phases(read.broadband, None, settings.fibre_share)


SERVICE = code("service", "service of the study")
ZONE = (
    Column("zone_kind", "text", "department, epci, commune, or the study's own"),
    code("zone_code", "zone"),
    Column("zone_name", "text", "name of the zone", required=False),
)
BY_ZONE = ("service", "zone_kind", "zone_code")
PEOPLE = Column("population", "float", "people of the zone", "inhabitants", minimum=0)


def _minutes(name: str, meaning: str) -> Column:
    return Column(name, "float", meaning, "min", required=False, minimum=0)


def _share(name: str, meaning: str) -> Column:
    return Column(name, "float", meaning, "share", required=False, minimum=0, maximum=1 + 1e-9)


SUMMARY = Table(
    "summary",
    (
        *ZONE,
        SERVICE,
        PEOPLE,
        _minutes("mean_minutes", "to the nearest facility, mean over the people"),
        _minutes("median_minutes", "half of the people are nearer"),
        _minutes("p90_minutes", "nine people in ten are nearer"),
        _minutes("max_minutes", "of the farthest"),
        Column("unreached", "float", "people without a time", "inhabitants", minimum=0),
    ),
    BY_ZONE,
)
CLOSURES = Table(
    "closures",
    (SERVICE, code("facility_id", "facility that would close"), *contracts.CLOSURES.columns),
    ("service", "facility_id"),
)
OVERLAP = Table(
    "overlap",
    (
        SERVICE,
        Column("facilities", "integer", "facilities within the limit", minimum=0),
        Column("people", "float", "people who have so many", "inhabitants", minimum=0),
        _share("share", "of everybody"),
    ),
    ("service", "facilities"),
)
DEPENDENCE = Table(
    "dependence",
    (
        SERVICE,
        *ZONE,
        PEOPLE,
        _share("nearest_outside_share", "of people whose nearest facility is outside the area"),
        _share("only_outside_share", "of people who have one within the limit outside only"),
    ),
    BY_ZONE,
)
CATCHMENTS = Table(
    "catchments",
    (
        SERVICE,
        *ZONE,
        PEOPLE,
        Column("gini", "float", "inequality of the supply, 0 to 1", required=False),
        Column("people_without", "float", "people who reach none", "inhabitants", minimum=-1e-6),
    ),
    BY_ZONE,
)
OPPORTUNITIES = Table(
    "opportunities",
    (
        SERVICE,
        *ZONE,
        PEOPLE,
        Column("gravity", "float", "facilities weighted by distance", required=False, minimum=0),
    ),
    BY_ZONE,
)
EQUITY = Table(
    "equity",
    (
        SERVICE,
        Column("measure", "text", "name of the index"),
        Column("value", "float", "its value", required=False),
    ),
    ("service", "measure"),
)
BASKETS = Table(
    "baskets",
    (
        Column("basket", "text", "name of the basket's file"),
        code("zone", "commune"),
        PEOPLE,
        _share("score", "of the known items that people find, mean"),
        _share("complete_share", "of people who find all known items"),
        Column("failing", "text", "item that most people lack", required=False),
        _share("failing_share", "of people who lack it"),
    ),
    ("basket", "zone"),
)
CENTRES = Table(
    "centres",
    (
        code("commune_code", "commune"),
        Column("name", "text", "its name"),
        *contracts.CENTRES.columns,
    ),
    ("commune_code",),
)
DIGITAL = Table(
    "digital",
    (
        Column("date", "text", "date of the fibre figures"),
        SERVICE,
        Column("quadrant", "text", "far or near, connected or not"),
        *contracts.QUADRANT_PEOPLE.columns,
    ),
    ("date", "service", "quadrant"),
)
FIBRE = Table(
    "fibre",
    (
        code("code", "commune"),
        Column("date", "date", "date of the figures"),
        Column("fibre_share", "float", "of premises that fibre reaches", required=False),
        Column("phase", "text", "before, copper upgrade or fibre", required=False),
    ),
    ("code", "date"),
)
BROADBAND = Table("broadband", (), may_be_absent=True)

MEASURES: tuple[Measure, ...] = (
    Measure("closures_minutes", (CLOSURES,), _closures, lambda limit, _: _at_least(limit)),
    Measure("overlap_minutes", (OVERLAP, DEPENDENCE), _overlap, lambda limit, _: _at_least(limit)),
    Measure(
        "catchment",
        (CATCHMENTS,),
        _catchment,
        lambda settings, _: _at_least(settings.bands[-1][0]),
        check=_check_supply,
    ),
    Measure(
        "opportunities",
        (OPPORTUNITIES,),
        _opportunities,
        lambda _, study: _at_least(study.thresholds_minutes[-1]),
    ),
    Measure("equity", (EQUITY,), _equity),
    Measure("baskets", (BASKETS,), _baskets, needs=("everyday",), check=_check_baskets),
    Measure("mesh", (CENTRES,), _mesh, needs=("everyday",), check=_check_mesh),
    Measure(
        "digital", (DIGITAL, FIBRE, BROADBAND), _digital, needs=("broadband",), check=_check_digital
    ),
)
