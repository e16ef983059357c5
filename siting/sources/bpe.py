"""BPE: INSEE's permanent database of facilities, layout with coordinates, by column name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyproj import Transformer

from siting.errors import InputError
from siting.sources import reading

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["DEPCOM", "TYPEQU", "LAMBERT_X", "LAMBERT_Y"]
LAMBERT_X, LAMBERT_Y = (-400_000, 1_400_000), (6_000_000, 7_200_000)  # metropolitan France
METROPOLITAN = 2154
OVERSEAS = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}
"""Projection of LAMBERT_X and LAMBERT_Y by département, where it is not Lambert 93."""


def read(path: Path) -> pd.DataFrame:
    """Read facilities, of one département or of the whole country.

    Returns
    -------
    `id` (row number, text), `commune_code`, `type` (TYPEQU, text), `lon`, `lat` (degrees, NaN where
    the file has no position).

    Raises
    ------
    InputError
        See `reading.table`; or coordinates that are not numbers, or not Lambert 93.
    """
    frame = reading.table(path, COLUMNS, separator=";", usecols=[])
    x = reading.numbers(frame, "LAMBERT_X", path)
    y = reading.numbers(frame, "LAMBERT_Y", path)
    projection = frame["DEPCOM"].str[:3].map(OVERSEAS).fillna(METROPOLITAN).astype(int)
    outside = (x.notna() & ~x.between(*LAMBERT_X)) | (y.notna() & ~y.between(*LAMBERT_Y))
    wrong = outside & (projection == METROPOLITAN)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError("not_lambert_93", file=path, row=row + 2, x=x[row], y=y[row])
    placed = pd.DataFrame({"lon": np.nan, "lat": np.nan}, index=frame.index)
    known = x.notna() & y.notna()
    for epsg in sorted(projection.unique()):
        here = known & (projection == epsg)
        to_degrees = Transformer.from_crs(int(epsg), 4326, always_xy=True)
        lon, lat = to_degrees.transform(x[here].to_numpy(), y[here].to_numpy())
        placed.loc[here, ["lon", "lat"]] = np.column_stack([lon, lat])
    return pd.DataFrame(
        {
            "id": frame.index.astype(str),
            "commune_code": frame["DEPCOM"],
            "type": frame["TYPEQU"],
            "lon": placed["lon"],
            "lat": placed["lat"],
        }
    )
