"""Road-like graphs with settlements, a hierarchy of speeds and one-ways, made from a seed.

Used by benchmarks/routing.py; also writes them as PBF, so that OSRM and Valhalla run on the same
roads. Points are drawn around settlements of Zipf sizes and joined by a Delaunay triangulation
thinned to 1.3 edges a node; fast roads are those that many shortest paths use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay

if TYPE_CHECKING:
    from pathlib import Path

LON0, LAT0 = 2.5, 44.3
METRES_PER_DEGREE = 111_320.0
CLASSES = (
    (110, "trunk"),
    (80, "primary"),
    (60, "secondary"),
    (45, "tertiary"),
    (30, "residential"),
)


@dataclass(frozen=True)
class Roads:
    """Directed arcs in deciseconds, undirected edges with their speed, positions in metres."""

    xy: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    duration: np.ndarray
    edges: np.ndarray
    length: np.ndarray
    kmh: np.ndarray
    one_way: np.ndarray


def make(n: int, seed: int = 2, *, ranked: bool = True) -> Roads:
    """Make roads with n nodes, on an area as dense as a French rural département.

    Without `ranked` every road has one speed; to rank them takes minutes at a million nodes.
    """
    rng = np.random.default_rng(seed)
    side = 100_000 * np.sqrt(n / 100_000)
    towns = max(30, n // 400)
    centre = rng.random((towns, 2)) * side
    share = 1 / np.arange(1, towns + 1) ** 0.9
    share /= share.sum()
    town = rng.choice(towns, int(0.55 * n), p=share)
    radius = 200 + 9000 * np.sqrt(10 * share[town])
    around = centre[town] + rng.normal(size=(len(town), 2)) * radius[:, None] * 0.35
    xy = np.concatenate([around, rng.random((n - len(town), 2)) * side])
    triangle = Delaunay(xy).simplices
    pairs = np.concatenate([triangle[:, [0, 1]], triangle[:, [1, 2]], triangle[:, [0, 2]]])
    edges = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    tree = minimum_spanning_tree(csr_array((length, edges.T), shape=(n, n))).tocoo()
    key = edges[:, 0] * n + edges[:, 1]
    low, high = np.minimum(*tree.coords), np.maximum(*tree.coords)
    kept = np.isin(key, low.astype(np.int64) * n + high)
    # of the others, those opposite an obtuse angle are no roads (what is left is Gabriel's graph)
    rest = np.flatnonzero(~kept & ~np.isin(key, _obtuse(xy, triangle)))
    more = rng.choice(rest, min(int(1.3 * n) - int(kept.sum()), len(rest)), replace=False)
    kept[more] = True
    edges, length = edges[kept], length[kept] * 1.25 + 5
    kmh = _speeds(n, edges, length, rng) if ranked else np.full(len(edges), 50.0)
    free = np.maximum(1, length / kmh * 36)
    one_way = rng.random(len(edges)) < 0.04
    both = ~one_way
    tail = np.concatenate([edges[:, 0], edges[both, 1]]).astype(np.int32)
    head = np.concatenate([edges[:, 1], edges[both, 0]]).astype(np.int32)
    duration = np.rint(np.concatenate([free, free[both]])).astype(np.int32)
    return Roads(xy, tail, head, duration, edges, length, kmh, one_way)


def _obtuse(xy: np.ndarray, triangle: np.ndarray) -> np.ndarray:
    """Keys of the edges that lie opposite an obtuse angle of a triangle."""
    keys = []
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        one, two, far = (triangle[:, k] for k in (a, b, c))
        square = [
            ((xy[u] - xy[v]) ** 2).sum(axis=1) for u, v in ((one, two), (one, far), (two, far))
        ]
        obtuse = square[0] > square[1] + square[2]
        low, high = np.minimum(one, two)[obtuse], np.maximum(one, two)[obtuse]
        keys.append(low.astype(np.int64) * len(xy) + high)
    return np.concatenate(keys)


def _speeds(n: int, edges: np.ndarray, length: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Speed by how many shortest paths from sixty places use an edge."""
    both = np.concatenate([edges, edges[:, ::-1]])
    kmh = np.full(len(edges), 50.0)
    key = both[:, 0] * n + both[:, 1]
    order = np.argsort(key)
    for _ in range(2):
        time = np.tile(length / kmh, 2)
        graph = csr_array((time, both.T), shape=(n, n))
        distance, before = dijkstra(graph, indices=rng.integers(0, n, 60), return_predecessors=True)
        used = np.zeros(len(edges))
        for d, p in zip(distance, before, strict=True):
            reached = np.flatnonzero(p >= 0)
            below = np.ones(n)
            for v in reached[np.argsort(-d[reached], kind="stable")].tolist():
                below[p[v]] += below[v]
            edge = order[np.searchsorted(key[order], p[reached].astype(np.int64) * n + reached)]
            np.add.at(used, edge % len(edges), below[reached])
        rank = np.empty(len(edges))
        rank[np.argsort(-used)] = np.arange(len(edges)) / len(edges)
        kmh = np.select([rank < q for q in (0.015, 0.06, 0.18, 0.5)], [110.0, 80, 60, 45], 30.0)
    return kmh


def degrees(roads: Roads) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of the nodes."""
    lat = LAT0 + roads.xy[:, 1] / METRES_PER_DEGREE
    return LON0 + roads.xy[:, 0] / (METRES_PER_DEGREE * np.cos(np.radians(LAT0))), lat


def write_pbf(roads: Roads, path: Path) -> None:
    """Write the roads as an OSM extract, a way for each edge."""
    import osmium

    path.unlink(missing_ok=True)
    lon, lat = degrees(roads)
    names = dict(CLASSES)
    with osmium.SimpleWriter(str(path)) as writer:
        for i, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
            writer.add_node(osmium.osm.mutable.Node(id=i + 1, location=(x, y), version=1))
        rows = zip(roads.edges.tolist(), roads.kmh.tolist(), roads.one_way.tolist(), strict=True)
        for i, ((a, b), kmh, one_way) in enumerate(rows):
            tags = {"highway": names.get(int(kmh), "secondary"), "maxspeed": str(int(kmh))}
            if one_way:
                tags["oneway"] = "yes"
            way = osmium.osm.mutable.Way(id=i + 1, nodes=[a + 1, b + 1], tags=tags, version=1)
            writer.add_way(way)
