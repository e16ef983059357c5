"""Frames as people have them, brought to the columns that the engine reads."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting import contracts
from siting.api import grids
from siting.errors import InputError
from siting.texts import text as t

DEGREES = "EPSG:4326"
POINTLIKE = frozenset({"Point", "Polygon", "MultiPolygon"})
# what r5py and cafein call the columns of a travel-time matrix
PEER_COLUMNS = {"from_id": "origin_id", "to_id": "destination_id", "travel_time": "minutes"}
TIMES = contracts.Table(
    "times",
    (
        # identifiers of any type: they become texts, by category where there are many rows
        contracts.Column("minutes", "float", "travel time", "min", required=False, minimum=0),
    ),
)


def table(frame: Any, name: str) -> pd.DataFrame:
    """A frame with a column `id` (else its index), rows in order.

    Raises
    ------
    InputError
        It is no frame, a column stands twice, the index has several levels, there is no row, an
        identifier is neither text nor number.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError("not_a_frame", name=name, found=type(frame).__name__)
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        raise InputError("columns_twice", name=name, column=repeated[0])
    if "id" not in frame.columns:
        if frame.index.nlevels > 1:
            raise InputError("index_of_levels", name=name)
        frame = frame.rename_axis("id").reset_index()
    if frame.empty:
        raise InputError("empty_table", file=name)
    odd = ~frame["id"].map(pd.api.types.is_scalar).to_numpy(bool)
    if odd.any():
        row = int(odd.argmax())
        raise InputError("bad_identifier", name=name, row=row, value=frame["id"].iloc[row])
    identified: pd.DataFrame = frame.assign(id=frame["id"].map(str, na_action="ignore"))
    return identified


def points(frame: Any, name: str) -> pd.DataFrame:
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
    plain = table(frame, name)
    if isinstance(plain, gpd.GeoDataFrame):
        plain = _located(plain, name)
    elif not {"lon", "lat"} & set(plain.columns):
        plain = grids.located(plain, name)
    return contracts.check(plain, contracts.POINTS, name, row_name)


def column(frame: Any, name: str, of: str, ids: Any) -> pd.Series:
    """A column of numbers (>= 0) of a frame, by identifier, in the order of `ids`.

    Raises
    ------
    InputError
        The column is missing, a value is no number or negative, an identifier is missing or twice.
    """
    numbers = contracts.Column(name, "float", of, minimum=0)
    values = _columns(frame, of, numbers).set_index("id")[name]
    missing = pd.Index(ids).difference(values.index)
    if len(missing):
        raise InputError("ids_missing", name=of, ids=", ".join(map(str, missing[:5])))
    return values.reindex(ids)


def names(frame: Any, name: str, of: str) -> pd.Series:
    """A column of texts of a frame, none of them empty, in the order of its rows; `id` the index.

    Raises
    ------
    InputError
        The column is missing, a value is empty, an identifier is twice.
    """
    return _columns(frame, of, contracts.code(name, of)).set_index("id")[name]


def matrix(frame: Any) -> pd.DataFrame:
    """A long matrix under our names of columns, r5py's and cafein's accepted.

    Raises
    ------
    InputError
        Not a frame, no row, a column is missing or stands twice, an identifier is missing, a time
        is neither minutes (zero or more) nor empty.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError("not_a_frame", name="times", found=type(frame).__name__)
    long = frame.rename(columns=PEER_COLUMNS)
    repeated = long.columns[long.columns.duplicated()]
    if len(repeated):
        raise InputError("columns_twice", name="times", column=repeated[0])
    for end in ("origin_id", "destination_id"):
        if end not in long.columns:
            raise contracts.missing_column("times", end, frame.columns)
    checked = contracts.check(long, TIMES, "times", row_name)
    for end in ("origin_id", "destination_id"):
        absent = checked[end].isna().to_numpy(bool)
        if absent.any():
            row = row_name(int(absent.argmax()))
            expected = t("contract.text")
            raise InputError(
                "bad_value", file="times", row=row, column=end, value="", expected=expected
            )
    return checked.astype({"origin_id": str, "destination_id": str})


def row_name(place: int) -> str:
    """What messages call a row of a frame: its place from 0, as `iloc` counts."""
    return t("contract.frame_row", row=place)


def _columns(frame: Any, of: str, column: contracts.Column) -> pd.DataFrame:
    """Identifiers and one column of a frame, checked."""
    plain = table(frame, of)
    if column.name not in plain.columns:
        raise contracts.missing_column(of, column.name, frame.columns)
    contract = contracts.Table(of, (contracts.code("id", "identifier"), column), ("id",))
    return contracts.check(pd.DataFrame(plain[["id", column.name]]), contract, of, row_name)


def _located(frame: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """A GeoDataFrame as `id,lon,lat` and its other columns."""
    if frame.active_geometry_name is None:
        raise InputError("no_active_geometry", name=name)
    if frame.crs is None:
        raise InputError("frame_without_crs", name=name)
    geometry = frame.geometry
    wrong = ~(geometry.geom_type.isin(POINTLIKE) & ~geometry.is_empty & geometry.notna())
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        shape = geometry.iloc[row]
        kind = t("contract.nothing") if shape is None or shape.is_empty else shape.geom_type
        raise InputError("frame_geometry", name=name, row=row, found=kind)
    inside = geometry.representative_point() if (geometry.geom_type != "Point").any() else geometry
    degrees = inside.to_crs(DEGREES)
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return plain.assign(lon=degrees.x.to_numpy(), lat=degrees.y.to_numpy())
