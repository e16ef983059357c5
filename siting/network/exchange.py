"""Road networks exchanged with networkx and osmnx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import shapely
from pyproj import Transformer

from siting.errors import InputError
from siting.network import lines, roads
from siting.network import speeds as speed_tables
from siting.network.segments import geodesic_lengths

if TYPE_CHECKING:
    from pathlib import Path

    from siting.network.lines import RoadLine
    from siting.network.roads import RoadNetwork
    from siting.network.routing import Float64
    from siting.network.speeds import Speeds


STATES = "turn states"


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[int]:
    """Give the routing graph as networkx knows graphs.

    Nodes have `x`, `y` (degrees); edges `duration` (deciseconds, the turn before the edge
    included), `travel_time` (seconds), `length` (metres), `highway` and `edge` (directed edge).
    The graph's `crs` is set, so that osmnx takes it (`osmnx.save_graphml`, `graph_to_gdfs`).
    A place where turns cost has several nodes, one for each way of arriving: the graph is to be
    searched, not to be read in again as roads, which `from_networkx` refuses.
    """
    exchanged: nx.MultiDiGraph[int] = nx.MultiDiGraph(
        crs="epsg:4326", mode=network.mode, nodes=STATES
    )
    lon, lat = network.positions
    exchanged.add_nodes_from(
        (i, {"x": float(x), "y": float(y)}) for i, (x, y) in enumerate(zip(lon, lat, strict=True))
    )
    graph, edge = network.graph, network.arc_edge
    length = network.length_m[edge >> 1]
    kind = network.edges.kind[edge >> 1]
    rows = (graph.tail, graph.head, graph.duration, edge, length, kind)
    for tail, head, duration, directed, metres, of_class in zip(
        *(column.tolist() for column in rows), strict=True
    ):
        exchanged.add_edge(
            tail,
            head,
            duration=duration,
            travel_time=duration / 10,
            length=metres,
            highway=network.classes[of_class],
            edge=directed,
        )
    return exchanged


def read_graphml(
    path: Path, mode: str = "car", *, speeds: Speeds | None = None, snap_cap_m: float = 1000.0
) -> RoadNetwork:
    """Read a GraphML file that osmnx wrote; see `from_networkx`.

    Raises
    ------
    InputError
        The file is missing, is not such a GraphML file, or holds no road for the mode.
    """
    import osmnx  # noqa: PLC0415 - slow to import, and needed here only

    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        graph = osmnx.load_graphml(path)
    except Exception as error:  # the parsers under osmnx raise errors of many kinds
        raise InputError("not_graphml", file=path, detail=error) from error
    chosen = speed_tables.load(mode=mode) if speeds is None else speeds
    return from_networkx(graph, chosen, file=path, snap_cap_m=snap_cap_m)


def from_networkx(
    graph: nx.MultiDiGraph[Any],
    speeds: Speeds,
    *,
    file: object = "graph",
    snap_cap_m: float = 1000.0,
    crs: str | None = None,
) -> RoadNetwork:
    """Build the network of an osmnx graph, or of any directed graph in its layout.

    Parameters
    ----------
    graph
        Nodes with `x`, `y` in the graph's `crs` (degrees where it has none); edges with OSM tags
        as osmnx keeps them, `geometry` where not straight, and `travel_time` in seconds where
        known, which then holds instead of the speed of the class. An edge without `highway` needs
        `travel_time`. Edges are directed: the two directions of a road are paired where their
        geometry and tags are the same.
    speeds
        Speeds of the mode.
    file
        What to call the graph in messages.
    snap_cap_m, crs
        As for `osm.read`.

    Raises
    ------
    InputError
        A node has no position, an edge neither class nor time, no edge is for the mode, or the
        graph is one of turn states, from `to_networkx`.
    """
    if graph.graph.get("nodes") == STATES:
        raise InputError("graph_of_states", file=file)
    shapes, kept, ends = _paired(graph, speeds, file)
    if not kept:
        raise InputError(
            "no_roads",
            file=file,
            mode=speeds.mode,
            ways=graph.number_of_edges(),
            classes=len(speeds.classes),
        )
    xy, index = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(index, np.arange(len(kept) + 1))
    lon, lat = _degrees(xy, graph.graph.get("crs"))
    pieces = lines.segments(kept, lon, lat, first, np.array(ends), graph.number_of_edges())
    return roads.build(pieces, speeds, snap_cap_m=snap_cap_m, crs=crs)


def _paired(
    graph: nx.MultiDiGraph[Any], speeds: Speeds, file: object
) -> tuple[list[shapely.LineString], list[RoadLine], list[tuple[int, int]]]:
    """Shapes, lines and ends of the edges, the two directions of a road made one."""
    number = {node: i for i, node in enumerate(graph.nodes)}
    places = {node: _place(graph, node, file) for node in graph.nodes}
    shapes: list[shapely.LineString] = []
    kept: list[RoadLine] = []
    ends: list[tuple[int, int]] = []
    waiting: dict[Any, list[int]] = {}
    for u, v, data in graph.edges(data=True):
        shape = data.get("geometry") or shapely.LineString([places[u], places[v]])
        kmh = _line(len(kept), data, shape, graph.graph.get("crs"), speeds, file)
        if kmh is None:
            continue
        same = (number[v], number[u], kmh.highway, shape.reverse().wkb)
        if waiting.get(same):
            other = waiting[same].pop()
            first = kept[other]
            kept[other] = lines.RoadLine(
                first.way,
                first.highway,
                first.forward_kmh,
                kmh.forward_kmh,
                (first.ends_only[0], kmh.ends_only[0]),
                first.roundabout,
            )
            continue
        own = (number[u], number[v], kmh.highway, shape.wkb)
        waiting.setdefault(own, []).append(len(kept))
        shapes.append(shape)
        kept.append(kmh)
        ends.append((number[u], number[v]))
    return shapes, kept, ends


def _place(graph: nx.MultiDiGraph[Any], node: Any, file: object) -> tuple[float, float]:
    """Position of a node in the graph's own system."""
    try:
        return float(graph.nodes[node]["x"]), float(graph.nodes[node]["y"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("node_without_position", file=file, node=node) from error


def _line(
    way: int,
    data: dict[str, Any],
    shape: shapely.LineString,
    crs: Any,
    speeds: Speeds,
    file: object,
) -> RoadLine | None:
    """One directed edge as a line that is open forward only; None where the mode may not use it.

    osmnx gives each direction an edge of its own, so the edge's own direction is always forward.
    """
    tags = {
        key: str(value[0] if isinstance(value, list) else value)
        for key, value in data.items()
        if key not in ("geometry", "length", "oneway", "reversed", "travel_time")
        and value is not None
    }
    time = data.get("travel_time")
    if "highway" not in tags and "route" not in tags:
        if time is None:
            raise InputError("edge_without_speed", file=file, edge=data.get("osmid", way))
        tags["highway"] = "road"
    line = lines.from_tags(way, tags | {"oneway": "no"}, speeds)
    if line is None:
        return None
    kmh = line.forward_kmh
    if time is not None:
        metres = _metres(shape, crs)
        kmh = metres * 3.6 / float(time) if float(time) > 0 else np.inf
    return lines.RoadLine(way, line.highway, kmh, 0.0, line.ends_only, line.roundabout)


def _metres(shape: shapely.LineString, crs: Any) -> float:
    """Length of a shape on the ellipsoid."""
    lon, lat = _degrees(shapely.get_coordinates(shape), crs)
    return float(geodesic_lengths(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


def _degrees(xy: Float64, crs: Any) -> tuple[Float64, Float64]:
    """Coordinates in degrees."""
    if crs is None or str(crs).lower() == "epsg:4326":
        return xy[:, 0], xy[:, 1]
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1])
    return np.asarray(lon), np.asarray(lat)
