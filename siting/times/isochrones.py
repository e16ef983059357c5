"""Isochrones and travel-time rasters: the times of places that are not on a list.

A surface holds, on a grid, the travel time between a place and every cell: along the roads, exact
at every point of an edge, then over the ground at the network's access speed, up to 500 m from a
road.
Isochrones are the contours of that surface, so they are valid, nested, keep their holes, and are
right to within one cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import contourpy
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.ndimage import distance_transform_edt

from siting.atomic_files import replacing
from siting.errors import NetworkError
from siting.network.routing import DECISECONDS_PER_MINUTE, Legs
from siting.times import sweeps
from siting.times.kernels import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.network.roads import RoadNetwork
    from siting.network.routing import Attachment, Float64
    from siting.times.matrix import Router

Float32 = npt.NDArray[np.float32]
CELL_M = 100.0
FINEST_M, COARSEST_M = 5.0, 5000.0  # sides of the grid that may be asked for
OFF_ROAD_M = 500.0  # metres from a road that is reached beyond which a place is in no isochrone


@dataclass(frozen=True)
class Surface:
    """Minutes on a grid.

    Attributes
    ----------
    minutes
        float32, shape (rows, columns), first row in the south; NaN beyond the limit.
    west, south
        Centre of the first cell, metres in `crs`.
    cell_m
        Side of a cell, metres.
    crs
        Metric coordinate system.
    """

    minutes: Float32
    west: float
    south: float
    cell_m: float
    crs: str


def surface(
    router: Router,
    place: Attachment,
    limit: float,
    *,
    towards: bool = True,
    cell_m: float = CELL_M,
) -> Surface:
    """Minutes between one place and everywhere within a limit.

    Parameters
    ----------
    router
        Roads with geometry; a table of distances has none.
    place
        One point joined to the network.
    limit
        Minutes.
    towards
        True for times to the place, False for times from it.
    cell_m
        Side of the grid's cells, metres: also the tolerance.

    Raises
    ------
    NetworkError
        The network has no geometry, or the place is too far from a road.
    """
    network = with_geometry(router)
    if place.reason[0]:
        raise NetworkError("place_off_road", id=place.ids[0], reason=place.reason[0])
    bound = int(limit * DECISECONDS_PER_MINUTE)
    along, other = _vertex_times(router, network, place, bound, towards=towards)
    best = np.minimum(along, other)
    x, y = _plane(network)
    crs = network.snapper.crs
    # stretches between vertices of edges that a point may join, reached or not
    joinable = np.zeros(len(network.edges.first) - 1, bool)
    joinable[network.snapper.main.edge] = True
    stretch = np.repeat(joinable, np.diff(network.edges.first))
    stretch[network.edges.first[1:] - 1] = False
    reached = stretch.copy()
    reached[:-1] &= (best[:-1] <= bound) | (best[1:] <= bound)
    v = np.flatnonzero(reached)
    at_x, at_y = _joined_at(place, x, y)
    margin = OFF_ROAD_M + 2 * cell_m
    west, east = _around(np.append(x[v], at_x), margin, cell_m)
    south, north = _around(np.append(y[v], at_y), margin, cell_m)
    columns = round((east - west) / cell_m) + 1
    rows = round((north - south) / cell_m) + 1
    grid = np.full((rows, columns), np.inf, np.float32)
    road = np.zeros((rows, columns), np.bool_)
    stretch &= (x > west) & (x < east) & (y > south) & (y < north)
    v = np.flatnonzero(stretch)
    if len(v):
        length = np.hypot(x[v + 1] - x[v], y[v + 1] - y[v])
        count = np.maximum(2, np.ceil(length / (cell_m / 2)).astype(np.int64) + 1)
        ahead = np.column_stack([along[v], along[v + 1]])
        back = np.column_stack([other[v], other[v + 1]])
        spread.draw(v, count, x, y, ahead, back, west, south, cell_m, grid, road)
    at = round((at_y - south) / cell_m), round((at_x - west) / cell_m)
    road[at] = True
    grid[at] = min(grid[at], float(place.local.access[0]))
    # a place belongs to the nearest road, as when a point joins the network
    metres, nearest = distance_transform_edt(~road, sampling=cell_m, return_indices=True)
    time = grid[nearest[0], nearest[1]] + metres / (network.access_kmh / 36)
    time[(time > bound) | (metres > OFF_ROAD_M)] = np.nan
    minutes = (time / DECISECONDS_PER_MINUTE).astype(np.float32)
    return Surface(minutes, float(west), float(south), cell_m, crs)


def _around(values: Float64, margin: float, cell_m: float) -> tuple[float, float]:
    """Bounds of values with a margin, at multiples of a cell."""
    low = np.floor((values.min() - margin) / cell_m) * cell_m
    return float(low), float(np.ceil((values.max() + margin) / cell_m) * cell_m)


def polygons(surface: Surface, limits: Sequence[float]) -> list[shapely.MultiPolygon]:
    """Isochrones of a surface, in its coordinate system, one for each limit in minutes."""
    rows, columns = surface.minutes.shape
    # beyond the limit the surface goes on rising, so that the contour closes around it
    high = np.nanmax(surface.minutes, initial=0)
    filled = np.where(np.isnan(surface.minutes), high + _step(surface), surface.minutes)
    x = surface.west + surface.cell_m * np.arange(columns)
    y = surface.south + surface.cell_m * np.arange(rows)
    lines: Any = contourpy.contour_generator(x, y, filled, fill_type="OuterOffset")
    result = []
    for limit in limits:
        points, offsets = lines.filled(-np.inf, limit)[:2]
        parts = []
        for ring, offset in zip(points, offsets, strict=True):
            rings = [ring[a:b] for a, b in pairwise(offset)]
            parts.append(shapely.Polygon(rings[0], [r for r in rings[1:] if len(r) > 3]))
        whole = shapely.make_valid(shapely.MultiPolygon(parts))
        flat = [q for p in shapely.get_parts(whole) for q in shapely.get_parts(p)]
        kept = [q for q in flat if q.geom_type == "Polygon"]
        result.append(shapely.MultiPolygon(kept))
    return result


def of_points(
    router: Router,
    points: pd.DataFrame,
    limits: Sequence[float],
    *,
    towards: bool = True,
    cell_m: float = CELL_M,
    seen: Callable[[str, Surface], None] | None = None,
) -> gpd.GeoDataFrame:
    """Isochrones of points, the largest of each first, so that smaller ones are drawn over it.

    Parameters
    ----------
    points
        `id,lon,lat`.
    limits
        Minutes, increasing.
    towards, cell_m
        See `surface`.
    seen
        Called with each point's id and surface.

    Returns
    -------
    `id,minutes,tolerance_m` and multipolygons, EPSG:4326.
    """
    draw = by_road(router, limits[-1], towards=towards, cell_m=cell_m)
    return contours(points, limits, draw, seen)


def by_road(
    router: Router, limit: float, *, towards: bool, cell_m: float
) -> Callable[[pd.DataFrame], Surface]:
    """What draws the surface of a point, one row of `id,lon,lat`: see `surface`."""

    def draw(point: pd.DataFrame) -> Surface:
        place = router.network.attach(point)
        return surface(router, place, limit, towards=towards, cell_m=cell_m)

    return draw


def contours(
    points: pd.DataFrame,
    limits: Sequence[float],
    draw: Callable[[pd.DataFrame], Surface],
    seen: Callable[[str, Surface], None] | None = None,
) -> gpd.GeoDataFrame:
    """Isochrones of points whose surfaces are drawn one by one: see `of_points`."""
    parts = []
    for row in range(len(points)):
        point = points.iloc[row : row + 1]
        minutes = draw(point)
        if seen is not None:
            seen(str(point["id"].iloc[0]), minutes)
        shapes = polygons(minutes, limits)
        columns = {
            "id": point["id"].iloc[0],
            "minutes": list(limits)[::-1],
            "tolerance_m": minutes.cell_m,
        }
        part = gpd.GeoDataFrame(columns, geometry=shapes[::-1], crs=minutes.crs)
        parts.append(part.to_crs(4326))
    whole = pd.concat(parts, ignore_index=True)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=4326)


def write_raster(path: Path, surface: Surface) -> None:
    """Write a surface as GeoTIFF: minutes, float32, no data where beyond the limit."""
    import rasterio  # noqa: PLC0415 - GDAL only where a raster is written

    rows, columns = surface.minutes.shape
    half = surface.cell_m / 2
    north = surface.south + (rows - 1) * surface.cell_m + half
    transform = rasterio.transform.from_origin(
        surface.west - half, north, surface.cell_m, surface.cell_m
    )
    profile = {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": 1,
        "dtype": "float32",
        "crs": surface.crs,
        "transform": transform,
        "nodata": float("nan"),
        "compress": "deflate",
    }
    with replacing(path) as part, rasterio.open(part, "w", **profile) as raster:
        raster.write(surface.minutes[::-1], 1)


def _step(surface: Surface) -> float:
    """Minutes that one cell on foot takes at most: how fast the surface rises beyond the limit."""
    differences = np.abs(np.diff(surface.minutes, axis=1))
    return float(np.nanmax(differences, initial=1.0))


def with_geometry(router: Router) -> RoadNetwork:
    """The network of a router, if it has a geometry; raises a NetworkError if not."""
    from siting.network.roads import RoadNetwork  # noqa: PLC0415 - only for its type

    if not isinstance(router.network, RoadNetwork):
        raise NetworkError("no_geometry")
    return router.network


def _plane(network: RoadNetwork) -> tuple[Float64, Float64]:
    """Metric coordinates of the vertices."""
    points = shapely.get_coordinates(network.snapper.lines.geometries)
    return points[:, 0].copy(), points[:, 1].copy()


def _joined_at(place: Attachment, x: Float64, y: Float64) -> tuple[float, float]:
    """Where the place joins the road, on the plane."""
    v, share = int(place.local.vertex[0]), float(place.local.share[0])
    return x[v] + share * (x[v + 1] - x[v]), y[v] + share * (y[v + 1] - y[v])


def _vertex_times(
    router: Router, network: RoadNetwork, place: Attachment, bound: int, *, towards: bool
) -> tuple[Float64, Float64]:
    """Deciseconds at every vertex by either way along its edge; infinite where it is not reached.

    Going towards the place, times are from the vertex, on leaving along the edge or against it;
    going from the place, they are to the vertex, coming along the edge or against it.
    """
    edges, states = network.edges, network.states
    last = edges.first[1:] - 1
    ahead = edges.clock_forward * 10
    back = edges.clock_backward * 10
    of_edge = np.repeat(np.arange(len(last)), np.diff(edges.first))
    node_time = np.full(network.graph.n_nodes, np.inf)
    legs = place.arriving if towards else place.leaving
    node, time = times_within(router, legs, bound, towards=towards)
    node_time[node] = time
    duration = network.duration
    with np.errstate(invalid="ignore"):
        if towards:
            state = states.leaving
            end = np.where(state >= 0, node_time[np.maximum(state, 0)], np.inf)
            along = end[2 * of_edge] + ahead[last][of_edge] - ahead
            other = end[2 * of_edge + 1] + back
        else:
            graph = network.graph
            turn = graph.duration - duration[network.arc_edge]
            start = np.full(len(duration), np.inf)
            np.minimum.at(start, network.arc_edge, node_time[graph.tail] + turn)
            along = start[2 * of_edge] + ahead
            other = start[2 * of_edge + 1] + back[last][of_edge] - back
        along = np.where(np.isnan(along), np.inf, along)
        other = np.where(np.isnan(other), np.inf, other)
    return _own_edge(place, edges.first, ahead, back, along, other, towards=towards)


def _own_edge(
    place: Attachment,
    first: npt.NDArray[np.int64],
    ahead: Float64,
    back: Float64,
    float64: Float64,
    other: Float64,
    *,
    towards: bool,
) -> tuple[Float64, Float64]:
    """Lower the times along the place's own edge, which need not pass one of its ends."""
    joined = place.local
    edge, vertex = int(joined.edge[0]), int(joined.vertex[0])
    access = float(joined.access[0])
    before = slice(int(first[edge]), vertex + 1)
    after = slice(vertex + 1, int(first[edge + 1]))
    at_ahead, at_back = float(joined.ahead[0]), float(joined.back[0])
    if at_ahead >= 0:  # the edge may be travelled forward
        part = before if towards else after
        float64[part] = np.minimum(float64[part], np.abs(at_ahead - ahead[part]) + access)
    if at_back >= 0:
        part = after if towards else before
        other[part] = np.minimum(other[part], np.abs(at_back - back[part]) + access)
    return float64, other


def times_within(
    router: Router, legs: Legs, bound: int, *, towards: bool
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Nodes of the graph within a limit (deciseconds) of some legs, and their times."""
    if router.hierarchy is not None and router.metric is not None:
        return sweeps.within(router.hierarchy, router.metric, legs, bound, backward=towards)
    from siting.times import search  # noqa: PLC0415 - small graphs only

    n = router.network.graph.n_nodes
    every = Legs(np.arange(n + 1), np.arange(n, dtype=np.int32), np.zeros(n, np.int32))
    if towards:
        times = search.many_to_many(router.network.graph, every, legs)[:, 0]
    else:
        times = search.many_to_many(router.network.graph, legs, every)[0]
    reached = np.flatnonzero(times <= bound).astype(np.int32)
    return reached, times[reached]
