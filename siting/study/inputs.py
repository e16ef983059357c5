"""Reading a study's inputs: every file once, every problem at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.errors import ConfigError, InputError
from siting.ranking import criteria
from siting.sources import boundaries as boundary_files
from siting.sources import facts
from siting.study import area_checks, input_files, opening_hours, plausibility, timetable_days
from siting.study.area_checks import StudyArea
from siting.study.input_files import NET, STATIONS, TIERS_LIEUX
from siting.study.reading import Reading
from siting.territory import area, codes, quality

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from siting.config import Study
    from siting.errors import InputWarning
    from siting.provenance import Input
    from siting.sources import facility_lists
    from siting.study.timetable_days import DayTimetable
    from siting.territory.broadband import Layer

BORDER_KM = 0.5  # boundaries are simplified: a point so close to the area is in it


@dataclass(frozen=True)
class Inputs:
    """A study's tables as read, and what is known of their files; an absent layer is None.

    Attributes
    ----------
    services
        Facilities of each service, by its id: `id,name,lon,lat,kind,commune_code`.
    uncounted
        Places of each service that open for less than its `minimum_hours`, likewise.
    candidates
        `id,name,commune_code,lon,lat` and more.
    bus_stops
        Stops that a bus serves on the day that the configuration names.
    evidence
        What was entered of the sites: see `sources.evidence`.
    establishments
        Active ones of the study's communes, of any activity: see `sirene_stock.Establishments`.
    quality
        What became of the rows of each table: see `territory.quality`.
    read
        The files, in the order in which they were read.
    access
        ARCEP's files in one table: see `territory.broadband.merged`.
    context
        Background of the maps by layer: see `sources.context_layers`.
    timetables
        What runs on each day of `timetables:`.
    warnings
        What stands in spite of a defect, by role of the file; the terminal has shown it.
    """

    communes: pd.DataFrame
    boundaries: gpd.GeoDataFrame
    zones: pd.DataFrame
    cells: pd.DataFrame | None
    links: Any
    services: dict[str, pd.DataFrame]
    candidates: pd.DataFrame
    broadband: pd.DataFrame | None
    establishments: pd.DataFrame | None
    tiers_lieux: pd.DataFrame | None
    stations: pd.DataFrame | None
    everyday: pd.DataFrame | None
    bus_stops: pd.DataFrame | None
    carpool_areas: pd.DataFrame | None
    evidence: pd.DataFrame | None
    flows: pd.DataFrame | None
    quality: pd.DataFrame
    read: list[Input]
    access: pd.DataFrame | None = None
    context: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    timetables: tuple[DayTimetable, ...] = ()
    warnings: tuple[tuple[str, InputWarning], ...] = ()
    uncounted: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def register_is_modelled(self) -> bool:
        """Whether the register of establishments is modelled, as its provenance says."""
        sources = [file.source for file in self.read if file.role == "establishments"]
        return any(source is not None and source.status == "modelled" for source in sources)


@dataclass(frozen=True)
class _Taken:
    """Tables as their files give them; None for a layer that is absent, or wrong.

    `here` is None where the communes, their boundaries or the metric system are wrong. `files` and
    `lists` are the lists of places by role, `fates` what became of rows so far; points of `cells`
    may lie `off_area_km` off the area, None: anywhere.
    """

    communes: Any
    shapes: Any
    here: StudyArea | None
    changes: Any
    cells: pd.DataFrame | None
    off_area_km: float | None
    links: Any
    files: dict[str, Path]
    lists: dict[str, Any]
    candidates: Any
    net: Layer | None
    everyday: pd.DataFrame | None
    bus_stops: pd.DataFrame | None
    carpool: pd.DataFrame | None
    entered: pd.DataFrame | None
    stock: pd.DataFrame | None
    flows: pd.DataFrame | None
    timetables: tuple[DayTimetable, ...]
    context: dict[str, gpd.GeoDataFrame]
    fates: list[pd.DataFrame]


def read(study: Study) -> Inputs:
    """Read and check every input of a study.

    Raises
    ------
    SitingError
        The one problem found, or a `ProblemsError` with all of them.
    """
    if study.fetch is not None and not study.territory.communes.exists():
        raise InputError("fetch_first", file=study.territory.communes)
    desk = Reading(study.base)
    tables = _tables(desk, study)
    findings = plausibility.judge(study, tables)
    desk.problems += findings.problems
    desk.require_none()
    for role, warning in findings.warnings:
        desk.warn(role, warning)
    return replace(tables, warnings=tuple(desk.warned))


def _tables(desk: Reading, study: Study) -> Inputs:
    """Every table of a study, by itself as it should be.

    Raises
    ------
    SitingError
        The one problem, or a `ProblemsError` with all of them.
    """
    taken = _take(desk, study)
    zones = _zones_of(desk, study, taken)
    taken = _near(desk, study, taken)
    for service in study.services:
        listed = taken.lists[f"services.{service.id}"]
        if listed is not None:
            desk.attempt(opening_hours.require, service, listed.places)
    desk.require_none()
    return _inputs(desk, study, taken, zones)


def _take(desk: Reading, study: Study) -> _Taken:
    """Read each file; what needs none of the others is checked on the way."""
    desk.sources = desk.attempt(input_files.sources, study.provenance) or {}
    place, layers = study.territory, study.layers
    communes = desk.take("communes", place.communes, facts.communes)
    shapes = desk.take("boundaries", place.boundaries, boundary_files.read)
    changes = desk.take("changes", place.changes, facts.changes)
    cells, off_area_km = input_files.demand_cells(desk, study.cells.file, communes, shapes, changes)
    shapes, here = _area(desk, study, communes, shapes, changes)
    links = desk.take("roads", study.roads.distances, facts.road_distances)
    if links is not None and links.empty and communes is not None and len(communes) > 1:
        desk.problems.append(InputError("empty_table", file=study.roads.distances))
    for extract in study.roads.osm or ():
        desk.take("roads", extract, input_files.bytes_of)
    desk.take("roads", study.roads.bdtopo, input_files.sections_of)
    files, lists = input_files.place_lists(desk, study)
    candidates = desk.take("candidates", study.candidates, facts.candidates)
    net = input_files.broadband(desk, layers.broadband, communes, changes)
    everyday = input_files.everyday(desk, layers.everyday, here, communes)
    bus_stops, carpool = input_files.stops(desk, layers)
    entered = input_files.entered_values(desk, study, candidates)
    fates: list[pd.DataFrame] = []
    stock = input_files.establishments(desk, layers, communes, changes, fates)
    flows = input_files.commuter_flows(desk, study.effects, communes, changes)
    timetables = timetable_days.read(desk, study, here)
    context = input_files.background(desk, study)
    input_files.note_later_files(desk, study)
    return _Taken(
        communes=communes,
        shapes=shapes,
        here=here,
        changes=changes,
        cells=cells,
        off_area_km=off_area_km,
        links=links,
        files=files,
        lists=lists,
        candidates=candidates,
        net=net,
        everyday=everyday,
        bus_stops=bus_stops,
        carpool=carpool,
        entered=entered,
        stock=stock,
        flows=flows,
        timetables=timetables,
        context=context,
        fates=fates,
    )


def _area(
    desk: Reading, study: Study, communes: Any, shapes: Any, changes: Any
) -> tuple[Any, StudyArea | None]:
    """Boundaries of the study's communes, and the area that they make; None where it is unknown."""
    place = study.territory
    crs = desk.attempt(input_files.metric_system, place.crs)
    if communes is None or shapes is None:
        return shapes, None
    # a file of the whole region will do: only the study's communes are kept
    shapes = desk.attempt(area.boundaries_of, communes, shapes, place.boundaries)
    if shapes is None or crs is None:
        return shapes, None
    desk.attempt(area.require_match, communes, shapes, place.boundaries)
    today = codes.recoded(changes, frozenset(communes["code"]))
    return shapes, StudyArea(area.surroundings(shapes, crs), place.buffer_km, today)


def _zones_of(desk: Reading, study: Study, taken: _Taken) -> Any:
    """Zones of the study, once its criteria, its plans and its commune codes are known."""
    for criterion in study.criteria:
        desk.attempt(criteria.parse, criterion.id)
    if taken.candidates is not None:
        desk.attempt(_require_plan_sites, study, taken.candidates)
    if taken.communes is None:
        return None
    zones = desk.attempt(_zones, study, taken.communes)
    broadband = next(iter(study.layers.broadband), None)
    keyed = [
        (study.cells.file, taken.cells, "commune_code"),
        (study.candidates, taken.candidates, "commune_code"),
        (broadband, None if taken.net is None else taken.net.table, "code"),
        (study.roads.distances, taken.links, "from_code"),
        (study.roads.distances, taken.links, "to_code"),
    ]
    vintage = study.territory.vintage
    area_checks.require_codes(desk, keyed, taken.communes, taken.changes, vintage)
    return zones


def _near(desk: Reading, study: Study, taken: _Taken) -> _Taken:
    """The same tables, national lists cut to the area; points that lie elsewhere are refused."""
    here, place = taken.here, study.territory
    if here is None:
        return taken
    near: list[tuple[Path | None, Any, float]] = [
        *(
            (taken.files[role], listed.places, place.buffer_km)
            for role, listed in taken.lists.items()
            if listed is not None and not listed.official
        ),
        (study.candidates, taken.candidates, BORDER_KM),
        (study.cells.file, *_placed_apart(taken.cells, taken.off_area_km)),
    ]
    area_checks.require_near(desk, here, near)
    lists = dict(taken.lists)
    for role, listed in taken.lists.items():
        if listed is not None and listed.official:
            kept = desk.attempt(area_checks.places_of, listed.places, here, taken.files[role])
            lists[role] = None if kept is None else replace(listed, places=kept)
    return replace(
        taken,
        lists=lists,
        bus_stops=area_checks.within(taken.bus_stops, here),
        carpool=area_checks.within(taken.carpool, here),
    )


def _inputs(desk: Reading, study: Study, taken: _Taken, zones: Any) -> Inputs:
    """What a study starts from, all of it sound, and what became of the rows of each table."""
    lists, net = taken.lists, taken.net
    places = {role: listed.places for role, listed in lists.items() if listed is not None}
    tables = {
        "cells": taken.cells,
        "candidates": taken.candidates,
        NET: None if net is None else net.table,
        f"{NET}_access": None if net is None else net.access,
        "everyday": taken.everyday,
    }
    read_rows = _quality(desk, {**places, **tables}, taken.communes)
    by_hours = {
        service.id: opening_hours.parted(service, places[f"services.{service.id}"])
        for service in study.services
    }
    read_rows += [
        quality.of_hours(f"services.{service}", len(few), len(counted) + len(few))
        for service, (counted, few) in by_hours.items()
    ]
    return Inputs(
        communes=taken.communes,
        boundaries=taken.shapes,
        zones=zones,
        cells=taken.cells,
        links=taken.links,
        services={service: counted for service, (counted, _) in by_hours.items()},
        candidates=taken.candidates,
        broadband=None if net is None else net.table,
        establishments=taken.stock,
        tiers_lieux=places.get(TIERS_LIEUX),
        stations=places.get(STATIONS),
        everyday=taken.everyday,
        bus_stops=taken.bus_stops,
        carpool_areas=taken.carpool,
        evidence=taken.entered,
        flows=taken.flows,
        quality=pd.concat([*taken.fates, *read_rows, *_of_rows(desk, lists)], ignore_index=True),
        read=desk.read,
        access=None if net is None else net.access,
        context=taken.context,
        timetables=taken.timetables,
        uncounted={service: few for service, (_, few) in by_hours.items()},
    )


def _placed_apart(
    cells: pd.DataFrame | None, off_area_km: float | None
) -> tuple[pd.DataFrame | None, float]:
    """Cells whose points must lie near the area, and how near."""
    return (None, 0.0) if off_area_km is None else (cells, BORDER_KM + off_area_km)


def _quality(
    desk: Reading, tables: dict[str, pd.DataFrame | None], communes: pd.DataFrame
) -> list[pd.DataFrame]:
    """What became of the rows of each table."""
    rows: Counter[str] = Counter()
    for file in desk.read:
        rows[file.role] += file.rows
    known = frozenset(communes["code"])
    return [
        quality.of_table(
            role,
            frame,
            codes=known,
            column="code" if role == NET else "commune_code",
            # what a national file of ARCEP tells of elsewhere is not far: it is no place
            read=rows[role]
            if role in rows and rows[role] != len(frame) and NET not in role
            else None,
        )
        for role, frame in tables.items()
        if frame is not None
    ]


def _of_rows(
    desk: Reading, lists: Mapping[str, facility_lists.Listed | None]
) -> list[pd.DataFrame]:
    """Rows that readers left out, and the kinds of places that official lists hold."""
    kinds = [
        quality.of_kinds(role, listed.kinds)
        for role, listed in lists.items()
        if listed is not None and listed.official
    ]
    return [*(quality.of_refused(role, warning) for role, warning in desk.warned), *kinds]


def _require_plan_sites(study: Study, candidates: pd.DataFrame) -> None:
    """Refuse a plan that names a site which is not a candidate."""
    for name, plan in study.plans.items():
        for site in plan.sites:
            if site not in set(candidates["id"]):
                raise ConfigError("unknown_plan_site", plan=name, site=site, file=study.candidates)


def _zones(study: Study, communes: pd.DataFrame) -> pd.DataFrame:
    place = study.territory
    custom = {
        zone: (members.name, (*members.communes, *members.epci))
        for zone, members in place.zones.items()
    }
    return area.zones(communes, (place.department.code, place.department.name), custom)
