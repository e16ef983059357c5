"""Roads to travel on: read once, changed in milliseconds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siting.api import arguments, frames
from siting.network import exchange, osm
from siting.network import roads as road_networks
from siting.network import speeds as speed_tables
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        """The routing graph as osmnx knows graphs: `x`, `y`, `travel_time` (seconds), `length`."""
        return exchange.to_networkx(self.network)

    def _repr_html_(self) -> str:
        return f"<p>{self.network.report.text()}</p>"


def read_roads(
    source: str | os.PathLike[str] | nx.MultiDiGraph[Any],
    mode: str = "car",
    *,
    period: str = "off_peak",
    department: str = "",
) -> Roads:
    """Read the roads of an OSM extract, a GraphML file or an osmnx graph.

    Parameters
    ----------
    source
        `.osm.pbf`, `.osm`, `.osm.gz`, `.osm.bz2`, `.graphml`, or a graph of osmnx.
    mode
        `car`, `bicycle` or `foot`.
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
        The file is missing, damaged or cut short, or holds no road for the mode; the period or the
        département is none.
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
    if not isinstance(source, str | os.PathLike) and hasattr(source, "edges"):
        network = exchange.from_networkx(source, speeds)
    else:
        path = arguments.path(source, "source", "source")
        if path.suffix == ".graphml":
            network = exchange.read_graphml(path, mode, speeds=speeds)
        else:
            network = osm.read(path, mode, speeds=speeds)
    return Roads(matrix.prepare(network))


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
