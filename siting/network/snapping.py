"""Joins points to the nearest road, on the road itself and not at its ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from siting.errors import NetworkError

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.network.routing import Float64, Int64
    from siting.network.segments import Bool

    Geometries = npt.NDArray[np.object_]

SAME_PLACE_M = 0.001  # roads whose distances differ by less are equally near
ON_THE_CARRIAGEWAY_M = 10.0  # a point that near to a motorway lies on it
MARGIN_DEG = 0.5  # points all farther than that from the roads are a mistake, not far-off places


@dataclass(frozen=True)
class EdgeIndex:
    """Some edges, indexed by place.

    Attributes
    ----------
    edge
        Edges in the index, two-way ones first.
    tree
        Their lines in metric coordinates, in that order.
    """

    edge: Int64
    tree: shapely.STRtree


@dataclass(frozen=True)
class Snapper:
    """Edges that points may join, and how positions are projected.

    Attributes
    ----------
    crs
        Metric coordinate system.
    bounds
        West, south, east and north of the roads, degrees.
    first
        Vertices of edge i are first[i] to first[i + 1].
    run
        Planar metres from an edge's first vertex, plus what all edges before it measure: ascending.
    lines
        Line of each edge, object array.
    main, islands, motorways
        Edges of the largest strongly connected component; the others; motorways, which a point
        joins only where it lies on one or where there is nothing else.
    """

    crs: str
    bounds: tuple[float, float, float, float]
    first: Int64
    run: Float64
    lines: shapely.STRtree
    main: EdgeIndex
    islands: EdgeIndex
    motorways: EdgeIndex


@dataclass(frozen=True)
class Snapped:
    """Where points join the roads.

    Attributes
    ----------
    edge
        Edge, -1 where none is near enough.
    before
        Vertex before the place, and the share of the way to the next one, 0 to 1.
    share
    distance_m
        Straight distance, NaN where none is near enough.
    """

    edge: Int64
    before: Int64
    share: Float64
    distance_m: Float64


def local_crs(lon: Float64, lat: Float64) -> str:
    """A metric system centred on some positions (transverse Mercator, true at the centre)."""
    east, north = (lon.min() + lon.max()) / 2, (lat.min() + lat.max()) / 2
    return f"+proj=tmerc +lat_0={north:.2f} +lon_0={east:.2f} +k=1 +ellps=WGS84 +units=m"


def build(
    lon: Float64,
    lat: Float64,
    first: Int64,
    crs: str,
    *,
    main: Bool,
    motorway: Bool,
    joinable: Bool,
    two_way: Bool,
) -> Snapper:
    """Index edges by place.

    Parameters
    ----------
    lon, lat
        Vertices, degrees.
    first
        Vertices of edge i are first[i] to first[i + 1].
    crs
        Metric coordinate system.
    main, motorway, joinable, two_way
        Edges of the largest component; motorways; those that points may join; those open in both
        directions. Bool (edges,).
    """
    x, y = project(lon, lat, crs)
    step = np.hypot(np.diff(x), np.diff(y))
    step[first[1:-1] - 1] = 0.0  # from one edge to the next
    run = np.concatenate([[0.0], np.cumsum(step)])
    of_vertex = np.repeat(np.arange(len(first) - 1), np.diff(first))
    lines: Geometries = np.asarray(
        shapely.linestrings(np.column_stack([x, y]), indices=of_vertex), object
    )

    def index(chosen: Bool) -> EdgeIndex:
        open_to_points = np.flatnonzero(chosen & joinable)
        edge = open_to_points[np.argsort(~two_way[open_to_points], kind="stable")]
        return EdgeIndex(edge, shapely.STRtree(lines[edge]))

    return Snapper(
        crs=crs,
        bounds=(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())),
        first=first,
        run=run,
        lines=shapely.STRtree(lines),
        main=index(main & ~motorway),
        islands=index(~main & ~motorway),
        motorways=index(motorway),
    )


def project(lon: Float64, lat: Float64, crs: str) -> tuple[Float64, Float64]:
    """Metric coordinates of positions in degrees."""
    x, y = _transformer(crs).transform(lon, lat)
    return np.asarray(x, np.float64), np.asarray(y, np.float64)


@cache
def _transformer(crs: str) -> Transformer:
    """To a metric system from degrees; costly to make, so kept; safe among threads."""
    return Transformer.from_crs(4326, crs, always_xy=True)


def snap(snapper: Snapper, lon: Float64, lat: Float64, cap_m: float) -> Snapped:
    """Find where points join the roads.

    The largest component is taken where it is within the cap, then other roads, then motorways.
    Of edges at the same distance (a point at a junction) a two-way one wins over a one-way one,
    so that one may set out either way; then the first.

    Raises
    ------
    NetworkError
        All points lie far outside the roads: longitude and latitude are swapped, or the extract is
        of another place.
    """
    _check_inside(snapper, lon, lat)
    x, y = project(lon, lat, snapper.crs)
    points: Geometries = np.asarray(shapely.points(x, y), object)
    edge, distance = _nearest(snapper.main, points, cap_m)
    on_it, near = _nearest(snapper.motorways, points, min(cap_m, ON_THE_CARRIAGEWAY_M))
    nearer = (on_it >= 0) & ~(near >= distance)
    edge[nearer], distance[nearer] = on_it[nearer], near[nearer]
    for lines in (snapper.islands, snapper.motorways):
        left = np.flatnonzero(edge < 0)
        edge[left], distance[left] = _nearest(lines, points[left], cap_m)
    before, share = _place(snapper, points, edge)
    return Snapped(edge, before, share, distance)


def _nearest(lines: EdgeIndex, points: Geometries, cap_m: float) -> tuple[Int64, Float64]:
    """Nearest edge of each point and its distance; -1 and NaN beyond the cap."""
    edge = np.full(len(points), -1, np.int64)
    distance = np.full(len(points), np.nan)
    if not len(lines.edge) or not len(points):
        return edge, distance
    (point, _), far = lines.tree.query_nearest(
        points, max_distance=max(cap_m, 1e-9), return_distance=True, all_matches=False
    )
    distance[point] = far
    near, line = lines.tree.query(points[point], predicate="dwithin", distance=far + SAME_PLACE_M)
    order = np.lexsort((line, near))[::-1]  # written last, the first edge stays
    edge[point[near[order]]] = lines.edge[line[order]]
    return edge, distance


def _place(snapper: Snapper, points: Geometries, edge: Int64) -> tuple[Int64, Float64]:
    """Vertex before the place on each edge, and the share of the way to the next vertex."""
    before = np.zeros(len(edge), np.int64)
    share = np.zeros(len(edge))
    joined = np.flatnonzero(edge >= 0)
    if not len(joined):
        return before, share
    on = edge[joined]
    along = shapely.line_locate_point(snapper.lines.geometries[on], points[joined])
    begin, end = snapper.first[on], snapper.first[on + 1] - 1
    at = np.minimum(snapper.run[begin] + along, snapper.run[end])
    vertex = np.searchsorted(snapper.run, at, side="right") - 1
    vertex = np.clip(vertex, begin, end - 1)
    gap = snapper.run[vertex + 1] - snapper.run[vertex]
    part = (at - snapper.run[vertex]) / np.where(gap > 0, gap, 1.0)
    before[joined], share[joined] = vertex, np.clip(part, 0.0, 1.0)
    return before, share


def _check_inside(snapper: Snapper, lon: Float64, lat: Float64) -> None:
    """Refuse points that are all far outside the roads."""
    west, south, east, north = snapper.bounds

    def inside(a: Float64, b: Float64) -> Bool:
        return np.asarray(
            (a >= west - MARGIN_DEG)
            & (a <= east + MARGIN_DEG)
            & (b >= south - MARGIN_DEG)
            & (b <= north + MARGIN_DEG),
            bool,
        )

    if not len(lon) or inside(lon, lat).any():
        return
    values = {
        "points": len(lon),
        "bounds": f"{west:.3f}, {south:.3f}, {east:.3f}, {north:.3f}",
        "lon": f"{lon[0]:.5f}",
        "lat": f"{lat[0]:.5f}",
    }
    swapped = bool(inside(lat, lon).mean() > 0.5)
    raise NetworkError("coordinates_swapped" if swapped else "points_outside", **values)
