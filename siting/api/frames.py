"""Frames as people have them, brought to the columns that the engine reads."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting import contracts
from siting.api import grids
from siting.contracts import missing_column
from siting.errors import InputError

DEGREES = "EPSG:4326"
POINTLIKE = frozenset({"Point", "Polygon", "MultiPolygon"})
# what r5py and cafein call the columns of a travel-time matrix
PEER_COLUMNS = {"from_id": "origin_id", "to_id": "destination_id", "travel_time": "minutes"}


def points(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Points of a GeoDataFrame (any CRS) or of a frame `id,lon,lat`.

    Parameters
    ----------
    frame
        A GeoDataFrame of points, or of polygons (a point inside each is taken), with a column `id`
        or else its index as identifiers; or a DataFrame with `id`, `lon`, `lat` in degrees; or one
        without positions whose `id` names H3 cells or squares of INSEE (`CRS3035RES200mN…E…`).
    name
        What to call the frame in messages.

    Returns
    -------
    `id` (text), `lon`, `lat` (degrees, WGS 84), then the other columns, a row a point, in order.

    Raises
    ------
    InputError
        Not a frame, no row, no CRS, a geometry that is empty or is a line, an identifier twice, a
        coordinate that is missing, not a number or outside the world, a cell that is none.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError("not_a_frame", name=name, found=type(frame).__name__)
    if isinstance(frame, gpd.GeoDataFrame):
        frame = _located(frame, name)
    else:
        frame = frame if "id" in frame.columns else frame.rename_axis("id").reset_index()
        if not {"lon", "lat"} & set(frame.columns):
            frame = grids.located(frame, name)
    return contracts.check(_identified(frame), contracts.POINTS, name)


def column(frame: pd.DataFrame, name: str, of: str, ids: Any) -> pd.Series:
    """A column of numbers (>= 0) of a frame, by identifier, in the order of `ids`.

    Raises
    ------
    InputError
        The column is missing, a value is no number or negative, an identifier is missing or twice.
    """
    table = _identified(frame if "id" in frame.columns else frame.rename_axis("id").reset_index())
    contract = contracts.Table(
        of,
        (contracts.code("id", "identifier"), contracts.Column(name, "float", of, minimum=0)),
        ("id",),
    )
    values = contracts.check(table.drop(columns="geometry", errors="ignore"), contract, of)
    series: pd.Series = values.set_index("id")[name]
    missing = pd.Index(ids).difference(series.index)
    if len(missing):
        raise InputError("ids_missing", name=of, ids=", ".join(map(str, missing[:5])))
    return series.reindex(ids)


def matrix(frame: pd.DataFrame) -> pd.DataFrame:
    """A long matrix under our names of columns, r5py's and cafein's accepted.

    Raises
    ------
    InputError
        Not a frame, or a column is missing.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError("not_a_frame", name="times", found=type(frame).__name__)
    table = frame.rename(columns=PEER_COLUMNS)
    for wanted in ("origin_id", "destination_id", "minutes"):
        if wanted not in table.columns:
            raise missing_column("times", wanted, frame.columns)
    return table.astype({"origin_id": str, "destination_id": str})


def _located(frame: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """A GeoDataFrame as `id,lon,lat` and its other columns."""
    if frame.crs is None:
        raise InputError("frame_without_crs", name=name)
    geometry = frame.geometry
    wrong = ~(geometry.geom_type.isin(POINTLIKE) & ~geometry.is_empty & geometry.notna())
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        kind = geometry.geom_type.iloc[row]
        raise InputError("frame_geometry", name=name, row=row, found=kind or "vide")
    inside = geometry.representative_point() if (geometry.geom_type != "Point").any() else geometry
    degrees = inside.to_crs(DEGREES)
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    if "id" not in plain.columns:
        plain = plain.rename_axis("id").reset_index()
    return plain.assign(lon=degrees.x.to_numpy(), lat=degrees.y.to_numpy())


def _identified(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows, identifiers as text; a missing one stays missing."""
    return frame.assign(id=frame["id"].map(str, na_action="ignore"))
