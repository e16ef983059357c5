"""BPE: INSEE's facilities with coordinates, in the layouts of 2021 to 2025.

The nomenclature of types changed over the years: a code means what its edition says. Positions are
given in degrees since 2023, in Lambert before (in the projection of the département overseas).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import layouts, reading, streams
from siting.sources.layouts import Layout
from siting.sources.projections import LAMBERT_X, LAMBERT_Y, METROPOLITAN, OVERSEAS, unprojected

if TYPE_CHECKING:
    from pathlib import Path

_TYPE = {"DEPCOM": "commune_code", "TYPEQU": "type"}
_MORE = {"QUALITE_XY": "quality", "AN": "year", "NOMRS": "name", "EPSG": "epsg"}
LAYOUTS = [
    Layout("BPE (2023 et suivantes)", {**_TYPE, "LONGITUDE": "lon", "LATITUDE": "lat"}, _MORE),
    Layout("BPE (2018 à 2022)", {**_TYPE, "LAMBERT_X": "x", "LAMBERT_Y": "y"}, _MORE),
]

LABELS = [
    Layout("BPE, dictionnaire (varmod)", {"COD_VAR": "name", "COD_MOD": "type", "LIB_MOD": "label"})
]


def labels(path: Path) -> pd.DataFrame:
    """Read what the types of an edition mean, from its dictionary or the zip that holds it.

    Returns
    -------
    `type,label`, by type. A code means what its edition says.

    Raises
    ------
    InputError
        See `layouts.read`; or no type is told.
    """
    frame, _ = layouts.read(path, LABELS)
    types = frame.loc[frame["name"] == "TYPEQU", ["type", "label"]].drop_duplicates("type")
    if types.empty:
        raise InputError("empty_table", file=path)
    return types.sort_values("type", ignore_index=True)


def read(path: Path) -> pd.DataFrame:
    """Read facilities.

    Returns
    -------
    `id` (row number, text), `commune_code,type,name,quality,year` (text) and `lon,lat` (degrees,
    NaN where the file has no position).

    Raises
    ------
    InputError
        See `layouts.read`; or coordinates that are not those of the layout.
    """
    parts = [
        _facilities(block.frame, path, in_degrees=block.layout.name == LAYOUTS[0].name)
        for block in streams.blocks(path, LAYOUTS)
    ]
    return pd.concat(parts, ignore_index=True)


def _facilities(frame: pd.DataFrame, path: Path, *, in_degrees: bool) -> pd.DataFrame:
    """Some rows of the file, typed."""
    if in_degrees:
        lon, lat = reading.numbers(frame, "lon", path), reading.numbers(frame, "lat", path)
        wrong = (lon.abs() > 180) | (lat.abs() > 90)
        if wrong.any():
            at = int(wrong.to_numpy().argmax())
            raise InputError("metres_for_degrees", file=path, x=lon.iloc[at], y=lat.iloc[at])
    else:
        lon, lat = _degrees(frame, path)
    return pd.DataFrame(
        {
            "id": frame.index.astype(str),
            "commune_code": frame["commune_code"].str.zfill(5),
            "type": frame["type"],
            "name": frame["name"],
            "quality": frame["quality"],
            "year": frame["year"],
            "lon": lon,
            "lat": lat,
        }
    )


def _degrees(frame: pd.DataFrame, path: Path) -> tuple[pd.Series, pd.Series]:
    x, y = reading.numbers(frame, "x", path), reading.numbers(frame, "y", path)
    said = pd.to_numeric(frame["epsg"].str.extract(r"(\d{4,5})$")[0])  # of each row, since 2023
    epsg = said.fillna(frame["commune_code"].str[:3].map(OVERSEAS)).fillna(METROPOLITAN)
    outside = (x.notna() & ~x.between(*LAMBERT_X)) | (y.notna() & ~y.between(*LAMBERT_Y))
    wrong = outside & (epsg == METROPOLITAN)
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        row = int(frame.index[at]) + 2
        raise InputError("not_lambert_93", file=path, row=row, x=x.iloc[at], y=y.iloc[at])
    return unprojected(x, y, epsg.astype(float))
