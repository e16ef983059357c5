"""Where an establishment stands: INSEE's geolocated file, else the stock's own columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyproj.exceptions import CRSError

from siting.errors import InputError
from siting.sources import register_tables
from siting.sources.layouts import Layout
from siting.sources.projections import (
    LAMBERT_X,
    LAMBERT_Y,
    METROPOLITAN,
    OVERSEAS,
    in_france,
    unprojected,
)

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

POSITION_LAYOUTS = [
    Layout(
        "GeolocalisationEtablissement (degrés)",
        {
            "siret": "siret",
            "qualite_xy": "quality",
            "x_longitude": "lon",
            "y_latitude": "lat",
        },
        {"x": "x", "y": "y", "epsg": "epsg"},
    ),
    Layout(
        "GeolocalisationEtablissement (projection par ligne)",
        {"siret": "siret", "qualite_xy": "quality", "x": "x", "y": "y", "epsg": "epsg"},
    ),
]


def of_insee(base: duckdb.DuckDBPyConnection, path: Path | None) -> pd.DataFrame:
    """`lon,lat,quality` by siret, of the establishments in hand."""
    if path is None:
        return pd.DataFrame(columns=["lon", "lat", "quality"], dtype=object)
    query = (
        "CREATE TEMP TABLE positions AS SELECT positions_in.* FROM positions_in "
        "SEMI JOIN sirets ON positions_in.siret = sirets.key"
    )
    register_tables.load(base, path, POSITION_LAYOUTS, "positions_in", lambda _: query)
    frame: pd.DataFrame = base.sql("SELECT * FROM positions ORDER BY ALL").df()
    frame = register_tables.by_key(frame, "siret", 14, path)
    given = [_degrees(frame[name]) if name in frame else np.nan for name in ("lon", "lat")]
    if "epsg" not in frame:
        return frame.assign(lon=given[0], lat=given[1])
    codes = pd.to_numeric(frame["epsg"], errors="coerce")
    try:
        lon, lat = unprojected(_degrees(frame["x"]), _degrees(frame["y"]), codes)
    except CRSError as error:
        row = {"row": "-", "column": "epsg", "value": ", ".join(sorted(set(frame["epsg"]))[:5])}
        raise InputError("bad_value", file=path, **row, expected="2154") from error
    return frame.assign(lon=given[0], lat=given[1]).fillna({"lon": lon, "lat": lat})


def _degrees(values: pd.Series) -> pd.Series:
    """Numbers of a text column; masked (`[ND]`) and empty are NaN."""
    return pd.to_numeric(values, errors="coerce").astype(float)


def best(
    frame: pd.DataFrame, placed: pd.DataFrame, files: tuple[Path, Path | None]
) -> dict[str, pd.Series]:
    """`lon,lat,quality,placed_by`: INSEE's file, else the stock's geocoding, else its Lambert."""
    insee = placed.reindex(frame["siret"]).reset_index(drop=True)
    own = {name: _degrees(frame[name]) for name in ("lon", "lat", "lambert_x", "lambert_y")}
    epsg = frame["commune_code"].str[:3].map(OVERSEAS).fillna(METROPOLITAN)
    home = epsg == METROPOLITAN
    inside = own["lambert_x"].between(*LAMBERT_X) & own["lambert_y"].between(*LAMBERT_Y)
    lambert = _believed(own["lambert_x"], own["lambert_y"], inside | ~home, "metric", files[0])
    lambert = unprojected(*lambert, epsg.astype(float))
    published = insee["lon"].astype(float), insee["lat"].astype(float)
    _require_degrees(*published, files[1])
    _require_degrees(own["lon"], own["lat"], files[0])
    lon, lat = _believed(*published, in_france(*published), "degrees", files[1])
    geocoded = own["lon"], own["lat"]
    geocoded = _believed(*geocoded, in_france(*geocoded), "degrees", files[0])
    quality = insee["quality"].fillna("").astype(object)
    by = pd.Series("", index=frame.index, dtype=object)
    by[lon.notna() & lat.notna()] = "insee"
    for name, (x, y), precision in (
        ("geocoding", geocoded, frame["geo_type"]),
        ("lambert", lambert, pd.Series("", index=frame.index)),
    ):
        taken = (by == "") & x.notna() & y.notna()
        lon, lat = lon.where(~taken, x), lat.where(~taken, y)
        quality = quality.where(~taken, precision)
        by[taken] = name
    unknown = by == ""
    return {
        "lon": lon.mask(unknown),
        "lat": lat.mask(unknown),
        "quality": quality.mask(unknown, ""),
        "placed_by": by,
    }


def _believed(
    x: pd.Series, y: pd.Series, inside: pd.Series, kind: str, file: Path | None
) -> tuple[pd.Series, pd.Series]:
    """Coordinates that lie where the file's must; stray ones are not taken for positions.

    Raises
    ------
    InputError
        Most lie elsewhere: another coordinate system, or axes that were swapped.
    """
    known = x.notna() & y.notna()
    stray = known & ~inside
    if stray.sum() * 2 > known.sum():
        at = int(stray.to_numpy().argmax())
        raise InputError(f"{kind}_elsewhere", file=file, x=x.iloc[at], y=y.iloc[at])
    return x.mask(stray), y.mask(stray)


def _require_degrees(lon: pd.Series, lat: pd.Series, file: Path | None) -> None:
    wrong = (lon.abs() > 180) | (lat.abs() > 90)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError("metres_for_degrees", file=file, x=lon.iloc[row], y=lat.iloc[row])
