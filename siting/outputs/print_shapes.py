"""Geometries as matplotlib draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

if TYPE_CHECKING:
    from siting.outputs.print_sheet import Hatch
    from siting.outputs.signs import Sign
    from siting.outputs.theme import Theme

HATCHES: dict[str, str] = {"": "", "no_data": "////", "modelled": "\\\\\\", "alternate": "---"}


def patch(shape: Any, **look: Any) -> PathPatch:
    """A geometry's polygons as one patch, holes cut out."""
    parts = shapely.get_parts(shape)
    rings = shapely.get_rings(parts[shapely.get_dimensions(parts) == 2])
    if not len(rings):
        return PathPatch(Outline(np.zeros((1, 2))), **look)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Outline.LINETO, Outline.code_type)
    codes[np.searchsorted(ring, np.arange(len(rings)), "left")] = Outline.MOVETO
    codes[np.searchsorted(ring, np.arange(len(rings)), "right") - 1] = Outline.CLOSEPOLY
    return PathPatch(Outline(points, codes), **look)


def hatched(shape: Any, hatch: Hatch, theme: Theme) -> PathPatch:
    """The hatching of a geometry, without its fill."""
    colour = theme.no_data if hatch == "no_data" else theme.colours.muted
    return patch(
        shape, facecolor="none", edgecolor=colour, linewidth=0, hatch=HATCHES[hatch], zorder=2.5
    )


def marker(sign: Sign, zoom: float) -> dict[str, Any]:
    """A sign as matplotlib's `scatter` takes it, its size aside."""
    return {
        "marker": sign.marker,
        "facecolor": sign.face,
        "edgecolor": sign.edge,
        "linewidth": sign.line * zoom,
        "linestyle": (0, (1, 0.8)) if sign.dotted else "-",
    }
