"""Taking each file of a study: its table, or the problem that is kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from siting import yaml_files
from siting.errors import ConfigError, InputError
from siting.network import bdtopo
from siting.provenance import Source
from siting.ranking import criteria
from siting.sources import (
    bpe,
    carpool_areas,
    context_layers,
    evidence,
    facility_lists,
    gtfs,
    mobpro,
    reading,
    sirene_stock,
)
from siting.study import area_checks
from siting.territory import broadband as broadband_files
from siting.territory import codes, demand, quality

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from siting.config import Study
    from siting.config.effects import Effects
    from siting.config.layers import Layers
    from siting.study.area_checks import StudyArea
    from siting.study.reading import Reading

TIERS_LIEUX = "tiers_lieux"
STATIONS = "stations"
NET = "broadband"


def sources(path: Path | None) -> dict[str, Source]:
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


def metric_system(crs: str) -> str:
    """Give back a coordinate system that is known and in metres; refuse any other."""
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise ConfigError("bad_crs", crs=crs) from error
    if not system.is_projected or system.axis_info[0].unit_name != "metre":
        raise ConfigError("bad_crs", crs=crs)
    return crs


def bytes_of(path: Path) -> range:
    """Stand for a file that a later stage reads: its length is its size in bytes."""
    if not path.is_file():
        raise InputError("missing_file", file=path)
    return range(path.stat().st_size)


def sections_of(path: Path) -> range:
    """Stand for a file of road sections, as `bytes_of`; its columns are those that are needed."""
    bdtopo.layer_of(path)
    return bytes_of(path)


def place_lists(desk: Reading, study: Study) -> tuple[dict[str, Path], dict[str, Any]]:
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


def broadband(
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


def demand_cells(
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


def everyday(
    desk: Reading, path: Path | None, here: StudyArea | None, communes: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Everyday services of the area and near it."""
    if path is None:
        return None
    if here is None or communes is None:
        desk.probe(lambda: sum(map(len, bpe.blocks(path))))
        return None
    kept = desk.watch("everyday", area_checks.everyday, path, here, communes)
    if kept is None:
        return None
    places, rows = kept
    desk.note("everyday", path, rows)
    return places


def establishments(
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
    stock = desk.watch(
        "establishments",
        lambda: sirene_stock.read(
            path,
            known,
            positions=layers.positions,
            units=layers.units,
            recoded=codes.recoded(changes, known),
        ),
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


def stops(desk: Reading, layers: Layers) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Stops from which a bus leaves on the day that is named, and car-pool areas."""
    areas = desk.take("carpool_areas", layers.carpool_areas, carpool_areas.read)
    if layers.bus is None:
        return None, areas
    day = layers.bus.day
    stops = desk.take("bus", layers.bus.gtfs, lambda at: gtfs.read(at, day))
    if stops is not None:
        stops = stops[stops["departures"] > 0].reset_index(drop=True)
    return stops, areas


def entered_values(
    desk: Reading, study: Study, candidates: pd.DataFrame | None
) -> pd.DataFrame | None:
    """What was entered of the candidates."""
    if study.scoring is None:
        return None
    entered: pd.DataFrame | None = desk.take("evidence", study.scoring.evidence, evidence.read)
    if entered is not None and candidates is not None:
        desk.attempt(_require_entered, study.scoring.evidence, entered, candidates)
    return entered


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


def background(desk: Reading, study: Study) -> dict[str, gpd.GeoDataFrame]:
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


def note_later_files(desk: Reading, study: Study) -> None:
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


def commuter_flows(
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
