"""A network from a table of road distances between communes.

Each commune is one attachment point, its chef-lieu; links have a time but no geometry. A point in
a commune reaches the attachment point by a local leg (straight distance x detour, at a local
speed); a point outside every commune of the table, within a cap, by legs to its nearest
attachment points at the speed of the roads that the table does not hold. These are declared
assumptions. No isochrone polygon can be drawn from such a network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from siting.errors import NetworkError
from siting.network.routing import (
    DECISECONDS_PER_MINUTE,
    Attachment,
    Float64,
    Int32,
    Int64,
    Legs,
    RoutingGraph,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt
    from scipy.spatial import cKDTree

OUTSIDE_LEGS = 6  # nearest attachment points that a point beyond the border may use


@dataclass(frozen=True)
class NodeAccess:
    """How points reach the attachment points: declared assumptions of the study.

    Attributes
    ----------
    speed_kmh
        Speed of the local leg inside a commune, km/h.
    detour
        Road length over straight length, at least 1.
    outside_speed_kmh
        Speed of the leg of a point outside every commune of the table, km/h.
    outside_cap_km
        Straight distance beyond which such a point is `too_far_from_road`, km.
    """

    speed_kmh: float
    detour: float
    outside_speed_kmh: float
    outside_cap_km: float


@dataclass(frozen=True)
class Places:
    """Where attached points are: node of their commune (-1 outside all), metric coordinates."""

    node: Int32
    x: Float64
    y: Float64


@dataclass(frozen=True)
class DistanceNetwork:
    """Communes joined by links with a travel time.

    Attributes
    ----------
    codes
        Commune code of each node, object array (nodes,).
    x, y
        Attachment point of each node in `crs`, metres, float64 (nodes,).
    graph
        The links, both ways.
    link
        Row of the distance table that each arc comes from, int32 (arcs,).
    polygons
        Territory of each node in `crs`, object array of shapely geometries (nodes,).
    crs
        Metric coordinate system.
    access
        How points reach the nodes.
    """

    codes: npt.NDArray[np.object_]
    x: Float64
    y: Float64
    graph: RoutingGraph
    link: Int32
    polygons: npt.NDArray[np.object_]
    crs: str
    access: NodeAccess

    @property
    def positions(self) -> tuple[Float64, Float64]:
        """Metric coordinates of each node."""
        return self.x, self.y

    def attach(self, points: pd.DataFrame) -> Attachment:
        """Join points to their commune's node, or to the nearest nodes when outside all communes.

        Parameters
        ----------
        points
            `id,lon,lat`, and `commune_code` where known; otherwise the position decides.
        """
        x, y = _project(points["lon"].to_numpy(float), points["lat"].to_numpy(float), self.crs)
        node = self._node_of(points, x, y)
        inside = node >= 0
        distance = np.full(len(points), np.nan)
        distance[inside] = np.hypot(x - self.x[node], y - self.y[node])[inside]
        count = inside.astype(np.int64)
        outside = np.flatnonzero(~inside)
        near, straight = self._nearest(x[outside], y[outside])
        reached = straight <= self.access.outside_cap_km * 1000
        count[outside] = reached.sum(axis=1)
        distance[outside] = np.where(reached.any(axis=1), straight[:, 0], np.nan)
        first = np.concatenate([[0], np.cumsum(count)])
        legs_node = np.empty(first[-1], np.int32)
        legs_time = np.empty(first[-1], np.int32)
        at = first[:-1][inside]
        legs_node[at] = node[inside]
        legs_time[at] = self._duration(distance[inside], self.access.speed_kmh)
        at = (first[:-1][outside][:, None] + np.cumsum(reached, axis=1) - 1)[reached]
        legs_node[at] = near[reached]
        legs_time[at] = self._duration(straight[reached], self.access.outside_speed_kmh)
        legs = Legs(first, legs_node, legs_time)
        reason = np.where(count > 0, "", "too_far_from_road").astype(object)
        ids = points["id"].to_numpy(object)
        return Attachment(ids, legs, legs, reason, distance, Places(node, x, y))

    def direct(self, origins: Attachment, destinations: Attachment) -> tuple[Int64, Int64, Int32]:
        """Pairs in the same commune: a local leg straight from one to the other."""
        here: Places = origins.local
        there: Places = destinations.local
        order = np.argsort(there.node, kind="stable")
        keys = there.node[order]
        low = np.searchsorted(keys, here.node, "left")
        high = np.searchsorted(keys, here.node, "right")
        size = np.where(here.node >= 0, high - low, 0)
        origin = np.repeat(np.arange(len(size)), size)
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        destination = order[np.repeat(low, size) + within]
        straight = np.hypot(
            here.x[origin] - there.x[destination], here.y[origin] - there.y[destination]
        )
        return origin, destination, self._duration(straight, self.access.speed_kmh)

    @cached_property
    def _number(self) -> pd.Index:
        return pd.Index(self.codes, dtype=object)

    @cached_property
    def _polygons(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)

    @cached_property
    def _seats(self) -> cKDTree:
        from scipy.spatial import cKDTree  # noqa: PLC0415 - places outside every commune only

        return cKDTree(np.column_stack([self.x, self.y]))

    def _node_of(self, points: pd.DataFrame, x: Float64, y: Float64) -> Int32:
        """Node of each point's commune, -1 where it lies in none."""
        node = np.full(len(points), -1, np.int32)
        if "commune_code" in points.columns:
            node[:] = self._number.get_indexer(pd.Index(points["commune_code"], dtype=object))
        unknown = np.flatnonzero(node < 0)
        where, polygon = self._polygons.query(
            shapely.points(x[unknown], y[unknown]), predicate="intersects"
        )
        # on a shared boundary the commune that comes first in the table is taken
        node[unknown[where[::-1]]] = polygon[::-1]
        return node

    def _nearest(self, x: Float64, y: Float64) -> tuple[Int32, Float64]:
        """Nearest nodes of points, and straight distances in metres: shapes (points, k)."""
        k = min(OUTSIDE_LEGS, len(self.codes))
        if not len(x):
            return np.empty((0, k), np.int32), np.empty((0, k))
        straight, near = self._seats.query(np.column_stack([x, y]), k=np.arange(1, k + 1))
        return near.astype(np.int32), straight

    def _duration(self, metres: Float64, speed_kmh: float) -> Int32:
        """Deciseconds of a leg of so many straight metres."""
        seconds = metres * self.access.detour / (speed_kmh / 3.6)
        return np.rint(seconds * 10).astype(np.int32)


def build(
    links: pd.DataFrame,
    communes: pd.DataFrame,
    boundaries: gpd.GeoDataFrame,
    crs: str,
    access: NodeAccess,
    factor: float = 1.0,
) -> DistanceNetwork:
    """Build the network of a distance table.

    Parameters
    ----------
    links
        `from_code,to_code,minutes`, undirected.
    communes
        See `tables.COMMUNES`; the chef-lieu is the attachment point.
    boundaries
        `code` and geometry, any CRS.
    crs
        Metric coordinate system.
    access
        How points reach the nodes.
    factor
        Driven time over the table's time.

    Raises
    ------
    NetworkError
        A link names a commune that is not in `communes`, or a commune has no boundary.
    """
    codes = communes["code"].to_numpy(object)
    index = {code: i for i, code in enumerate(codes)}
    for column in ("from_code", "to_code"):
        unknown = links.index[~links[column].isin(index)]
        if len(unknown):
            row = unknown[0]
            raise NetworkError("link_of_unknown_commune", row=row + 2, code=links[column][row])
    shapes = boundaries.to_crs(crs).set_index("code").geometry
    without = [code for code in codes if code not in shapes.index]
    if without:
        raise NetworkError("commune_without_boundary", codes=", ".join(without[:5]))
    a = links["from_code"].map(index).to_numpy(np.int32)
    b = links["to_code"].map(index).to_numpy(np.int32)
    minutes = links["minutes"].to_numpy(float) * factor
    duration = np.rint(minutes * DECISECONDS_PER_MINUTE).astype(np.int32)
    row_of_arc = np.tile(np.arange(len(links), dtype=np.int32), 2)
    graph = RoutingGraph(
        len(codes), np.concatenate([a, b]), np.concatenate([b, a]), np.tile(duration, 2)
    )
    lon = communes["chef_lieu_lon"].to_numpy(float)
    lat = communes["chef_lieu_lat"].to_numpy(float)
    x, y = _project(lon, lat, crs)
    polygons = shapes.loc[list(codes)].to_numpy(object)
    return DistanceNetwork(codes, x, y, graph, row_of_arc, polygons, crs, access)


def closed(network: DistanceNetwork, links: Sequence[int]) -> DistanceNetwork:
    """The network with some links closed both ways.

    Parameters
    ----------
    links
        Rows of the distance table, from 0.

    Raises
    ------
    NetworkError
        There is no such row.
    """
    known = set(network.link.tolist())
    for row in links:
        if row not in known:
            raise NetworkError("unknown_link", row=row, last=max(known, default=-1))
    kept = ~np.isin(network.link, np.asarray(links, np.int32))
    g = network.graph
    graph = RoutingGraph(g.n_nodes, g.tail[kept], g.head[kept], g.duration[kept])
    return replace(network, graph=graph, link=network.link[kept])


def rescaled(network: DistanceNetwork, factor: float) -> DistanceNetwork:
    """The network with the speed of every link multiplied; local legs keep theirs."""
    g = network.graph
    times = np.rint(g.duration / factor).astype(np.int32)
    return replace(network, graph=RoutingGraph(g.n_nodes, g.tail, g.head, times))


@cache
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(4326, crs, always_xy=True)


def _project(lon: Float64, lat: Float64, crs: str) -> tuple[Float64, Float64]:
    """Coordinates in the metric system, rounded to the millimetre."""
    x, y = _transformer(crs).transform(lon, lat)
    return np.round(x, 3), np.round(y, 3)
