"""The ground of a study: its files read, its cells and its roads, made ready for any question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siting import inputs as study_inputs
from siting import what_if
from siting.errors import ConfigError
from siting.measures import coverage as coverages
from siting.network import distance_table
from siting.territory import area
from siting.territory import cells as cell_models
from siting.texts import text as t
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from siting.config import Study
    from siting.inputs import Inputs
    from siting.network.routing import Attachment, Network


@dataclass(frozen=True)
class Ground:
    """What every stage of a study starts from.

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


def prepare(study: Study, say: Callable[[str], None]) -> Ground:
    """Read a study's files and make its ground ready.

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
    read = _changed(study, study_inputs.read(study))
    say(t("progress.cells"))
    cells = _cells(study, read)
    say(t("progress.network"))
    router = matrix.prepare(_network(study, read))
    demand = router.network.attach(cells.rename(columns={"cell_id": "id"}))
    return Ground(study, read, cells, router, demand)


def _changed(study: Study, read: Inputs) -> Inputs:
    """What was read, with the scenario's facilities."""
    change = study.what_if
    if change is None:
        return read
    first = study.services[0].id
    now = read.services[first]
    changed = what_if.facilities(now, read.candidates, change.open, change.close)
    new = changed[changed["kind"] == what_if.OPENED]
    if len(new):
        shown = Path("what_if.open")
        crs = study.territory.crs
        area.require_near(new, read.boundaries, crs, study.territory.buffer_km, shown)
    return replace(read, services={**read.services, first: changed})


def _cells(study: Study, read: Inputs) -> gpd.GeoDataFrame:
    """Demand cells: read, or spread within communes by the model."""
    crs = study.territory.crs
    if read.cells is None:
        size, seed = study.cells.size_m, study.cells.seed
        return cell_models.spread(read.communes, read.boundaries, crs, size_m=size, seed=seed)
    points = gpd.points_from_xy(read.cells["lon"], read.cells["lat"], crs=4326)
    columns = read.cells.drop(columns="id")
    return gpd.GeoDataFrame(columns, geometry=points).to_crs(crs)


def _network(study: Study, read: Inputs) -> Network:
    """The roads of the study, without those that the scenario closes."""
    assume = study.assumptions
    roads = study.roads
    closed = study.what_if.closed_links if study.what_if is not None else ()
    if roads.osm is not None:
        if closed:
            raise ConfigError("closed_links_need_table")
        # osmium only where a study needs it
        from siting.network import osm, speeds  # noqa: PLC0415

        chosen = speeds.load(
            roads.speeds,
            mode=roads.mode,
            date=roads.date,
            department=study.territory.department.code,
            country=roads.country,
            period=roads.period,
        )
        read_roads: Network = osm.read(
            roads.osm, mode=roads.mode, speeds=chosen, snap_cap_m=assume.snap_cap.value
        )
        return read_roads
    access = distance_table.Access(
        speed_kmh=assume.access_speed.value,
        detour=assume.access_detour.value,
        outside_speed_kmh=assume.outside_speed.value,
        outside_cap_km=assume.outside_cap.value,
    )
    crs, factor = study.territory.crs, assume.table_factor.value
    whole = distance_table.build(read.links, read.communes, read.boundaries, crs, access, factor)
    rows = what_if.link_rows(read.links, closed)
    return distance_table.closed(whole, rows) if rows else whole
