"""The road network: edges with geometry, the routing graph over them, points joined to edges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.errors import InputError, NetworkError, require_known
from siting.network import chains, layers, snapping, turns
from siting.network.routing import CLOSED, Attachment, Legs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import pandas as pd

    from siting.network.chains import Edges
    from siting.network.layers import States
    from siting.network.routing import Float64, Int32, Int64, RoutingGraph
    from siting.network.segments import Bool, Segments
    from siting.network.snapping import Snapper
    from siting.network.speeds import Speeds

MOTORWAYS = ("motorway", "motorway_link")
NOT_JOINED = ("ferry", "shuttle_train")


@dataclass(frozen=True)
class Report:
    """What was read and what became of it.

    Attributes
    ----------
    ways_read, ways_kept
        Ways with `highway` or `route`, and those that the mode uses.
    missing_nodes
        References to nodes that the extract does not hold.
    edges, length_km
        Edges between junctions and their length.
    island_edges, island_km
        Those outside the largest strongly connected component.
    ends_only_edges
        Edges that are not for through traffic.
    restrictions_honoured, restrictions_ignored
        Turn restrictions applied, and those whose members are missing or ambiguous.
    """

    ways_read: int
    ways_kept: int
    missing_nodes: int
    edges: int
    length_km: float
    island_edges: int
    island_km: float
    ends_only_edges: int
    restrictions_honoured: int
    restrictions_ignored: int

    def text(self) -> str:
        """Say it in a sentence, in the current language."""
        kilometres = {"length": self.length_km, "island": self.island_km}
        return texts.text(
            "network.report",
            ways=texts.number(self.ways_kept),
            edges=texts.number(self.edges),
            island_edges=texts.number(self.island_edges),
            ends_only=texts.number(self.ends_only_edges),
            honoured=texts.number(self.restrictions_honoured),
            ignored=texts.number(self.restrictions_ignored),
            missing=texts.number(self.missing_nodes),
            **{name: texts.number(value) for name, value in kilometres.items()},
        )


@dataclass(frozen=True)
class Joined:
    """Where attached points lie on edges.

    Attributes
    ----------
    edge
        Edge, -1 for a point that joins none.
    vertex, share
        Vertex before the place (in the network's vertices) and share of the way to the next one.
    ahead, back
        Deciseconds from the edge's first vertex to the place, and from the place back to it; -1
        where the direction is not allowed.
    access
        Deciseconds between the point and the road.
    """

    edge: Int64
    vertex: Int64
    share: Float64
    ahead: Int32
    back: Int32
    access: Int32


@dataclass(frozen=True)
class RoadNetwork:
    """Roads of one mode, ready to be searched and to be joined.

    Directed edge 2e runs along edge e, 2e + 1 against it.

    Attributes
    ----------
    mode
        `car`, `bicycle` or `foot`.
    lon, lat
        Position of every vertex of every edge, edge after edge.
    edges
        Edges between junctions.
    classes
        Names that `edges.kind` points to.
    length_m
        Metres of each edge.
    duration
        Deciseconds of each directed edge, -1 where closed.
    states
        The routing graph and how directed edges meet it.
    snapper
        Edges indexed by place.
    snap_cap_m, access_kmh
        Cap on the straight distance to the road, and the speed on it.
    report
        What was read.
    """

    mode: str
    lon: Float64
    lat: Float64
    edges: Edges
    classes: tuple[str, ...]
    length_m: Float64
    duration: Int32
    states: States
    snapper: Snapper
    snap_cap_m: float
    access_kmh: float
    report: Report

    @property
    def graph(self) -> RoutingGraph:
        """The graph that is searched."""
        return self.states.graph

    @property
    def arc_edge(self) -> Int32:
        """Directed edge that each arc of the graph leads over."""
        return self.states.arc_edge

    @property
    def positions(self) -> tuple[Float64, Float64]:
        """Longitude and latitude of each node of the graph: where the edges that lead to it end."""
        edge, against = np.divmod(self.arc_edge, 2)
        end = np.where(against == 1, self.edges.first[edge], self.edges.first[edge + 1] - 1)
        start = np.where(against == 1, self.edges.first[edge + 1] - 1, self.edges.first[edge])
        lon, lat = np.zeros(self.graph.n_nodes), np.zeros(self.graph.n_nodes)
        for node, vertex in ((self.graph.tail, start), (self.graph.head, end)):
            lon[node], lat[node] = self.lon[vertex], self.lat[vertex]
        return lon, lat

    def attach(self, points: pd.DataFrame) -> Attachment:
        """Join points to the nearest roads.

        Parameters
        ----------
        points
            `id,lon,lat`, see `tables.POINTS`.

        Raises
        ------
        NetworkError
            All points lie far outside the roads (swapped coordinates, another extract).
        """
        lon = points["lon"].to_numpy(np.float64)
        lat = points["lat"].to_numpy(np.float64)
        snapped = snapping.snap(self.snapper, lon, lat, self.snap_cap_m)
        seconds = np.nan_to_num(snapped.distance_m) / (self.access_kmh / 3.6)
        joined = Joined(
            edge=snapped.edge,
            vertex=snapped.before,
            share=snapped.share,
            ahead=self._ahead(snapped.edge, snapped.before, snapped.share),
            back=self._back(snapped.edge, snapped.before, snapped.share),
            access=np.rint(seconds * 10).astype(np.int32),
        )
        reason = np.where(snapped.edge >= 0, "", "too_far_from_road").astype(object)
        return Attachment(
            ids=points["id"].to_numpy(object),
            leaving=self._leaving(joined),
            arriving=self._arriving(joined),
            reason=reason,
            distance_m=snapped.distance_m,
            local=joined,
        )

    def rejoined(self, points: Attachment) -> Attachment:
        """Points joined to these roads under other times, at the same places, without looking."""
        old: Joined = points.local
        joined = replace(
            old,
            ahead=self._ahead(old.edge, old.vertex, old.share),
            back=self._back(old.edge, old.vertex, old.share),
        )
        leaving, arriving = self._leaving(joined), self._arriving(joined)
        return replace(points, leaving=leaving, arriving=arriving, local=joined)

    def direct(self, origins: Attachment, destinations: Attachment) -> tuple[Int64, Int64, Int32]:
        """Pairs on one edge, the destination ahead in a direction that is allowed."""
        here: Joined = origins.local
        there: Joined = destinations.local
        order = np.argsort(there.edge, kind="stable")
        met = np.flatnonzero(np.isin(here.edge, there.edge) & (here.edge >= 0))
        low = np.searchsorted(there.edge[order], here.edge[met], "left")
        size = np.searchsorted(there.edge[order], here.edge[met], "right") - low
        origin = np.repeat(met, size)
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        destination = order[np.repeat(low, size) + within]
        access = here.access[origin] + there.access[destination]
        at = here.vertex[origin] + here.share[origin]
        to = there.vertex[destination] + there.share[destination]
        ahead = (here.ahead[origin] >= 0) & (to >= at)
        back = (here.back[origin] >= 0) & (to <= at)
        forward = there.ahead[destination] - here.ahead[origin] + access
        backward = here.back[origin] - there.back[destination] + access
        return (
            np.concatenate([origin[ahead], origin[back]]),
            np.concatenate([destination[ahead], destination[back]]),
            np.concatenate([forward[ahead], backward[back]]).astype(np.int32),
        )

    def _ahead(self, edge: Int64, vertex: Int64, share: Float64) -> Int32:
        """Deciseconds from an edge's first vertex to a place on it, -1 where closed."""
        clock = self.edges.clock_forward
        start = clock[vertex] + self.edges.wait_forward[vertex]
        return _between(start, clock[np.minimum(vertex + 1, len(clock) - 1)], share, edge >= 0)

    def _back(self, edge: Int64, vertex: Int64, share: Float64) -> Int32:
        """Deciseconds from a place on an edge back to its first vertex, -1 where closed."""
        clock = self.edges.clock_backward
        end = clock[np.minimum(vertex + 1, len(clock) - 1)] - self.edges.wait_backward[vertex]
        return _between(clock[vertex], end, share, edge >= 0)

    def _leaving(self, joined: Joined) -> Legs:
        """Legs from points to the states at the ends of their edges."""
        edge = np.maximum(joined.edge, 0)
        remaining = self.duration[2 * edge] - joined.ahead
        usable = np.column_stack([joined.ahead >= 0, joined.back >= 0])
        node = np.column_stack([self.states.leaving[2 * edge], self.states.leaving[2 * edge + 1]])
        time = np.column_stack([remaining, joined.back]) + joined.access[:, None]
        first = np.concatenate([[0], np.cumsum(usable.sum(axis=1))])
        return Legs(first, node[usable].astype(np.int32), time[usable].astype(np.int32))

    def _arriving(self, joined: Joined) -> Legs:
        """Legs to points from the states from which their edges are entered."""
        edge = np.maximum(joined.edge, 0)
        directed = np.column_stack([2 * edge, 2 * edge + 1]).ravel()
        into = np.column_stack([joined.ahead, self.duration[2 * edge + 1] - joined.back]).ravel()
        usable = np.column_stack([joined.ahead >= 0, joined.back >= 0]).ravel()
        begin = self.states.entry_first[directed]
        size = np.where(usable, self.states.entry_first[directed + 1] - begin, 0)
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        arc = self.states.entry_arc[np.repeat(begin, size) + within]
        turn = self.graph.duration[arc] - self.duration[self.arc_edge[arc]]
        time = turn + np.repeat(into + np.repeat(joined.access, 2), size)
        count = size.reshape(-1, 2).sum(axis=1)
        first = np.concatenate([[0], np.cumsum(count)])
        return Legs(first, self.graph.tail[arc], time.astype(np.int32))


def _between(low: Float64, high: Float64, share: Float64, on: Bool) -> Int32:
    """Deciseconds at a share of the way between two clocks, -1 where closed."""
    usable = on & np.isfinite(low) & np.isfinite(high)
    start, end = np.where(usable, low, 0.0), np.where(usable, high, 0.0)
    return np.where(usable, np.rint((start + share * (end - start)) * 10), -1).astype(np.int32)


def build(
    segments: Segments, speeds: Speeds, *, snap_cap_m: float, crs: str | None = None
) -> RoadNetwork:
    """Build the network of some segments.

    Parameters
    ----------
    segments
        Roads of one mode, times assigned.
    speeds
        Costs of turns, and the speed between points and roads.
    snap_cap_m
        Straight metres beyond which a point is `too_far_from_road`.
    crs
        Metric system that points are joined in; None for one centred on the roads.
    """
    edges = chains.contract(segments, turns.kept_nodes(segments))
    duration = _durations(edges)
    is_open = duration >= 0
    length = edges.run_m[edges.first[1:] - 1]
    tracks = turns.tracks(segments, edges, is_open, speeds.turns, free_u_turns=speeds.mode != "car")
    states = layers.states(tracks, duration, np.repeat(length, 2), edges.ends_only.ravel())
    main = np.asarray(states.main.reshape(-1, 2).any(axis=1), bool)
    through = states.through.reshape(-1, 2).any(axis=1)
    lon, lat = segments.lon[edges.node], segments.lat[edges.node]
    named = np.array(segments.classes, object)[edges.kind]
    snapper = snapping.build(
        lon,
        lat,
        edges.first,
        crs or snapping.local_crs(lon, lat),
        main=main,
        motorway=_among(named, MOTORWAYS),
        joinable=~_among(named, NOT_JOINED),
        two_way=np.asarray(is_open.reshape(-1, 2).all(axis=1), bool),
    )
    report = Report(
        ways_read=segments.ways_read,
        ways_kept=segments.ways_kept,
        missing_nodes=segments.missing_nodes,
        edges=len(length),
        length_km=round(float(length.sum()) / 1000, 3),
        island_edges=int((~main).sum()),
        island_km=round(float(length[~main].sum()) / 1000, 3),
        ends_only_edges=int((main & ~through).sum()),
        restrictions_honoured=tracks.honoured,
        restrictions_ignored=tracks.ignored,
    )
    return RoadNetwork(
        mode=speeds.mode,
        lon=lon,
        lat=lat,
        edges=edges,
        classes=segments.classes,
        length_m=length,
        duration=duration,
        states=states,
        snapper=snapper,
        snap_cap_m=snap_cap_m,
        access_kmh=speeds.access_kmh,
        report=report,
    )


def _among(named: npt.NDArray[np.object_], names: tuple[str, ...]) -> Bool:
    return np.asarray(np.isin(named.astype(str), names), bool)


def edges_at(network: RoadNetwork, points: pd.DataFrame) -> Int64:
    """Edges that are nearest to some points, distinct.

    Raises
    ------
    NetworkError
        A point is too far from a road.
    """
    edge: Int64 = network.attach(points).local.edge
    if (edge < 0).any():
        row = int((edge < 0).argmax())
        at = points.iloc[row]
        raise NetworkError("no_road_there", lon=at["lon"], lat=at["lat"], cap=network.snap_cap_m)
    return np.unique(edge)


def arcs_of(network: RoadNetwork, edges: Int64) -> Int64:
    """Arcs of the graph that lead over some edges, either way."""
    return np.flatnonzero(np.isin(network.arc_edge // 2, edges))


def closed(network: RoadNetwork, edges: Int64) -> RoadNetwork:
    """The same roads with some edges closed both ways; who lives on them alone reaches nothing.

    The graph keeps its arcs, so that a hierarchy built for it still holds.
    """
    shut = np.isin(np.arange(len(network.length_m)), edges)
    on = np.repeat(shut, np.diff(network.edges.first))
    forward = np.where(on, np.inf, network.edges.clock_forward)
    backward = np.where(on, np.inf, network.edges.clock_backward)
    changed = replace(network.edges, clock_forward=forward, clock_backward=backward)
    duration = np.where(np.repeat(shut, 2), -1, network.duration).astype(np.int32)
    times = network.graph.duration.copy()
    times[arcs_of(network, edges)] = CLOSED
    graph = replace(network.graph, duration=times)
    states = replace(network.states, graph=graph)
    return replace(network, edges=changed, duration=duration, states=states)


def require_factors(network: RoadNetwork, factors: Mapping[str, float]) -> None:
    """Refuse factors of classes that no road has, and those that are not positive numbers.

    Raises
    ------
    ConfigError
        No road has that class.
    InputError
        A factor is not a positive number.
    """
    require_known("unknown_road_class", factors, network.classes)
    for name, factor in factors.items():
        if not (np.isfinite(factor) and factor > 0):
            raise InputError("bad_factor", name=name, value=factor)


def rescaled(network: RoadNetwork, factors: dict[str, float]) -> RoadNetwork:
    """The same roads with the speeds of some classes multiplied.

    Parameters
    ----------
    network
        Roads.
    factors
        Factor on the speed by class, more than 0; classes that are not named keep their speed.
        Waits at nodes and turns keep their time.
    """
    edges, states = network.edges, network.states
    of_class = np.array([1.0 / factors.get(name, 1.0) for name in network.classes])
    slower = np.repeat(of_class[edges.kind], np.diff(edges.first))
    clocks = []
    for clock, wait in (
        (edges.clock_forward, edges.wait_forward),
        (edges.clock_backward, edges.wait_backward),
    ):
        total = np.cumsum(wait) - wait
        waited = total - np.repeat(total[edges.first[:-1]], np.diff(edges.first))
        clocks.append((clock - waited) * slower + waited)
    changed = replace(edges, clock_forward=clocks[0], clock_backward=clocks[1])
    duration = _durations(changed)
    arc_edge = states.arc_edge
    turn = states.graph.duration - network.duration[arc_edge]
    graph = replace(states.graph, duration=turn + duration[arc_edge])
    return replace(network, edges=changed, duration=duration, states=replace(states, graph=graph))


def _durations(edges: Edges) -> Int32:
    """Deciseconds of each directed edge, -1 where closed."""
    last = edges.first[1:] - 1
    seconds = np.column_stack([edges.clock_forward[last], edges.clock_backward[last]]).ravel()
    is_open = np.isfinite(seconds)
    return np.where(is_open, np.rint(np.where(is_open, seconds, 0.0) * 10), -1).astype(np.int32)
