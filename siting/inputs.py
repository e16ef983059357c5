"""Reading a study's inputs: every file once, every problem at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pyproj
import yaml

from siting import provenance
from siting.errors import ConfigError, InputError, ProblemsError, SitingError
from siting.provenance import Input, Source
from siting.sites import criteria
from siting.sources import boundaries as boundary_files
from siting.sources import bpe, facts, sirene
from siting.territory import area, codes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from siting.config import Study

T = TypeVar("T")

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
    read
        The files, in the order in which they were read.
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
    positions: pd.DataFrame | None
    tiers_lieux: pd.DataFrame | None
    stations: pd.DataFrame | None
    everyday: pd.DataFrame | None
    read: list[Input]


@dataclass
class _Desk:
    """Takes files one by one and remembers what was read and what was wrong."""

    base: Path
    sources: dict[str, Source] = field(default_factory=dict)
    read: list[Input] = field(default_factory=list)
    problems: list[SitingError] = field(default_factory=list)

    def take(self, role: str, path: Path | None, reader: Callable[[Path], Any]) -> Any:
        """Read a file; None where there is none or where it is wrong (the problem is kept)."""
        if path is None:
            return None
        frame = self.attempt(reader, path)
        if frame is not None:
            shown = provenance.relative(path, self.base)
            digest, source = provenance.sha256(path), self.sources.get(path.name)
            self.read.append(Input(role, shown, digest, len(frame), source))
        return frame

    def attempt(self, action: Callable[..., T], *arguments: Any) -> T | None:
        """Do something; keep its problem, if any, and give None."""
        try:
            return action(*arguments)
        except SitingError as problem:
            self.problems.append(problem)
            return None


def read(study: Study) -> Inputs:
    """Read and check every input of a study.

    Raises
    ------
    SitingError
        The one problem found, or a `ProblemsError` with all of them.
    """
    desk = _Desk(study.base)
    desk.sources = desk.attempt(_sources, study.provenance) or {}
    crs = desk.attempt(_metric, study.territory.crs)
    place, layers = study.territory, study.layers
    communes = desk.take("communes", place.communes, facts.communes)
    shapes = desk.take("boundaries", place.boundaries, boundary_files.read)
    changes = desk.take("changes", place.changes, facts.changes)
    cells = desk.take("cells", study.cells.file, facts.cells)
    links = desk.take("roads", study.roads.distances, facts.road_distances)
    if study.roads.osm is not None:
        desk.take("roads", study.roads.osm, _bytes_of)
    services = {
        one.id: desk.take(f"services.{one.id}", one.facilities, facts.facilities)
        for one in study.services
    }
    candidates = desk.take("candidates", study.candidates, facts.candidates)
    broadband = desk.take("broadband", layers.broadband, facts.broadband)
    stock = desk.take("establishments", layers.establishments, sirene.read)
    positions = desk.take("positions", layers.positions, sirene.read_positions)
    tiers_lieux = desk.take("tiers_lieux", layers.tiers_lieux, facts.facilities)
    stations = desk.take("stations", layers.stations, facts.stations)
    everyday = desk.take("everyday", layers.everyday, bpe.read)
    for one in study.criteria:
        desk.attempt(criteria.parse, one.id)
    if candidates is not None:
        desk.attempt(_require_plan_sites, study, candidates)
    zones: Any = None
    if communes is not None:
        zones = desk.attempt(_zones, study, communes)
        keyed = [
            (study.cells.file, cells, "commune_code"),
            (study.candidates, candidates, "commune_code"),
            (layers.broadband, broadband, "code"),
            (study.roads.distances, links, "from_code"),
            (study.roads.distances, links, "to_code"),
        ]
        for path, frame, column in keyed:
            if frame is not None:
                known = (frame, column, communes, changes, place.vintage, path)
                desk.attempt(codes.require_known, *known)
    if communes is not None and shapes is not None:
        # a file of the whole region will do: only the study's communes are kept
        shapes = desk.attempt(area.boundaries_of, communes, shapes, place.boundaries)
    if communes is not None and shapes is not None and crs is not None:
        desk.attempt(area.require_match, communes, shapes, place.boundaries)
        near: list[tuple[Path | None, Any, float]] = [
            (one.facilities, services[one.id], place.buffer_km) for one in study.services
        ]
        near += [
            (study.candidates, candidates, BORDER_KM),
            (study.cells.file, cells, BORDER_KM),
            (layers.tiers_lieux, tiers_lieux, place.buffer_km),
            (layers.stations, stations, place.buffer_km),
        ]
        _require_near(desk, shapes, crs, near)
    if len(desk.problems) == 1:
        raise desk.problems[0]
    if desk.problems:
        raise ProblemsError(desk.problems)
    return Inputs(
        communes,
        shapes,
        zones,
        cells,
        links,
        services,
        candidates,
        broadband,
        stock,
        positions,
        tiers_lieux,
        stations,
        everyday,
        desk.read,
    )


def _require_near(
    desk: _Desk, shapes: gpd.GeoDataFrame, crs: str, tables: list[tuple[Path | None, Any, float]]
) -> None:
    """Refuse points of tables (file, points, kilometres) that lie farther off the area."""
    for path, frame, kilometres in tables:
        if frame is not None:
            desk.attempt(area.require_near, frame, shapes, crs, kilometres, path)


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
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {name: Source(**facts_of) for name, facts_of in content.items()}
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise InputError("bad_provenance", file=path, detail=error) from error


def _metric(crs: str) -> str:
    """Give back a coordinate system that is known and in metres; refuse any other."""
    try:
        found = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise ConfigError("bad_crs", crs=crs) from error
    if not found.is_projected or found.axis_info[0].unit_name != "metre":
        raise ConfigError("bad_crs", crs=crs)
    return crs


def _require_plan_sites(study: Study, candidates: pd.DataFrame) -> None:
    """Refuse a plan that names a site which is not a candidate."""
    for name, plan in study.plans.items():
        for site in plan.sites:
            if site not in set(candidates["id"]):
                raise ConfigError("unknown_plan_site", plan=name, site=site, file=study.candidates)


def _zones(study: Study, communes: pd.DataFrame) -> pd.DataFrame:
    place = study.territory
    custom = {zone: (one.name, (*one.communes, *one.epci)) for zone, one in place.zones.items()}
    return area.zones(communes, (place.department.code, place.department.name), custom)
