"""Shapes that maps draw and the tables do not hold: cells as squares, main roads as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from siting.network.roads import RoadNetwork

if TYPE_CHECKING:
    from siting.study.result import Result

ROAD_KINDS = {
    0: ("motorway", "trunk", "motorway_link", "trunk_link"),
    1: ("primary", "secondary"),
    2: ("tertiary",),
}
LONE_SIDE = 1000.0  # metres, of a cell that has no other beside it


def squares(cells: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Cells as areas: those that a file gives by their centre become squares.

    The side is the median distance between a cell and the nearest other one, which on a grid is the
    grid's own.

    Parameters
    ----------
    crs
        Metric system in which they are square.

    Returns
    -------
    The cells, in their own system.
    """
    points = (cells.geom_type == "Point").to_numpy()
    if not points.any():
        return cells
    at = shapely.get_coordinates(cells.geometry[points].to_crs(crs).to_numpy())
    side = LONE_SIDE
    if len(at) > 1:
        gap = cKDTree(at).query(at, k=2)[0][:, 1]
        side = float(np.median(gap[gap > 0])) if (gap > 0).any() else side
    half = side / 2
    boxes = shapely.box(at[:, 0] - half, at[:, 1] - half, at[:, 0] + half, at[:, 1] + half)
    shapes = cells.geometry.to_numpy().copy()
    shapes[points] = gpd.GeoSeries(boxes, crs=crs).to_crs(cells.crs).to_numpy()
    return cells.set_geometry(gpd.GeoSeries(shapes, index=cells.index, crs=cells.crs))


def main_roads(result: Result) -> gpd.GeoDataFrame | None:
    """Main roads as lines, where the network has geometry; clipped to the territory's box."""
    network = result.ground.router.network
    if not isinstance(network, RoadNetwork):
        return None
    edges = network.edges
    of_class = {name: kind for kind, names in ROAD_KINDS.items() for name in names}
    kinds = np.array([of_class.get(name, -1) for name in network.classes])[edges.kind]
    first = np.asarray(edges.first)
    owner = np.repeat(np.arange(len(kinds)), np.diff(first))
    west, south, east, north = result.communes.to_crs(4326).total_bounds
    lines, line_kinds = [], []
    for kind in ROAD_KINDS:
        chosen = np.flatnonzero(kinds == kind)
        if not len(chosen):
            continue
        inside = np.isin(owner, chosen)
        xy = np.column_stack([network.lon, network.lat])[inside]
        parts: Any = shapely.linestrings(
            xy, indices=np.unique(owner[inside], return_inverse=True)[1]
        )
        joined = shapely.line_merge(shapely.multilinestrings(parts))
        cut = shapely.get_parts(shapely.clip_by_rect(joined, west, south, east, north))
        cut = cut[shapely.get_dimensions(cut) == 1]
        lines.extend(cut)
        line_kinds.extend([kind] * len(cut))
    if not lines:
        return None
    return gpd.GeoDataFrame({"kind": line_kinds}, geometry=lines, crs=4326)
