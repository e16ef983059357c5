"""Roads to travel on: read once, changed in milliseconds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from siting.api import arguments, frames
from siting.errors import InputError
from siting.network import exchange, osm
from siting.network import roads as road_networks
from siting.network import speeds as speed_tables
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import networkx as nx
    import pandas as pd

    from siting.times.matrix import Router


@dataclass(frozen=True)
class Roads:
    """Roads of one mode, made ready for searches. Copies share what did not change.

    Attributes
    ----------
    router
        The engine's own: the network, its hierarchy and its times.
    """

    router: Router

    @property
    def network(self) -> road_networks.RoadNetwork:
        """The road network: edges, classes, lengths."""
        return self.router.network  # type: ignore[return-value]

    @property
    def mode(self) -> str:
        """`car`, `bicycle` or `foot`."""
        return self.network.mode

    def closed(self, at: pd.DataFrame) -> Roads:
        """The same roads with those nearest to some points closed both ways.

        Parameters
        ----------
        at
            Points on the roads to close: see `travel_times`.

        Raises
        ------
        NetworkError
            A point is too far from a road.
        """
        network = self.network
        edges = road_networks.edges_at(network, frames.points(at, "at"))
        return Roads(matrix.with_times(self.router, road_networks.closed(network, edges)))

    def slower(self, factors: Mapping[str, float]) -> Roads:
        """The same roads, the speed of some classes multiplied (`{"primary": 0.8}`).

        Parameters
        ----------
        factors
            Factor on the speed, more than 0, by OSM class of road.

        Raises
        ------
        ConfigError
            No road of these has that class.
        InputError
            A factor is not a positive number.
        """
        speeds = {
            kind: arguments.number(factor, f"factors[{kind}]", above=0)
            for kind, factor in arguments.mapping(factors, "factors").items()
        }
        road_networks.require_factors(self.network, speeds)
        changed = road_networks.rescaled(self.network, speeds)
        return Roads(matrix.with_times(self.router, changed))

    def to_osmnx(self) -> nx.MultiDiGraph[int]:
        """The routing graph as osmnx knows graphs: `x`, `y`, `travel_time` (seconds), `length`.

        A place where turns cost has several nodes, one for each way of arriving, so that searches
        find our times; `read_roads` refuses it: its nodes are no junctions.
        """
        return exchange.to_networkx(self.network)

    def _repr_html_(self) -> str:
        return f"<p>{self.network.report.text()}</p>"


def read_roads(
    source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | nx.MultiDiGraph[Any],
    mode: str = "car",
    *,
    within: Sequence[float] | BaseGeometry | gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    period: str = "off_peak",
    department: str = "",
) -> Roads:
    """Read the roads of OSM extracts, a GraphML file or an osmnx graph.

    Parameters
    ----------
    source
        `.osm.pbf`, `.osm`, `.osm.gz`, `.osm.bz2`; several extracts in a list, which become one
        network; `.graphml`, or a graph of osmnx.
    mode
        `car`, `bicycle` or `foot`.
    within
        Ground outside of which an extract is not read: `(west, south, east, north)` or a polygon,
        in degrees; or a GeoDataFrame or GeoSeries, in any CRS. Roads that cross its edge are whole.
    period
        `off_peak`, `peak` or `winter`.
    department
        INSEE code of the département, for the speed limits of its own roads; empty for none.

    Returns
    -------
    Roads made ready for `travel_times`, `nearest` and `isochrones`.

    Raises
    ------
    InputError
        The file is missing, damaged or cut short, or holds no road for the mode (within the
        ground); the period or the département is none; the ground is none, or is asked of a graph.
    NetworkError
        The mode is not supported.

    Examples
    --------
    >>> import siting
    >>> roads = siting.read_roads(samples / "osm" / "andorra.osm.pbf")
    >>> roads.mode
    'car'
    """
    speed_tables.require_department(department)
    speeds = speed_tables.load(mode=mode, period=period, department=department)
    ground = None if within is None else _ground(within)
    if not isinstance(source, str | os.PathLike | list | tuple) and hasattr(source, "edges"):
        _require_extracts(ground, "graph")
        return Roads(matrix.prepare(exchange.from_networkx(cast("Any", source), speeds)))
    several = source if isinstance(source, list | tuple) else [source]
    paths = [arguments.path(path, "source", "source") for path in several]
    if not paths:
        raise arguments.refused(source, "source", "source")
    if [path.suffix for path in paths] == [".graphml"]:
        _require_extracts(ground, paths[0])
        network = exchange.read_graphml(paths[0], mode, speeds=speeds)
    else:
        network = osm.read(paths, mode, speeds=speeds, within=ground)
    return Roads(matrix.prepare(network))


def _require_extracts(ground: BaseGeometry | None, source: object) -> None:
    """Refuse a ground where roads come from a graph, which is cut by what made it."""
    if ground is not None:
        raise InputError("within_of_graph", file=source)


def _ground(within: Any) -> BaseGeometry:
    """The ground that roads are read within, in degrees."""
    ground: BaseGeometry
    if isinstance(within, gpd.GeoDataFrame | gpd.GeoSeries):
        if within.crs is None:
            raise InputError("frame_without_crs", name="within")
        ground = within.to_crs(frames.DEGREES).union_all()
    elif isinstance(within, BaseGeometry):
        ground = within
    else:
        bounds = arguments.numbers(within, "within", least=-180, most=180)
        if len(bounds) != 4 or bounds[0] >= bounds[2] or bounds[1] >= bounds[3]:
            raise arguments.refused(within, "within", "within")
        ground = box(bounds[0], bounds[1], bounds[2], bounds[3])
    west, south, east, north = ground.bounds if not ground.is_empty else (0.0,) * 4
    inside = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not (inside and ground.is_valid and ground.area > 0):
        raise arguments.refused(within, "within", "within")
    return ground


def router_of(roads: Any) -> Router:
    """The engine's own roads.

    Raises
    ------
    InputError
        They are not those of `read_roads`.
    """
    if not isinstance(roads, Roads):
        raise arguments.refused(roads, "roads", "roads")
    return roads.router
