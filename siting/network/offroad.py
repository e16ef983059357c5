"""Where there is no road: walking over the ground to the nearest road, slopes counted.

Speed on foot is Tobler's hiking function, 6 exp(-3.5 |slope + 0.05|) km/h (Tobler 1993), times 0.6
off paths as he proposes; the time between two neighbouring cells is the mean of going and coming
back, so that a leg has one time. The least time to a road is found by Dijkstra's search over the
eight neighbours of each cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import rasterio
from pyproj import Transformer
from rasterio.warp import Resampling, reproject
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting import archives
from siting.errors import InputError
from siting.network.routing import Attachment, Legs

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from siting.network.roads import RoadNetwork
    from siting.network.routing import Float64, Int32, Int64, RoutingGraph

Float32 = npt.NDArray[np.float32]
CELL_M = 60.0
OFF_PATH = 0.6  # Tobler's factor of walking off paths
FARTHEST_S = 4 * 3600.0
MARGIN_M = 3000.0


@dataclass(frozen=True)
class WalkingGrid:
    """Walking times to the nearest road on a grid.

    Attributes
    ----------
    seconds
        To (and from) the road, float32, shape (rows, columns), first row in the south; infinite
        where there is no way (no elevation, or more than four hours).
    road
        Cell of the road that is reached, as row x columns + column, int64; -1 where none is.
    west, south, cell_m
        Centre of the first cell and side of the cells, metres in `crs`.
    crs
        Metric coordinate system.
    """

    seconds: Float32
    road: Int64
    west: float
    south: float
    cell_m: float
    crs: str


def tobler_kmh(slope: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Speed on foot for a slope (rise over run), km/h, on a path."""
    speed: npt.NDArray[np.float64] = 6 * np.exp(-3.5 * np.abs(slope + 0.05))
    return speed


def walk_seconds(distance: Float64, rise: Float64) -> Float64:
    """Seconds over the ground between two places, the mean of going and coming back."""
    slope = rise / distance
    going, coming = tobler_kmh(slope), tobler_kmh(-slope)
    seconds: Float64 = distance * 3.6 / OFF_PATH * (1 / going + 1 / coming) / 2
    return seconds


def ground(
    network: RoadNetwork,
    elevation: Path,
    *,
    effort: Float32 | None = None,
    cell_m: float = CELL_M,
) -> WalkingGrid:
    """Walking times to the roads of a network.

    Parameters
    ----------
    elevation
        Any raster that GDAL reads: GeoTIFF, SRTM `.hgt` (a `.zip` of one too).
    effort
        Factor on walking times by cell (land cover), float32, on the grid that this function makes;
        infinite where one cannot walk. 1 everywhere unless given.
    cell_m
        Side of the grid's cells, metres.

    Raises
    ------
    InputError
        The raster cannot be read, or does not cover the roads.
    """
    crs = network.snapper.crs
    project = Transformer.from_crs(4326, crs, always_xy=True)
    x, y = (np.asarray(v) for v in project.transform(network.lon, network.lat))
    west, south = (np.floor((v.min() - MARGIN_M) / cell_m) * cell_m for v in (x, y))
    columns = int(np.ceil((x.max() + MARGIN_M - west) / cell_m))
    rows = int(np.ceil((y.max() + MARGIN_M - south) / cell_m))
    height = _elevation(elevation, crs, west, south, cell_m, (rows, columns))
    if np.isnan(height).all():
        raise InputError("elevation_elsewhere", file=elevation)
    starts = _road_cells(network, x, y, west, south, cell_m, columns)
    starts = starts[~np.isnan(height.ravel()[starts])]
    graph = _neighbours(height, cell_m, effort)
    seconds, _, road = dijkstra(
        graph, indices=starts, min_only=True, limit=FARTHEST_S, return_predecessors=True
    )
    shape = (rows, columns)
    road = np.where(np.isfinite(seconds), road, -1).reshape(shape)
    reached = seconds.astype(np.float32).reshape(shape)
    return WalkingGrid(reached, road.astype(np.int64), float(west), float(south), cell_m, crs)


def _elevation(
    path: Path, crs: str, west: float, south: float, cell: float, shape: tuple[int, int]
) -> Float64:
    """Heights on the grid, metres, NaN where the raster has none."""
    if not path.is_file():
        raise InputError("missing_file", file=path)
    archives.require_shapes(path)
    name = f"/vsizip/{path}/{path.stem}" if path.suffix == ".zip" else str(path)
    north = south + (shape[0] - 0.5) * cell
    transform = rasterio.transform.from_origin(west - cell / 2, north, cell, cell)
    heights = np.full(shape, np.nan)
    try:
        with rasterio.open(name) as raster:
            reproject(
                rasterio.band(raster, 1),
                heights,
                dst_transform=transform,
                dst_crs=crs,
                dst_nodata=np.nan,
                resampling=Resampling.bilinear,
            )
    except rasterio.errors.RasterioError as error:
        raise InputError("bad_elevation", file=path, detail=error) from error
    return heights[::-1]


def _road_cells(
    network: RoadNetwork,
    x: Float64,
    y: Float64,
    west: float,
    south: float,
    cell: float,
    columns: int,
) -> Int64:
    """Cells that joinable roads of the largest component pass."""
    joinable = np.zeros(len(network.edges.first) - 1, np.bool_)
    joinable[network.snapper.main.edge] = True
    stretch = np.repeat(joinable, np.diff(network.edges.first))
    stretch[network.edges.first[1:] - 1] = False
    v = np.flatnonzero(stretch)
    length = np.hypot(x[v + 1] - x[v], y[v + 1] - y[v])
    count = np.ceil(length / (cell / 2)).astype(np.int64) + 1
    which = np.repeat(v, count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    share = step / np.repeat(count, count)
    at_x = x[which] + share * (x[which + 1] - x[which])
    at_y = y[which] + share * (y[which + 1] - y[which])
    row = np.rint((at_y - south) / cell).astype(np.int64)
    column = np.rint((at_x - west) / cell).astype(np.int64)
    return np.unique(row * columns + column)


def _neighbours(height: Float64, cell: float, effort: Float32 | None) -> csr_array:
    """Graph of the cells, each with its eight neighbours, seconds as weights."""
    rows, columns = height.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    tails, heads, times = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (slice(0, rows - down), slice(max(0, -right), columns - max(0, right)))
        there = (slice(down, rows), slice(max(0, right), columns + min(0, right)))
        distance = np.full(number[here].shape, cell * np.hypot(down, right))
        seconds = walk_seconds(distance, height[there] - height[here])
        if effort is not None:
            seconds = seconds * (effort[here] + effort[there]) / 2
        known = np.isfinite(seconds)
        tails.append(number[here][known])
        heads.append(number[there][known])
        times.append(seconds[known])
    tail, head, time = (np.concatenate(parts) for parts in (tails, heads, times))
    both = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    return csr_array((np.tile(time, 2), both), shape=(number.size, number.size))


@dataclass(frozen=True)
class WalkedNetwork:
    """A road network that far-off points reach on foot, over the ground.

    Attributes
    ----------
    roads
        The road network: points within its cap join it as ever.
    ground
        Walking times of the others.
    """

    roads: RoadNetwork
    ground: WalkingGrid

    @property
    def graph(self) -> RoutingGraph:
        """The graph that is searched."""
        return self.roads.graph

    @property
    def positions(self) -> tuple[Float64, Float64]:
        """Coordinates of the graph's nodes."""
        return self.roads.positions

    def attach(self, points: pd.DataFrame) -> Attachment:
        """Join points; those too far from a road walk to the one that is soonest reached."""
        joined = self.roads.attach(points)
        far = np.flatnonzero(joined.reason != "")
        moved, seconds = self._at_road(points.iloc[far])
        known = np.isfinite(seconds)
        if not known.any():
            return joined
        shifted = points.copy()
        for column in ("lon", "lat"):
            values = points[column].to_numpy(float).copy()
            values[far[known]] = moved[column][known]
            shifted[column] = values
        again = self.roads.attach(shifted)
        walk = np.zeros(len(points), np.int32)
        walk[far[known]] = np.rint(seconds[known] * 10)
        local = replace(again.local, access=again.local.access + walk)
        distance = joined.distance_m.copy()
        distance[far[known]] = moved["metres"][known]
        return Attachment(
            again.ids,
            _later(again.leaving, walk),
            _later(again.arriving, walk),
            again.reason,
            distance,
            local,
        )

    def direct(self, origins: Attachment, destinations: Attachment) -> tuple[Int64, Int64, Int32]:
        """Pairs on one edge, see `RoadNetwork.direct`."""
        return self.roads.direct(origins, destinations)

    def _at_road(self, points: pd.DataFrame) -> tuple[dict[str, Float64], Float64]:
        """Position of the road that each point walks to, the straight metres, and the seconds."""
        g = self.ground
        project = Transformer.from_crs(4326, g.crs, always_xy=True)
        lon, lat = points["lon"].to_numpy(float), points["lat"].to_numpy(float)
        x, y = (np.asarray(v) for v in project.transform(lon, lat))
        rows, columns = g.seconds.shape
        row = np.rint((y - g.south) / g.cell_m)
        column = np.rint((x - g.west) / g.cell_m)
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        row = np.where(inside, row, 0).astype(np.int64)
        column = np.where(inside, column, 0).astype(np.int64)
        seconds = np.where(inside, g.seconds[row, column], np.inf).astype(np.float64)
        road_row, road_column = np.divmod(g.road[row, column], columns)
        road_x, road_y = g.west + road_column * g.cell_m, g.south + road_row * g.cell_m
        there = project.transform(road_x, road_y, direction="INVERSE")
        metres = np.hypot(road_x - x, road_y - y)
        return {"lon": there[0], "lat": there[1], "metres": metres}, seconds


def _later(legs: Legs, walk: Int32) -> Legs:
    """Legs with the deciseconds of each point added."""
    return Legs(
        legs.first, legs.node, legs.duration + np.repeat(walk, np.diff(legs.first)).astype(np.int32)
    )
