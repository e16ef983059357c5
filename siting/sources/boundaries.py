"""Commune boundaries: GeoJSON or GeoPackage with `code` and `name`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from siting.contracts import missing_column
from siting.errors import InputError, InputWarning
from siting.sources import layer_files

if TYPE_CHECKING:
    from pathlib import Path


POLYGON = 2  # dimension of an area


def read(path: Path) -> gpd.GeoDataFrame:
    """Read commune boundaries; see `layer_files.read`.

    Returns
    -------
    `code`, `name` and valid polygons, in the file's coordinate system.

    Raises
    ------
    InputError
        The file cannot be read, has no `code`, no coordinate system, coordinates that do not fit
        it, repeated codes or geometries that are not valid polygons.
    """
    frame = layer_files.read(path)
    for column in ("code", "name"):
        if column not in frame.columns:
            raise missing_column(path, column, frame.columns)
    frame = frame[["code", "name", "geometry"]].astype({"code": str})
    if frame.crs is None:
        raise InputError("no_crs", file=path)
    require_range(frame, path)
    repeated = frame["code"][frame["code"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="code", ids=ids)
    return _repaired(frame, path)


def _repaired(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Polygons made valid where they cross themselves, with a warning; others refused by code.

    Raises
    ------
    InputError
        A geometry is absent, is no polygon, has no area, or a coordinate that is no number.
    """
    shapes = frame.geometry.to_numpy().copy()
    areal = frame.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy()
    crossed = np.flatnonzero(areal & ~frame.is_valid.to_numpy())
    finite = [bool(np.isfinite(shapely.get_coordinates(shapes[at])).all()) for at in crossed]
    for at in crossed[np.asarray(finite, bool)]:
        parts = shapely.get_parts(shapely.make_valid(shapes[at]))
        areas = parts[shapely.get_dimensions(parts) == POLYGON]
        shapes[at] = shapely.union_all(areas) if len(areas) else shapely.Polygon()
    made = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    sound = areal & made.is_valid.to_numpy() & ~made.is_empty.to_numpy()
    if not sound.all():
        codes = ", ".join(frame.loc[~sound, "code"].head(5))
        raise InputError("bad_geometry", file=path, codes=codes)
    if len(crossed):
        codes = ", ".join(frame["code"].iloc[crossed[:5]])
        values = {"count": len(crossed), "codes": codes}
        warnings.warn(InputWarning("boundaries_repaired", file=path, **values), stacklevel=3)
    return made


def require_range(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Refuse coordinates that do not fit the coordinate system that the file states.

    Raises
    ------
    InputError
        Metres where it says degrees, or degrees where it says metres.
    """
    west, south, east, north = frame.total_bounds
    degrees = west >= -180 and east <= 180 and south >= -90 and north <= 90
    assert frame.crs is not None  # noqa: S101 - the caller asked
    geographic = frame.crs.is_geographic
    if geographic != degrees:
        key = "crs_out_of_range" if geographic else "metric_crs_over_degrees"
        raise InputError(key, file=path, crs=frame.crs.to_string(), value=east)
