"""Stations: SNCF's list of stations (one row for each line that calls), or that of passenger halls.

Both layouts are from memory. The first says whether a station is open to passengers (`O`); the
second lists those that are, with `latitude, longitude` in one column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import layouts, places
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_LIST = {
    "CODE_UIC": "id",
    "LIBELLE": "name",
    "VOYAGEURS": "passengers",
    "X_WGS84": "lon",
    "Y_WGS84": "lat",
}
LAYOUTS = [
    Layout("SNCF liste des gares", _LIST),
    Layout("SNCF liste des gares (minuscules)", {key.lower(): our for key, our in _LIST.items()}),
    Layout(
        "SNCF gares de voyageurs",
        {"Nom": "name", "Code(s) UIC": "id", "Position géographique": "at"},
        {"Code commune": "commune_code"},
    ),
]


def read(path: Path) -> pd.DataFrame:
    """Read the stations open to passengers, each once: see `places.read`."""
    frame, layout = layouts.read(path, LAYOUTS)
    if layout is LAYOUTS[2]:
        at = frame["at"].str.split(",", n=1, expand=True).reindex(columns=[0, 1]).fillna("")
        frame = frame.assign(lat=at[0].str.strip(), lon=at[1].str.strip())
        whole = frame["commune_code"].str.len() == len("12202")  # some editions give three digits
        frame["commune_code"] = frame["commune_code"].where(whole, "")
    else:
        frame = frame[frame["passengers"].str.strip().str.upper().isin(["O", "OUI", "1"])]
        frame = frame.assign(commune_code="")
    known = frame.drop_duplicates("id").assign(kind="station").reset_index(drop=True)
    return places.checked(known[places.COLUMNS], path)
