"""Reading a study's inputs: every file once, every problem at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj

from siting import yaml_files
from siting.errors import ConfigError, InputError
from siting.provenance import Input, Source
from siting.ranking import criteria
from siting.sources import boundaries as boundary_files
from siting.sources import (
    bpe,
    carpool_areas,
    context_layers,
    evidence,
    facility_lists,
    facts,
    gtfs,
    mobpro,
    reading,
    sirene_stock,
)
from siting.study import plausibility
from siting.study.reading import Reading
from siting.territory import area, codes, demand, quality
from siting.territory import broadband as broadband_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

    from siting.config import Study
    from siting.config.effects import Effects
    from siting.config.layers import Layers
    from siting.errors import InputWarning
    from siting.territory.area import Surroundings

TIERS_LIEUX = "tiers_lieux"
STATIONS = "stations"
NET = "broadband"
BORDER_KM = 0.5  # boundaries are simplified: a point so close to the area is in it


@dataclass(frozen=True)
class Inputs:
    """A study's tables as read, and what is known of their files; an absent layer is None.

    Attributes
    ----------
    services
        Facilities of each service, by its id: `id,name,lon,lat,kind,commune_code`.
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
    warnings: tuple[tuple[str, InputWarning], ...] = ()

    @property
    def register_is_modelled(self) -> bool:
        """Whether the register of establishments is modelled, as its provenance says."""
        sources = [file.source for file in self.read if file.role == "establishments"]
        return any(source is not None and source.status == "modelled" for source in sources)


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
    tables = _tables(study, desk)
    findings = plausibility.judge(study, tables)
    desk.problems += findings.problems
    desk.require_none()
    for role, warning in findings.warnings:
        desk.warn(role, warning)
    return replace(tables, warnings=tuple(desk.warned))


def _tables(study: Study, desk: Reading) -> Inputs:
    """Every table of a study, by itself as it should be.

    Raises
    ------
    SitingError
        The one problem, or a `ProblemsError` with all of them.
    """
    desk.sources = desk.attempt(_sources, study.provenance) or {}
    crs = desk.attempt(_metric, study.territory.crs)
    place, layers = study.territory, study.layers
    communes = desk.take("communes", place.communes, facts.communes)
    shapes = desk.take("boundaries", place.boundaries, boundary_files.read)
    changes = desk.take("changes", place.changes, facts.changes)
    cells, off_area_km = _cells(desk, study.cells.file, communes, shapes, changes)
    links = desk.take("roads", study.roads.distances, facts.road_distances)
    if links is not None and links.empty and communes is not None and len(communes) > 1:
        desk.problems.append(InputError("empty_table", file=study.roads.distances))
    desk.take("roads", study.roads.osm or study.roads.bdtopo, _bytes_of)
    files, lists = _lists(desk, study)
    candidates = desk.take("candidates", study.candidates, facts.candidates)
    net = _broadband(desk, layers.broadband, communes, changes)
    everyday = desk.take("everyday", layers.everyday, bpe.read)
    bus_stops, carpool, entered = *_stops(desk, layers), _entered(desk, study, candidates)
    fates: list[pd.DataFrame] = []
    stock = _establishments(desk, layers, communes, changes, fates)
    flows = _flows(desk, study.effects, communes, changes)
    context = _context(desk, study)
    _others(desk, study)
    for criterion in study.criteria:
        desk.attempt(criteria.parse, criterion.id)
    if candidates is not None:
        desk.attempt(_require_plan_sites, study, candidates)
    zones: Any = None
    if communes is not None:
        zones = desk.attempt(_zones, study, communes)
        keyed = [
            (study.cells.file, cells, "commune_code"),
            (study.candidates, candidates, "commune_code"),
            (next(iter(layers.broadband), None), None if net is None else net.table, "code"),
            (study.roads.distances, links, "from_code"),
            (study.roads.distances, links, "to_code"),
        ]
        _require_codes(desk, keyed, communes, changes, place.vintage)
    if communes is not None and shapes is not None:
        # a file of the whole region will do: only the study's communes are kept
        shapes = desk.attempt(area.boundaries_of, communes, shapes, place.boundaries)
    if communes is not None and shapes is not None and crs is not None:
        desk.attempt(area.require_match, communes, shapes, place.boundaries)
        today = codes.recoded(changes, frozenset(communes["code"]))
        here = _Here(area.surroundings(shapes, crs), place.buffer_km, today)
        near: list[tuple[Path | None, Any, float]] = [
            *(
                (files[role], listed.places, place.buffer_km)
                for role, listed in lists.items()
                if listed is not None and not listed.official
            ),
            (study.candidates, candidates, BORDER_KM),
            (study.cells.file, *_placed_apart(cells, off_area_km)),
        ]
        _require_near(desk, here, near)
        for role, listed in lists.items():
            if listed is not None and listed.official:
                kept = desk.attempt(_of_area, listed.places, here, files[role])
                lists[role] = None if kept is None else replace(listed, places=kept)
        everyday, bus_stops, carpool = (
            desk.attempt(_everyday, everyday, here, communes, layers.everyday),
            _within(bus_stops, here),
            _within(carpool, here),
        )
    desk.require_none()
    places = {role: listed.places for role, listed in lists.items() if listed is not None}
    tables = {
        "cells": cells,
        "candidates": candidates,
        NET: None if net is None else net.table,
        f"{NET}_access": None if net is None else net.access,
        "everyday": everyday,
    }
    fates += [*_quality(desk, {**places, **tables}, communes), *_of_rows(desk, lists)]
    return Inputs(
        communes=communes,
        boundaries=shapes,
        zones=zones,
        cells=cells,
        links=links,
        services={service.id: places[f"services.{service.id}"] for service in study.services},
        candidates=candidates,
        broadband=None if net is None else net.table,
        establishments=stock,
        tiers_lieux=places.get(TIERS_LIEUX),
        stations=places.get(STATIONS),
        everyday=everyday,
        bus_stops=bus_stops,
        carpool_areas=carpool,
        evidence=entered,
        flows=flows,
        quality=pd.concat(fates, ignore_index=True),
        read=desk.read,
        access=None if net is None else net.access,
        context=context,
    )


@dataclass(frozen=True)
class _Here:
    """The study area, the kilometres beyond it that count, and what other codes became.

    `today` is `territory.codes.recoded` of the study's communes.
    """

    around: Surroundings
    buffer_km: float
    today: dict[str, str]

    def named(self, places: pd.DataFrame) -> pd.DataFrame:
        """Places of a national list under the study's commune codes."""
        now = places["commune_code"].map(lambda code: self.today.get(code, code))
        return places.assign(commune_code=now)


def _lists(desk: Reading, study: Study) -> tuple[dict[str, Path], dict[str, Any]]:
    """Files of lists of places by role, and the lists; None for one that is wrong."""
    files = {f"services.{service.id}": service.facilities for service in study.services}
    layers = {TIERS_LIEUX: study.layers.tiers_lieux, STATIONS: study.layers.stations}
    files |= {role: path for role, path in layers.items() if path is not None}
    every: Callable[[Path], facility_lists.Listed] = facility_lists.read
    read_by = dict.fromkeys(files, every)
    read_by[STATIONS] = facility_lists.stations
    for service in study.services:
        read_by[f"services.{service.id}"] = partial(facility_lists.read, kinds=service.kinds)
    return files, {role: desk.take(role, path, read_by[role]) for role, path in files.items()}


def _broadband(
    desk: Reading, paths: tuple[Path, ...], communes: pd.DataFrame | None, changes: Any
) -> broadband_files.Layer | None:
    """Premises and fibre by commune and date."""
    if not paths:
        return None
    if communes is None:
        desk.probe(lambda: broadband_files.read(paths, {}, frozenset()))
        return None
    known = frozenset(communes["code"])
    old = codes.recoded(changes, known)
    layer = desk.watch(NET, broadband_files.read, paths, old, known)
    if layer is not None:
        for path, rows in zip(paths, layer.rows, strict=True):
            desk.note(NET, path, rows)
    return layer


def _placed_apart(
    cells: pd.DataFrame | None, off_area_km: float | None
) -> tuple[pd.DataFrame | None, float]:
    """Cells whose points must lie near the area, and how near."""
    return (None, 0.0) if off_area_km is None else (cells, BORDER_KM + off_area_km)


def _cells(
    desk: Reading,
    path: Path | None,
    communes: pd.DataFrame | None,
    shapes: gpd.GeoDataFrame | None,
    changes: Any,
) -> tuple[pd.DataFrame | None, float | None]:
    """Demand cells, and how far off the area their points may lie; None: anywhere."""
    if communes is None or shapes is None:
        if path is not None:
            desk.probe(lambda: demand.probe(path))
        return None, None
    here = shapes[shapes["code"].isin(communes["code"])]
    old = codes.recoded(changes, frozenset(communes["code"]))
    read_cells = desk.take("cells", path, lambda at: demand.read(at, here, old))
    return (None, None) if read_cells is None else (read_cells.cells, read_cells.off_area_km)


def _establishments(
    desk: Reading,
    layers: Layers,
    communes: pd.DataFrame | None,
    changes: Any,
    fates: list[pd.DataFrame],
) -> pd.DataFrame | None:
    """Active establishments of the area, and what became of the others; None without a stock."""
    path = layers.establishments
    if path is None or communes is None:
        return None
    known = frozenset(communes["code"])
    stock = desk.attempt(
        lambda: sirene_stock.read(
            path,
            known,
            positions=layers.positions,
            units=layers.units,
            recoded=codes.recoded(changes, known),
        )
    )
    if stock is None:
        return None
    desk.note("establishments", path, stock.counts["read"])
    fates.append(quality.of_establishments(stock))
    if layers.positions is not None:
        desk.note("positions", layers.positions, int((stock.table["placed_by"] == "insee").sum()))
    if layers.units is not None:
        desk.note("units", layers.units, int((stock.table["legal_category"] != "").sum()))
    return stock.table


def _stops(desk: Reading, layers: Layers) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Stops from which a bus leaves on the day that is named, and car-pool areas."""
    areas = desk.take("carpool_areas", layers.carpool_areas, carpool_areas.read)
    if layers.bus is None:
        return None, areas
    day = layers.bus.day
    stops = desk.take("bus", layers.bus.gtfs, lambda at: gtfs.read(at, day))
    if stops is not None:
        stops = stops[stops["departures"] > 0].reset_index(drop=True)
    return stops, areas


def _entered(desk: Reading, study: Study, candidates: pd.DataFrame | None) -> pd.DataFrame | None:
    """What was entered of the candidates."""
    if study.scoring is None:
        return None
    entered: pd.DataFrame | None = desk.take("evidence", study.scoring.evidence, evidence.read)
    if entered is not None and candidates is not None:
        desk.attempt(_require_entered, study.scoring.evidence, entered, candidates)
    return entered


def _context(desk: Reading, study: Study) -> dict[str, gpd.GeoDataFrame]:
    """Layers of the maps' background that the study names."""
    if study.context is None:
        return {}
    layers = {}
    for name, path in study.context:
        reader = context_layers.towns if name == "towns" else context_layers.shapes
        frame = desk.take(f"context.{name}", path, reader)
        if frame is not None:
            layers[name] = frame
    return layers


def _others(desk: Reading, study: Study) -> None:
    """Note files that later stages read: answers of the survey, the register of places."""
    if study.survey is not None:
        survey = study.survey
        desk.take("survey", survey.answers, lambda path: reading.table(path, ["respondent"]))
        desk.take("survey_census", survey.census, lambda path: reading.table(path, ["variable"]))
    if study.offers is not None:
        desk.take("offers", study.offers.places, facility_lists.read)
        desk.take(
            "offers_evidence",
            study.offers.evidence,
            lambda path: reading.table(path, ["place_id"]),
        )


def _flows(
    desk: Reading, effects: Effects | None, communes: pd.DataFrame | None, changes: Any
) -> pd.DataFrame | None:
    """Home-to-work flows of the area's residents, codes brought to the study's."""
    if effects is None or communes is None:
        return None
    flows: pd.DataFrame | None = desk.take(
        "flows", effects.flows, lambda path: mobpro.read(path, effects.flow_classes)
    )
    if flows is None:
        return None
    known = frozenset(communes["code"])
    today = codes.recoded(changes, known)
    for name in ("home_code", "work_code"):
        flows[name] = flows[name].map(today).fillna(flows[name])
    here: pd.DataFrame = flows[flows["home_code"].isin(known)].reset_index(drop=True)
    if here.empty:
        desk.problems.append(InputError("flows_elsewhere", file=effects.flows))
    return here


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


def _of_area(places: pd.DataFrame, here: _Here, file: Path) -> pd.DataFrame:
    """Places of a national list that lie in the area or near it; refuse a list that has none."""
    kept = area.within(places, here.around, here.buffer_km)
    if kept.empty:
        raise InputError("no_place_near", file=file, count=len(places), km=f"{here.buffer_km:g}")
    return here.named(kept)


def _within(places: pd.DataFrame | None, here: _Here) -> pd.DataFrame | None:
    """Places of a list that lie in the area or near it."""
    return None if places is None else area.within(places, here.around, here.buffer_km)


def _everyday(
    places: pd.DataFrame | None, here: _Here, communes: pd.DataFrame, file: Path | None
) -> pd.DataFrame | None:
    """Everyday services of the area's communes, and those that stand near it."""
    if places is None:
        return None
    places = here.named(places)
    inside = places["commune_code"].isin(communes["code"])
    near = area.within(places[~inside], here.around, here.buffer_km)
    if not inside.any() and near.empty:
        raise InputError("no_place_near", file=file, count=len(places), km=f"{here.buffer_km:g}")
    return pd.concat([places[inside], near], ignore_index=True)


def _require_codes(
    desk: Reading,
    keyed: list[tuple[Path | None, Any, str]],
    communes: pd.DataFrame,
    changes: Any,
    vintage: date,
) -> None:
    """Refuse commune codes of tables (file, rows, column) that are not of the study's vintage."""
    for path, frame, column in keyed:
        if frame is not None:
            known = (frame, column, communes, changes, vintage, path)
            desk.attempt(codes.require_known, *known)


def _require_near(desk: Reading, here: _Here, tables: list[tuple[Path | None, Any, float]]) -> None:
    """Refuse points of tables (file, points, kilometres) that lie farther off the area."""
    for path, frame, kilometres in tables:
        if frame is not None:
            desk.attempt(area.require_near, frame, here.around, kilometres, path)


def _bytes_of(path: Path) -> range:
    """Stand for a file that a later stage reads: its length is its size in bytes."""
    if not path.is_file():
        raise InputError("missing_file", file=path)
    return range(path.stat().st_size)


def _sources(path: Path | None) -> dict[str, Source]:
    """What is known of each table, by file name."""
    if path is None:
        return {}
    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        content = yaml_files.load(path)
        return {name: Source(**facts_of) for name, facts_of in content.items()}
    except (TypeError, AttributeError) as error:
        raise InputError("bad_provenance", file=path, detail=error) from error


def _metric(crs: str) -> str:
    """Give back a coordinate system that is known and in metres; refuse any other."""
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise ConfigError("bad_crs", crs=crs) from error
    if not system.is_projected or system.axis_info[0].unit_name != "metre":
        raise ConfigError("bad_crs", crs=crs)
    return crs


def _require_plan_sites(study: Study, candidates: pd.DataFrame) -> None:
    """Refuse a plan that names a site which is not a candidate."""
    for name, plan in study.plans.items():
        for site in plan.sites:
            if site not in set(candidates["id"]):
                raise ConfigError("unknown_plan_site", plan=name, site=site, file=study.candidates)


def _require_entered(file: Path | None, entered: pd.DataFrame, candidates: pd.DataFrame) -> None:
    """Refuse an entered value of an unknown site or criterion, or beyond its scale."""
    known = [name for name, definition in criteria.DEFINITIONS.items() if definition.entered]
    sites = set(candidates["id"])
    for row, (site, name, value) in enumerate(
        zip(entered["site_id"], entered["criterion"], entered["value"], strict=True), 2
    ):
        if site not in sites:
            raise InputError("evidence_site", file=file, row=row, site=site)
        if name not in known:
            raise InputError(
                "evidence_criterion", file=file, row=row, criterion=name, known=", ".join(known)
            )
        most = criteria.LEVELS if criteria.DEFINITIONS[name].unit == "level" else np.inf
        if not 0 <= value <= most:
            raise InputError(
                "evidence_value", file=file, row=row, criterion=name, value=value, most=f"{most:g}"
            )


def _zones(study: Study, communes: pd.DataFrame) -> pd.DataFrame:
    place = study.territory
    custom = {
        zone: (members.name, (*members.communes, *members.epci))
        for zone, members in place.zones.items()
    }
    return area.zones(communes, (place.department.code, place.department.name), custom)
