"""Geometries as short lists of whole numbers, for maps that travel in one file.

A ring is `[x0, y0, dx1, dy1, dx2, dy2, …]` in units of 1e-5 degree (about a metre), each point
after the first as a step from the one before, the closing point left out.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

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


def pack(values: npt.NDArray[np.int64]) -> str:
    """Write whole numbers, none negative, as bytes of seven bits (LEB128), in base64.

    Parameters
    ----------
    values
        Shape (n,); the smaller, the shorter.
    """
    left = np.asarray(values, np.uint64)
    sizes = np.ones(len(left), np.int64)
    for bits in range(7, 64, 7):
        sizes += left >= np.uint64(1 << bits)
    ends = np.cumsum(sizes)
    written = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    for byte in range(int(sizes.max()) if len(sizes) else 0):
        has = sizes > byte
        more = (sizes[has] > byte + 1).astype(np.uint64) << np.uint64(7)
        seven = (left[has] >> np.uint64(7 * byte)) & np.uint64(127)
        written[ends[has] - sizes[has] + byte] = seven | more
    return base64.b64encode(written.tobytes()).decode("ascii")


def zigzag(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Whole numbers as numbers that are not negative: 0, -1, 1, -2… as 0, 1, 2, 3, and so on."""
    folded: npt.NDArray[np.int64] = (values << 1) ^ (values >> 63)
    return folded


def pack_shapes(geometries: Iterable[shapely.Geometry]) -> dict[str, str]:
    """Pack polygons (their rings, even-odd) or lines: parts of each, points of each part, steps.

    Points are in units of `UNIT`, each as a step from the one before, through all the shapes. A
    ring's closing point is left out, and so is what has fewer points than a ring or a line needs.

    Parameters
    ----------
    geometries
        All polygons and multipolygons, or all lines; longitude and latitude in degrees.
    """
    shapes = np.asarray(list(geometries), dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    least = 3 if areal.any() else 2
    if areal.any():
        parts, owner = parts[areal], owner[areal]
        parts, of_part = shapely.get_rings(parts, return_index=True)
        owner = owner[of_part]
    points, of_part = shapely.get_coordinates(parts, return_index=True)
    units = np.round(points / UNIT).astype(np.int64)
    kept = np.ones(len(units), bool)
    same = (units[1:] == units[:-1]).all(axis=1) & (of_part[1:] == of_part[:-1])
    kept[1:] = ~same
    if least == 3:  # the last point of a ring is its first one again
        kept[:-1] &= of_part[1:] == of_part[:-1]
        kept[-1:] = False
    counts = np.bincount(of_part[kept], minlength=len(parts))
    kept &= counts[of_part] >= least
    whole = counts >= least
    steps = np.diff(units[kept], axis=0, prepend=np.zeros((1, 2), np.int64))
    return {
        "parts": pack(np.bincount(owner[whole], minlength=len(shapes))),
        "points": pack(counts[whole]),
        "steps": pack(zigzag(steps.ravel())),
    }
