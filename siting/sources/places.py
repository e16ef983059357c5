"""What readers of lists of places share: ids, positions in degrees, codes of five characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.errors import InputError
from siting.sources import layouts, reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from siting.sources.layouts import Layout

ARRONDISSEMENTS = {
    **{f"751{number:02d}": "75056" for number in range(1, 21)},
    **{f"693{number}": "69123" for number in range(81, 90)},
    **{f"132{number:02d}": "13055" for number in range(1, 17)},
}
"""Municipal arrondissements of Paris, Lyon and Marseille, given by many files in their place."""
COLUMNS = ["id", "name", "commune_code", "lon", "lat", "kind"]


def read(path: Path, known: Sequence[Layout]) -> pd.DataFrame:
    """Read a list of places with longitude and latitude.

    Returns
    -------
    `id,name,commune_code,lon,lat,kind` and the layout's other columns; positions are NaN where the
    file has none, codes are padded to five characters and empty where unknown.

    Raises
    ------
    InputError
        See `layouts.read`; a repeated id; or coordinates that are not degrees.
    """
    frame, _ = layouts.read(path, known)
    return checked(frame, path)


def checked(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Type the columns of a list of places: see `read`."""
    frame = frame.drop_duplicates()  # a row that is there twice says no more
    repeated = frame["id"][frame["id"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="id", ids=ids)
    lon, lat = reading.numbers(frame, "lon", path), reading.numbers(frame, "lat", path)
    wrong = (lon.abs() > 180) | (lat.abs() > 90)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError("metres_for_degrees", file=path, x=lon.iloc[row], y=lat.iloc[row])
    code = frame["commune_code"].str.strip()
    typed = frame.assign(lon=lon, lat=lat, commune_code=code.str.zfill(5).where(code != "", ""))
    named = [*COLUMNS, *(name for name in typed.columns if name not in COLUMNS)]
    return typed[named].reset_index(drop=True)
