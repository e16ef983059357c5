"""Geometries as short lists of whole numbers, for maps that travel in one file.

A ring is `[x0, y0, dx1, dy1, dx2, dy2, …]` in units of 1e-5 degree (about a metre), each point
after the first as a step from the one before, the closing point left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

UNIT = 1e-5


def encode(geometries: Iterable[shapely.Geometry]) -> list[list[list[int]]]:
    """Encode polygons: for each geometry its rings (exterior and interior alike, even-odd fill).

    Parameters
    ----------
    geometries
        Polygons and multipolygons, longitude and latitude in degrees.
    """
    shapes = np.asarray(list(geometries), dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    units = np.round(points / UNIT).astype(np.int64)
    starts = np.searchsorted(of_ring, np.arange(len(rings) + 1))
    result: list[list[list[int]]] = [[] for _ in shapes]
    for ring, part in enumerate(of_part):
        path = units[starts[ring] : starts[ring + 1] - 1]
        moved = np.ones(len(path), bool)
        moved[1:] = (path[1:] != path[:-1]).any(axis=1)
        path = path[moved]
        if len(path) >= 3:
            steps = np.diff(path, axis=0, prepend=np.zeros((1, 2), np.int64))
            result[owner[part]].append(steps.ravel().tolist())
    return result
