"""Commune boundaries: GeoJSON or GeoPackage with `code` and `name`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from siting.contracts import missing_column
from siting.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> gpd.GeoDataFrame:
    """Read commune boundaries.

    Returns
    -------
    `code`, `name` and valid polygons, in the file's coordinate system.

    Raises
    ------
    InputError
        The file cannot be read, has no `code`, no coordinate system, coordinates that do not fit
        it, repeated codes or geometries that are not valid polygons.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    import pyogrio.errors  # noqa: PLC0415 - GDAL is long to load: only where a file is read

    try:
        frame = gpd.read_file(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        raise InputError("empty_table", file=path)
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
    polygons = frame.geom_type.isin(["Polygon", "MultiPolygon"]) & frame.is_valid & ~frame.is_empty
    if not polygons.all():
        codes = ", ".join(frame.loc[~polygons, "code"].head(5))
        raise InputError("bad_geometry", file=path, codes=codes)
    return frame


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
