"""TopoJSON: polygons that share their borders, each border written once, in whole numbers.

Specification: https://github.com/topojson/topojson-specification. Borders are found on the grid
itself: a point where the set of neighbouring points differs from one ring to the next ends an arc,
so that two communes share an arc wherever they share its points.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    Point = tuple[int, int]

GRID = 100_000  # steps of the grid along each side


class _Arcs:
    """Arcs found so far, each once."""

    def __init__(self, ends: set[Point]) -> None:
        self.ends = ends
        self.points: list[list[Point]] = []
        self.known: dict[tuple[Point, ...], int] = {}

    def of(self, ring: list[Point]) -> list[int]:
        """Arcs of a ring (closing point left out); `~i` is arc i backwards."""
        starts = [i for i, point in enumerate(ring) if point in self.ends]
        if not starts:
            # a ring that meets no other: begins at its least point, whoever writes it
            least = ring.index(min(ring))
            turned = [*ring[least:], *ring[:least]]
            return [self._index([*turned, turned[0]])]
        turned = [*ring[starts[0] :], *ring[: starts[0]]]
        cuts = [*(i - starts[0] for i in starts), len(ring)]
        closed = [*turned, turned[0]]
        return [self._index(closed[a : b + 1]) for a, b in pairwise(cuts)]

    def _index(self, arc: list[Point]) -> int:
        forward, backward = tuple(arc), tuple(reversed(arc))
        if forward in self.known:
            return self.known[forward]
        if backward in self.known:
            return ~self.known[backward]
        self.known[forward] = len(self.points)
        self.points.append(arc)
        return self.known[forward]


def write(layers: Mapping[str, gpd.GeoDataFrame], about: Mapping[str, Any]) -> str:
    """Give layers of polygons as one topology.

    Parameters
    ----------
    layers
        Frames by name; their columns become properties. Longitude and latitude are EPSG:4326.
    about
        What the file says of itself, under `metadata`: sources, licences, vintages.
    """
    frames = {name: frame.to_crs(4326) for name, frame in layers.items()}
    boxes = np.array([frame.total_bounds for frame in frames.values()])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    step = np.where(high > low, (high - low) / (GRID - 1), 1.0)
    rings = {
        name: [_rings(shape, low, step) for shape in frame.geometry]
        for name, frame in frames.items()
    }
    arcs = _Arcs(
        _ends(
            [ring for layer in rings.values() for polygons in layer for p in polygons for ring in p]
        )
    )
    objects = {
        name: {
            "type": "GeometryCollection",
            "geometries": [
                {
                    "type": "MultiPolygon",
                    "arcs": [[arcs.of(ring) for ring in part] for part in shape],
                    "properties": row,
                }
                for shape, row in zip(rings[name], _properties(frame), strict=True)
            ],
        }
        for name, frame in frames.items()
    }
    topology = {
        "type": "Topology",
        "bbox": [*low.tolist(), *high.tolist()],
        "transform": {"scale": step.tolist(), "translate": low.tolist()},
        "metadata": dict(about),
        "objects": objects,
        "arcs": [np.diff(arc, axis=0, prepend=[[0, 0]]).tolist() for arc in arcs.points],
    }
    return json.dumps(topology, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _rings(shape: shapely.Geometry, low: Any, step: Any) -> list[list[list[Point]]]:
    """Polygons of a shape, each its rings, on the grid, without what is no ring there."""
    by_shape = []
    for part in shapely.get_parts(shape):
        if not isinstance(part, shapely.Polygon):
            continue
        rings: list[list[Point]] = []
        for line in (part.exterior, *part.interiors):
            grid = np.round((shapely.get_coordinates(line) - low) / step).astype(int)[:-1]
            kept = np.ones(len(grid), bool)
            kept[1:] = (grid[1:] != grid[:-1]).any(axis=1)
            points = [(int(x), int(y)) for x, y in grid[kept]]
            if len(points) > 1 and points[0] == points[-1]:
                points.pop()
            if len(points) < 3:
                if not rings:
                    break  # the outer ring is gone, and its holes with it
                continue
            rings.append(points)
        if rings:
            by_shape.append(rings)
    return by_shape


def _ends(rings: list[list[Point]]) -> set[Point]:
    """Points whose two neighbours differ from one ring to another, or within one."""
    neighbours: dict[Point, frozenset[Point]] = {}
    ends: set[Point] = set()
    for ring in rings:
        for i, point in enumerate(ring):
            both = frozenset((ring[i - 1], ring[(i + 1) % len(ring)]))
            if neighbours.setdefault(point, both) != both:
                ends.add(point)
    return ends


def _properties(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Columns of each row, unknown values as null."""
    table = frame.drop(columns=frame.geometry.name).astype(object)
    rows = table.where(table.notna(), None).to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
