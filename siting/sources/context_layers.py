"""The background of maps: départements around, water, main roads, railways, towns beyond.

Shapes have `name` and `class`; what classes mean to a map is in `siting.outputs.context`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from siting.contracts import LAT, LON, Column, Table, code, missing_column
from siting.errors import InputError
from siting.sources import layer_files, reading
from siting.sources.boundaries import require_range

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = ("name", "class")
TOWNS = Table(
    "towns",
    (
        code("id", "identifier"),
        Column("name", "text", "name"),
        LON,
        LAT,
        Column("population", "float", "people", "people", minimum=0),
    ),
    ("id",),
)


def shapes(path: Path) -> gpd.GeoDataFrame:
    """Read polygons or lines of a background.

    Returns
    -------
    `name` (may be empty), `class`, geometry; EPSG:4326.

    Raises
    ------
    InputError
        The file cannot be read, is empty, lacks a column or a coordinate system, or holds shapes
        that are neither polygons nor lines.
    """
    frame = layer_files.read(path)
    for column in SHAPES:
        if column not in frame.columns:
            raise missing_column(path, column, frame.columns)
    if frame.crs is None:
        raise InputError("no_crs", file=path)
    require_range(frame, path)
    kinds = ["Polygon", "MultiPolygon", "LineString", "MultiLineString"]
    drawn = frame.geom_type.isin(kinds) & ~frame.is_empty
    if not drawn.all():
        rows = ", ".join(str(row + 1) for row in (~drawn).to_numpy().nonzero()[0][:5])
        raise InputError("bad_context_shape", file=path, rows=rows)
    plain = frame[[*SHAPES, "geometry"]].fillna({"name": "", "class": ""})
    in_degrees: gpd.GeoDataFrame = plain.to_crs(4326)
    return in_degrees


def towns(path: Path) -> gpd.GeoDataFrame:
    """Read towns beyond the territory.

    Returns
    -------
    `name`, `population`, points in EPSG:4326, the largest first.

    Raises
    ------
    InputError
        The file cannot be read or breaks the layout `id,name,lon,lat,population`.
    """
    table = reading.checked(path, TOWNS).sort_values(
        ["population", "id"], ascending=[False, True], kind="stable"
    )
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326)
    return gpd.GeoDataFrame(table[["name", "population"]], geometry=points).reset_index(drop=True)
