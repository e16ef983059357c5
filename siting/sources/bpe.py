"""BPE: INSEE's permanent database of facilities, layout with coordinates, by column name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pyproj import Transformer

from siting.errors import InputError
from siting.sources import reading

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["DEPCOM", "TYPEQU", "LAMBERT_X", "LAMBERT_Y"]
LAMBERT_X, LAMBERT_Y = (-400_000, 1_400_000), (6_000_000, 7_200_000)  # metropolitan France


def read(path: Path) -> pd.DataFrame:
    """Read facilities.

    Returns
    -------
    `id` (row number, text), `commune_code`, `type` (TYPEQU, text), `lon`, `lat` (degrees, NaN where
    the file has no position).

    Raises
    ------
    InputError
        See `reading.table`; or coordinates that are not Lambert 93.
    """
    frame = reading.table(path, COLUMNS, separator=";", usecols=[])
    x = pd.to_numeric(frame["LAMBERT_X"], errors="coerce")
    y = pd.to_numeric(frame["LAMBERT_Y"], errors="coerce")
    wrong = (x.notna() & ~x.between(*LAMBERT_X)) | (y.notna() & ~y.between(*LAMBERT_Y))
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError("not_lambert_93", file=path, row=row + 2, x=x[row], y=y[row])
    lon, lat = Transformer.from_crs(2154, 4326, always_xy=True).transform(x, y)
    known = x.notna() & y.notna()
    return pd.DataFrame(
        {
            "id": frame.index.astype(str),
            "commune_code": frame["DEPCOM"],
            "type": frame["TYPEQU"],
            "lon": pd.Series(lon).where(known),
            "lat": pd.Series(lat).where(known),
        }
    )
