"""ARCEP, Cartefibre: premises and fibre by commune (shapefile) and by building (CSV).

The attributes of the shapefile are latin-1 whatever its .cpg says, and its shapes are in web
Mercator.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from pyproj import Transformer

from siting import archives
from siting.errors import InputError
from siting.sources import layer_files, layouts, sound_rows
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

COMMUNE_LAYOUTS = [
    Layout(
        "Cartefibre commune",
        {"INSEE_COM": "code", "NOM_COM": "name", "Locaux": "premises", "ftth": "ftth_premises"},
    )
]
BUILDING_LAYOUTS = [
    Layout(
        "Cartefibre immeubles",
        {
            "x": "x",
            "y": "y",
            "imb_id": "id",
            "code_insee": "commune_code",
            "imb_etat": "state",
        },
        {"pm_date_mad": "opened_on", "date_completude": "complete_on"},
    )
]
EXTENTS = {
    4326: ((-63.5, 56.0), (-21.5, 51.5)),
    2154: ((-400_000, 1_400_000), (6_000_000, 7_200_000)),
    3857: ((-650_000, 1_100_000), (5_000_000, 6_700_000)),
}
"""Where France lies in each projection that the producer used; they do not overlap."""


def recognised(path: Path) -> bool:
    """Whether a file is a shapefile, or a zip that holds one: the only such file of ARCEP."""
    if path.suffix.lower() == ".shp":
        return True
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return False
    with archives.opened(path) as archive:
        return any(name.lower().endswith(".shp") for name in archive.namelist())


def communes(path: Path) -> pd.DataFrame:
    """Read premises and premises that fibre reaches.

    Parameters
    ----------
    path
        `.shp`, or the zip that it comes in.

    Returns
    -------
    `code,name,premises,ftth_premises`.

    Raises
    ------
    InputError
        The file is missing or damaged, lacks a column, or, in more than one row of a hundred,
        counts nothing, or more fibre than premises.
    """
    table = layer_files.rows(path, encoding="ISO-8859-1")
    layout = layouts.fitting(path, list(table.columns), COMMUNE_LAYOUTS)
    frame = layouts.renamed(path, table, layout)
    counts = ["premises", "ftth_premises"]
    frame = sound_rows.numbers(frame.astype(dict.fromkeys(counts, str)), counts, path)
    uncounted = frame[counts].isna().any(axis=1)
    frame = sound_rows.kept(
        frame, uncounted, path, sound_rows.bad_value(frame, "premises", path, "1234")
    )
    wrong = frame["ftth_premises"] > frame["premises"]

    def problem(at: int) -> InputError:
        row = frame.iloc[at]
        return InputError(
            "more_fibre_than_premises",
            file=path,
            code=row["code"],
            found=row["ftth_premises"],
            expected=row["premises"],
        )

    sound = sound_rows.kept(frame, wrong, path, problem).astype(dict.fromkeys(counts, "int64"))
    return sound.sort_values("code", ignore_index=True)


def buildings(path: Path) -> pd.DataFrame:
    """Read buildings with the state of their fibre.

    Returns
    -------
    `id,commune_code,state,opened_on,complete_on,lon,lat`; the state is the producer's text
    (`deploye`, `en cours de deploiement`…), dates are empty where missing.

    Raises
    ------
    InputError
        See `layouts.read`; or coordinates of no projection known for France.
    """
    frame, _ = layouts.read(path, BUILDING_LAYOUTS)
    frame = sound_rows.numbers(frame, ["x", "y"], path)
    x, y = frame["x"], frame["y"]
    epsg = projection_of(x, y, path)
    lon, lat = Transformer.from_crs(epsg, 4326, always_xy=True).transform(
        x.to_numpy(), y.to_numpy()
    )
    placed = frame.drop(columns=["x", "y"]).assign(lon=lon, lat=lat)
    return placed[["id", "commune_code", "state", "opened_on", "complete_on", "lon", "lat"]]


def projection_of(x: pd.Series, y: pd.Series, path: Path) -> int:
    """Tell the projection of coordinates by where France lies in it.

    Raises
    ------
    InputError
        They fit none of the known ones.
    """
    for epsg, (easting, northing) in EXTENTS.items():
        inside = (x.between(*easting) & y.between(*northing)) | x.isna() | y.isna()
        if inside.all():
            return epsg
    raise InputError(
        "unknown_projection",
        file=path,
        x=x.iloc[0],
        y=y.iloc[0],
        known=", ".join(f"EPSG:{epsg}" for epsg in EXTENTS),
    )
