"""One route: its way, its minutes, its length by class of road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import NetworkError
from siting.network.routing import DECISECONDS_PER_MINUTE
from siting.times.isochrones import times_within, with_geometry
from siting.times.matrix import dense
from siting.times.search import UNREACHED

if TYPE_CHECKING:
    from siting.network.roads import RoadNetwork
    from siting.network.routing import Attachment
    from siting.times.matrix import Router

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Route:
    """A route between two points.

    Attributes
    ----------
    minutes
        Travel time, access legs included.
    line
        Longitude and latitude along the roads, float64, shape (points, 2).
    metres
        Length by highway class, in the order in which classes are met.
    """

    minutes: float
    line: Float64
    metres: dict[str, float]


def route(router: Router, origin: Attachment, destination: Attachment) -> Route:
    """Find the fastest route from one point to another, both joined to the network.

    Raises
    ------
    NetworkError
        The network has no geometry, a point is too far from a road, or there is no route.
    """
    network = with_geometry(router)
    for place in (origin, destination):
        if place.reason[0]:
            raise NetworkError("place_off_road", id=place.ids[0], reason=place.reason[0])
    total = int(dense(router, origin, destination).deciseconds[0, 0])
    if total == UNREACHED:
        raise NetworkError("no_route", origin=origin.ids[0], destination=destination.ids[0])
    _, _, along = network.direct(origin, destination)
    if len(along) and along.min() == total:
        pieces = [_between(network, origin, destination)]
    else:
        pieces = _pieces(router, network, origin, destination, total)
    metres: dict[str, float] = {}
    for edge, places, _ in pieces:
        at = np.arange(network.edges.first[edge], network.edges.first[edge + 1], dtype=np.float64)
        run = network.edges.run_m[network.edges.first[edge] : network.edges.first[edge + 1]]
        kind = network.classes[network.edges.kind[edge]]
        length = abs(float(np.diff(np.interp(places, at, run))[0]))
        metres[kind] = metres.get(kind, 0.0) + length
    whole = np.concatenate([line for _, _, line in pieces])
    moved = np.ones(len(whole), bool)
    moved[1:] = (np.abs(np.diff(whole, axis=0)) > 1e-9).any(axis=1)
    return Route(total / DECISECONDS_PER_MINUTE, whole[moved], metres)


def between(router: Router, start: tuple[float, float], end: tuple[float, float]) -> Route:
    """Find the fastest route between two positions (longitude, latitude); see `route`."""
    ends = []
    for lon, lat in (start, end):
        point = pd.DataFrame({"id": [f"{lon:g},{lat:g}"], "lon": [lon], "lat": [lat]})
        ends.append(router.network.attach(point))
    return route(router, *ends)


Piece = tuple[int, tuple[float, float], Float64]
"""An edge, the places on it (in vertices) where the route enters and leaves, and its line."""


def _stretch(network: RoadNetwork, edge: int, start: float, stop: float) -> Piece:
    """Part of an edge between two places on it, given in vertices, in the direction travelled."""
    low, high = min(start, stop), max(start, stop)
    inner = np.arange(np.floor(low) + 1, np.ceil(high))
    at = np.concatenate([[low], inner, [high]])
    if start > stop:
        at = at[::-1]
    whole = slice(int(network.edges.first[edge]), int(network.edges.first[edge + 1]))
    vertex = np.arange(whole.start, whole.stop, dtype=np.float64)
    line = np.column_stack([np.interp(at, vertex, v[whole]) for v in (network.lon, network.lat)])
    return edge, (start, stop), line


def _place(place: Attachment) -> tuple[int, float]:
    return int(place.local.edge[0]), float(place.local.vertex[0] + place.local.share[0])


def _between(network: RoadNetwork, origin: Attachment, destination: Attachment) -> Piece:
    edge, start = _place(origin)
    return _stretch(network, edge, start, _place(destination)[1])


def _pieces(
    router: Router,
    network: RoadNetwork,
    origin: Attachment,
    destination: Attachment,
    total: int,
) -> list[Piece]:
    """The stretches of a route that passes nodes of the graph."""
    graph, edges = network.graph, network.edges
    node, time = times_within(router, destination.arriving, total, towards=True)
    left = dict(zip(node.tolist(), time.tolist(), strict=True))
    edge, start = _place(origin)
    legs = zip(origin.leaving.node.tolist(), origin.leaving.duration.tolist(), strict=True)
    at, spent = next((n, d) for n, d in legs if n in left and d + left[n] == total)
    forward = at == network.states.leaving[2 * edge] and origin.local.ahead[0] >= 0
    if forward and at == network.states.leaving[2 * edge + 1]:
        # both ends lead to one state (a loop): the leg's time tells which way it goes
        rest = network.duration[2 * edge] - origin.local.ahead[0] + origin.local.access[0]
        forward = spent == rest
    end = edges.first[edge + 1] - 1 if forward else edges.first[edge]
    pieces = [_stretch(network, edge, start, float(end))]
    order = np.argsort(graph.tail, kind="stable")
    first = np.searchsorted(graph.tail[order], np.arange(graph.n_nodes + 1))
    goal_edge, goal = _place(destination)
    entries: dict[int, int] = {}
    arriving = destination.arriving
    for n, d in zip(arriving.node.tolist(), arriving.duration.tolist(), strict=True):
        entries[n] = min(entries.get(n, d), d)
    seen = {at}
    while entries.get(at) != left[at]:
        step = next(
            (a, int(graph.head[a]))
            for a in order[first[at] : first[at + 1]].tolist()
            if int(graph.head[a]) not in seen
            and left.get(int(graph.head[a]), total + 1) + int(graph.duration[a]) == left[at]
        )
        over, against = divmod(int(network.arc_edge[step[0]]), 2)
        low, high = float(edges.first[over]), float(edges.first[over + 1] - 1)
        pieces.append(_stretch(network, over, *((high, low) if against else (low, high))))
        at = step[1]
        seen.add(at)
    low, high = float(edges.first[goal_edge]), float(edges.first[goal_edge + 1] - 1)
    last = pieces[-1][2][-1]
    ends = [
        (abs(last - np.array([network.lon[int(v)], network.lat[int(v)]])).sum(), v)
        for v in (low, high)
    ]
    pieces.append(_stretch(network, goal_edge, min(ends)[1], goal))
    return pieces
