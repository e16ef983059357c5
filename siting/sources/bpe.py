"""BPE: INSEE's facilities with coordinates, in the layouts of 2021 to 2025.

The nomenclature of types changed over the years: a code means what its edition says. Positions are
given in degrees since 2023, in Lambert before (in the projection of the département overseas).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import layouts, sound_rows, streams
from siting.sources.layouts import Layout
from siting.sources.projections import LAMBERT_X, LAMBERT_Y, METROPOLITAN, OVERSEAS, unprojected

if TYPE_CHECKING:
    from collections.abc import Iterator
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
    """Read facilities: all the `blocks` of a file."""
    return pd.concat(blocks(path), ignore_index=True)


def blocks(path: Path) -> Iterator[pd.DataFrame]:
    """Read facilities block by block: a national file holds millions.

    Yields
    ------
    `id` (row number, text), `commune_code,type,name,quality,year` (text) and `lon,lat` (degrees,
    NaN where the file has no position), indexed by row number.

    Raises
    ------
    InputError
        See `streams.blocks`; or, in more than one row of a hundred, coordinates that are not those
        of the layout.
    """
    tally = sound_rows.Tally(path)
    for block in streams.blocks(path, LAYOUTS):
        tally.rows += len(block.frame)
        yield _facilities(block.frame, tally, in_degrees=block.layout.name == LAYOUTS[0].name)
    tally.tell()


def _facilities(frame: pd.DataFrame, tally: sound_rows.Tally, *, in_degrees: bool) -> pd.DataFrame:
    """Some rows of the file, typed."""
    if in_degrees:
        frame = tally.numbers(frame, ["lon", "lat"])
        projected = (frame["lon"].abs() > 180) | (frame["lat"].abs() > 90)

        def in_metres(at: int) -> InputError:
            x, y = frame["lon"].iloc[at], frame["lat"].iloc[at]
            return InputError("metres_for_degrees", file=tally.path, x=x, y=y)

        sound = tally.kept(frame, projected, in_metres)
    else:
        sound = _unprojected(frame, tally)
    names = ["commune_code", "type", "name", "quality", "year", "lon", "lat"]
    typed = sound.assign(
        id=sound.index.astype(str), commune_code=sound["commune_code"].str.zfill(5)
    )
    return typed[["id", *names]]


def _unprojected(frame: pd.DataFrame, tally: sound_rows.Tally) -> pd.DataFrame:
    """Rows with `lon,lat` of their coordinates in metres."""
    frame = tally.numbers(frame, ["x", "y"])
    of_row = pd.to_numeric(frame["epsg"].str.extract(r"(\d{4,5})$")[0])  # since 2023
    epsg = of_row.fillna(frame["commune_code"].str[:3].map(OVERSEAS)).fillna(METROPOLITAN)
    x, y = frame["x"], frame["y"]
    outside = (x.notna() & ~x.between(*LAMBERT_X)) | (y.notna() & ~y.between(*LAMBERT_Y))

    def elsewhere(at: int) -> InputError:
        row = int(frame.index[at]) + 2
        return InputError("not_lambert_93", file=tally.path, row=row, x=x.iloc[at], y=y.iloc[at])

    sound = tally.kept(frame.assign(epsg=epsg), outside & (epsg == METROPOLITAN), elsewhere)
    lon, lat = unprojected(sound["x"], sound["y"], sound["epsg"].astype(float))
    return sound.assign(lon=lon, lat=lat)
