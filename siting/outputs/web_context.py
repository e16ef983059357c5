"""The background of a map for a browser: packed as its shapes are, in layers that switch off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.outputs import compact
from siting.outputs import context as look

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.outputs.context import Context

SIMPLIFY = {
    "departements": 0.004,
    "lakes": 0.001,
    "rivers": 0.002,
    "railways": 0.002,
    "roads": 0.001,
}
MOST_TOWNS = 60
APART = 0.5  # degrees between two numbers of one road, at least
NUMBERED = re.compile(r"[AN]\d+")
COLOURS = {
    "neighbour": look.NEIGHBOUR, "border": look.NEIGHBOUR_BORDER, "water": look.WATER,
    "river": look.WATER_LINE, "road": look.ROAD, "shield": look.SHIELD, "railway": look.RAILWAY,
    "town": look.TOWN, "words": look.WORDS,
}  # fmt: skip


def data(context: Context, territory: Any) -> dict[str, Any]:
    """Give a background as a page holds it: shapes packed, names with their places.

    Parameters
    ----------
    territory
        The study's area, EPSG:4326: towns in it are left out, and the département that it is in
        bears no name.
    """
    layers: dict[str, Any] = {"colours": COLOURS}
    for name, tolerance in SIMPLIFY.items():
        frame = getattr(context, name)
        if frame is not None:
            shapes = shapely.simplify(frame.geometry.to_numpy(), tolerance)
            layers[name] = {"shape": compact.pack_shapes(shapes)}
    if context.departements is not None:
        layers["departements"]["names"] = _neighbours(context.departements, territory)
    if context.rivers is not None:
        main = context.rivers["class"].eq("river_main").astype(np.int64)
        layers["rivers"]["main"] = compact.pack(main.to_numpy())
    if context.roads is not None:
        large = context.roads["class"].isin(look.MOTORWAYS).astype(np.int64)
        layers["roads"]["main"] = compact.pack(large.to_numpy())
        layers["roads"]["names"] = _numbers(context.roads)
    if context.towns is not None:
        points = shapely.get_coordinates(context.towns.geometry.to_numpy())
        beyond = ~shapely.intersects_xy(territory, points)
        towns = zip(context.towns["name"][beyond], points[beyond], strict=True)
        layers["towns"] = [_named(name, at) for name, at in list(towns)[:MOST_TOWNS]]
    return layers


def _named(name: str, at: Any) -> list[Any]:
    """A name with its latitude and longitude."""
    lon, lat = (round(float(value), 4) for value in at)
    return [name, lat, lon]


def _neighbours(around: gpd.GeoDataFrame, territory: Any) -> list[list[Any]]:
    """Names of the neighbours, in the middle of what the territory leaves of them."""
    own = shapely.point_on_surface(territory)
    named = []
    for name, shape in zip(around["name"], around.geometry, strict=True):
        free = shapely.difference(shape, territory)
        if shapely.contains(shape, own) or shapely.is_empty(free):
            continue
        circle = shapely.maximum_inscribed_circle(free, tolerance=0.01)
        named.append(_named(name, shapely.get_coordinates(circle)[0]))
    return named


def _numbers(roads: gpd.GeoDataFrame) -> list[list[Any]]:
    """Numbers of motorways and national roads, along them."""
    named = []
    for name, shape in zip(roads["name"], roads.geometry, strict=True):
        number = NUMBERED.match(name)
        if number is None:
            continue
        for part in shapely.get_parts(shapely.line_merge(shape)):
            length = float(shapely.length(part))
            count = int(length // APART)
            for i in range(count):
                at = shapely.line_interpolate_point(part, (i + 0.5) * length / count)
                named.append(_named(number[0], shapely.get_coordinates(at)[0]))
    return named
