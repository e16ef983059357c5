"""A study made ready: its files read, its cells and its roads, to be asked any question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siting.contracts import OPENED
from siting.errors import ConfigError
from siting.measures import coverage as coverages
from siting.network import distance_table, roads
from siting.sources import sound_rows
from siting.study import inputs as study_inputs
from siting.study import kept_roads
from siting.study import scenario as what_if
from siting.study.reading import shown_at_once
from siting.territory import area
from siting.territory import cells as cell_models
from siting.texts import text as t
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from siting.config import Assumptions, Study, WhatIf
    from siting.network.routing import Attachment, Network
    from siting.network.speeds import Speeds
    from siting.study.inputs import Inputs

DETOUR_KM = 20.0
"""Roads are read so far beyond the ground where places count: a way there may lead around."""


@dataclass(frozen=True)
class PreparedStudy:
    """A study made ready: what every stage starts from.

    Attributes
    ----------
    study, read
        The configuration, and its files as read; facilities are those of the scenario, if any.
    cells
        Demand cells, with geometry.
    router
        The roads, ready for searches.
    demand
        The cells, joined to the roads.
    """

    study: Study
    read: Inputs
    cells: gpd.GeoDataFrame
    router: matrix.Router
    demand: Attachment

    def access(self, service: str, facilities: pd.DataFrame) -> pd.DataFrame:
        """Table `access.csv` of one service, whose facilities are given (`id,lon,lat`…)."""
        joined = self.router.network.attach(facilities)
        best = coverages.nearest(matrix.dense(self.router, self.demand, joined))
        columns = ["cell_id", "commune_code", "population"]
        table = pd.DataFrame(self.cells[columns].reset_index(drop=True)).assign(service=service)
        return pd.concat([table, best], axis=1)

    def minutes(self, origins: pd.DataFrame, destinations: pd.DataFrame) -> npt.NDArray[np.float32]:
        """Minutes between points (`id,lon,lat`…), shape (origins, destinations); NaN: none."""
        attach = self.router.network.attach
        return matrix.dense(self.router, attach(origins), attach(destinations)).minutes


def prepare(study: Study, say: Callable[[str], None]) -> PreparedStudy:
    """Read a study's files and make it ready.

    Parameters
    ----------
    say
        Called with the name of each stage as it begins.

    Raises
    ------
    SitingError
        A file or a key is wrong; a `ProblemsError` holds several.
    """
    say(t("progress.inputs"))
    read = changed(study, study_inputs.read(study))
    say(t("progress.cells"))
    cells = demand_cells(study, read)
    say(t("progress.network"))
    router, read = with_roads(study, read)
    demand = router.network.attach(cells.rename(columns={"cell_id": "id"}))
    return PreparedStudy(study, read, cells, router, demand)


def with_roads(study: Study, read: Inputs) -> tuple[matrix.Router, Inputs]:
    """A study's roads ready for searches, and what was read with what they warned of."""
    with sound_rows.watched() as warned:
        router = roads_ready(study, read)
    of_roads = (("roads", shown_at_once(warning, study.base)) for warning in warned)
    return router, replace(read, warnings=(*read.warnings, *of_roads))


def roads_ready(study: Study, read: Inputs) -> matrix.Router:
    """Make a study's roads ready for searches, as its scenario leaves them.

    Those of an OpenStreetMap extract are kept on this machine, as they are without the scenario.
    """
    if study.roads.osm is None:
        return matrix.prepare(_network(study, read))
    whole = _kept(study, read)
    network = _changed(study, read, whole.network)
    return whole if network is whole.network else matrix.prepare(network)


def _kept(study: Study, read: Inputs) -> matrix.Router:
    """The roads of an extract, ready, as they are without the scenario."""
    return kept_roads.router(study, lambda: matrix.prepare(_roads(study, read)))


def on_foot(base: PreparedStudy) -> matrix.Router:
    """The roads of an extract as one walks them, kept on this machine."""
    if base.study.roads.mode == "foot":
        return base.router
    walked = base.study.roads.model_copy(update={"mode": "foot"})
    return _kept(base.study.model_copy(update={"roads": walked}), base.read)


def assuming(base: PreparedStudy, assumptions: Assumptions) -> PreparedStudy:
    """The same files and cells, on roads under other assumptions."""
    study = base.study.model_copy(update={"assumptions": assumptions})
    network = base.router.network
    if isinstance(network, roads.RoadNetwork):
        capped = replace(network, snap_cap_m=assumptions.snap_cap.value)
        router = replace(base.router, network=capped)
    elif (
        isinstance(network, distance_table.DistanceNetwork)
        and assumptions.table_factor == base.study.assumptions.table_factor
    ):  # the table's own times stay
        router = replace(base.router, network=replace(network, access=_access(assumptions)))
    else:
        router = matrix.prepare(_network(study, base.read))
    demand = router.network.attach(base.cells.rename(columns={"cell_id": "id"}))
    return PreparedStudy(study, base.read, base.cells, router, demand)


def moving(base: PreparedStudy, mode: str) -> PreparedStudy:
    """The same files and cells, by another mode of travel.

    Raises
    ------
    SitingError
        The roads cannot be read for it.
    """
    roads_keys = base.study.roads.model_copy(update={"mode": mode})
    study = base.study.model_copy(update={"roads": roads_keys})
    router, read = with_roads(study, base.read)
    demand = router.network.attach(base.cells.rename(columns={"cell_id": "id"}))
    return PreparedStudy(study, read, base.cells, router, demand)


def changed(study: Study, read: Inputs) -> Inputs:
    """What was read, with the scenario's facilities.

    Raises
    ------
    ConfigError, InputError
        The scenario names what is not there, or a site far from the area.
    """
    change = study.what_if
    if change is None:
        return read
    candidates = what_if.candidates(
        read.candidates, change.candidates, what_if.communes(read.boundaries)
    )
    around = area.surroundings(read.boundaries, study.territory.crs)
    first, *others = (service.id for service in study.services)
    changes = {first: ("what_if.open", change.open, change.close)}
    for other in change.other_services:
        if other.service not in others or other.service in changes:
            known = ", ".join(others) or "-"
            raise ConfigError("other_service_unknown", id=other.service, known=known)
        changes[other.service] = ("what_if.other_services", other.open, other.close)
    services, places = dict(read.services), [("what_if.candidates", candidates)]
    for service, (key, opened, closed) in changes.items():
        services[service] = what_if.facilities(services[service], candidates, opened, closed)
        places.append((key, services[service][services[service]["kind"] == OPENED]))
    for key, new in places:
        if len(new):
            area.require_near(new, around, study.territory.buffer_km, key)
    return replace(read, candidates=candidates, services=services)


def check_roads(study: Study, read: Inputs) -> None:
    """Refuse roads that could not be built.

    Those of an extract are read here only where the scenario closes some of them: whether there is
    one at a position, nothing else tells. `run.check` reads them whole.

    Raises
    ------
    SitingError
        A table, a speed or a closed road is wrong.
    """
    change, on_table = study.what_if, study.roads.distances is not None
    if on_table or (change is not None and change.closed_roads):
        _network(study, read)
        return
    _speeds(study)
    if change is not None and change.closed_links:
        raise ConfigError("closed_links_need_table")


def demand_cells(study: Study, read: Inputs) -> gpd.GeoDataFrame:
    """Demand cells: read, or spread within communes by the model."""
    crs = study.territory.crs
    if read.cells is None:
        size, seed = study.cells.size_m, study.cells.seed
        return cell_models.spread(read.communes, read.boundaries, crs, size_m=size, seed=seed)
    points = gpd.points_from_xy(read.cells["lon"], read.cells["lat"], crs=4326)
    columns = read.cells.drop(columns="id")
    return gpd.GeoDataFrame(columns, geometry=points).to_crs(crs)


def _network(study: Study, read: Inputs) -> Network:
    """The roads of the study, as the scenario leaves them."""
    kept = study.roads.osm is not None
    return _changed(study, read, _kept(study, read).network if kept else _roads(study, read))


def _changed(study: Study, read: Inputs, whole: Network) -> Network:
    """Roads as the study's scenario leaves them; the same where it changes none."""
    return whole if study.what_if is None else changed_roads(whole, read, study.what_if)


def changed_roads(whole: Network, read: Inputs, change: WhatIf) -> Network:
    """Roads at other speeds, some of them closed.

    Raises
    ------
    ConfigError
        A link is unknown, or the key does not fit the kind of network.
    NetworkError
        There is no road at a position.
    """
    if isinstance(whole, distance_table.DistanceNetwork):
        if change.closed_roads:
            raise ConfigError("closed_roads_need_osm")
        if change.speed_factor != 1:
            whole = distance_table.rescaled(whole, change.speed_factor)
        rows = what_if.link_rows(read.links, change.closed_links)
        return distance_table.closed(whole, rows) if rows else whole
    if change.closed_links:
        raise ConfigError("closed_links_need_table")
    assert isinstance(whole, roads.RoadNetwork)  # noqa: S101 - the other kind
    if change.speed_factor != 1:
        whole = roads.rescaled(whole, dict.fromkeys(whole.classes, change.speed_factor))
    if change.closed_roads:
        at = pd.DataFrame([position.model_dump() for position in change.closed_roads])
        edges = roads.edges_at(whole, at.assign(id=at.index.astype(str)))
        whole = roads.closed(whole, edges)
    return whole


def _roads(study: Study, read: Inputs) -> Network:
    """The roads of the study as they are."""
    assume = study.assumptions
    source = study.roads
    if source.distances is None:
        # osmium only where a study needs it
        from siting.network import bdtopo, osm  # noqa: PLC0415

        chosen = _speeds(study)
        cap = assume.snap_cap.value
        if source.osm is not None:
            within = _around(study, read)
            mode = source.mode
            return osm.read(source.osm, mode=mode, speeds=chosen, snap_cap_m=cap, within=within)
        assert source.bdtopo is not None  # noqa: S101 - one of three
        return bdtopo.read(
            source.bdtopo, source.mode, speeds=chosen, snap_cap_m=cap, crs=study.territory.crs
        )
    crs, factor, access = study.territory.crs, assume.table_factor.value, _access(assume)
    return distance_table.build(read.links, read.communes, read.boundaries, crs, access, factor)


def _around(study: Study, read: Inputs) -> BaseGeometry:
    """Where the roads of extracts are read: the ground of the study's places, and of detours."""
    kilometres = study.territory.buffer_km + DETOUR_KM
    return area.buffered(read.boundaries, kilometres, study.territory.crs)[0]


def _speeds(study: Study) -> Speeds:
    """Speeds of the study's mode, date, territory and period."""
    from siting.network import speeds  # noqa: PLC0415 - only where roads are read

    roads_keys = study.roads
    return speeds.load(
        roads_keys.speeds,
        mode=roads_keys.mode,
        date=roads_keys.date,
        department=study.territory.department.code,
        country=roads_keys.country,
        period=roads_keys.period,
    )


def _access(assume: Assumptions) -> distance_table.NodeAccess:
    """How points reach the nodes of a table of distances."""
    return distance_table.NodeAccess(
        speed_kmh=assume.access_speed.value,
        detour=assume.access_detour.value,
        outside_speed_kmh=assume.outside_speed.value,
        outside_cap_km=assume.outside_cap.value,
    )
