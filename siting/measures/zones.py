"""Zones that cut communes: which polygons each demand cell's point is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siting.contracts import missing_column
from siting.errors import InputError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

COLUMNS = ["zone_kind", "zone_code", "zone_name"]


def of_cells(cells: pd.DataFrame, polygons: GeoDataFrame) -> pd.DataFrame:
    """Zones of each cell, for `coverage.coverage`: any polygons, which may overlap.

    Parameters
    ----------
    cells
        `cell_id,lon,lat`.
    polygons
        `zone_kind,zone_code,zone_name` and a geometry with its CRS; the border counts as inside.

    Returns
    -------
    `cell_id,zone_kind,zone_code,zone_name`, in the order of cells, then of polygons. A cell in no
    polygon has no row: `coverage.zone_balance` counts its people, and `coverage.coverage` refuses
    to lose them, unless another kind of zone holds them.

    Raises
    ------
    InputError
        A column is missing, or the polygons have no CRS.
    """
    for column in COLUMNS:
        if column not in polygons.columns:
            raise missing_column("polygons", column, polygons.columns)
    if polygons.crs is None:
        raise InputError("polygons_without_crs")
    points = gpd.GeoDataFrame(
        {"cell_id": cells["cell_id"].to_numpy()},
        geometry=gpd.points_from_xy(cells["lon"], cells["lat"], crs=4326),
    )
    shapes = polygons.to_crs(4326)
    cell, shape = shapes.sindex.query(points.geometry, predicate="intersects")
    pairs = pd.DataFrame({"cell": cell, "shape": shape}).sort_values(["cell", "shape"])
    joined = pd.DataFrame(shapes[COLUMNS]).iloc[pairs["shape"]].reset_index(drop=True)
    joined.insert(0, "cell_id", points["cell_id"].to_numpy()[pairs["cell"]])
    return joined
