"""Stations: SNCF's list of stations (one row for each line that calls), or that of passenger halls.

The first says whether a station is open to passengers (`O`); the others list those that are, with
`latitude, longitude` in one column (gares-de-voyageurs) or in two (the older referentiel).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import layouts, places
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LAYOUTS = [
    Layout(
        "SNCF liste des gares",
        {
            "CODE_UIC": "id",
            "LIBELLE": "name",
            "VOYAGEURS": "passengers",
            "X_WGS84": "lon",
            "Y_WGS84": "lat",
        },
    ),
    Layout(
        "SNCF gares de voyageurs",
        {"Nom": "name", "Code(s) UIC": "id", "Position géographique": "at"},
        {"Code commune": "commune_code", "codeinsee": "commune_code"},
    ),
    Layout(
        "SNCF référentiel des gares de voyageurs",
        {
            "uic_code": "id",
            "alias_libelle_noncontraint": "name",
            "longitude_entreeprincipale_wgs84": "lon",
            "latitude_entreeprincipale_wgs84": "lat",
        },
    ),
]


def read(path: Path) -> pd.DataFrame:
    """Read the stations open to passengers, each once: see `places.read`."""
    frame, _ = layouts.read(path, LAYOUTS)
    if "at" in frame.columns:
        at = frame["at"].str.split(",", n=1, expand=True).reindex(columns=[0, 1]).fillna("")
        frame = frame.assign(lat=at[0].str.strip(), lon=at[1].str.strip())
        whole = frame["commune_code"].str.len() > len("202")  # some editions give three digits
        frame["commune_code"] = frame["commune_code"].where(whole, "")
    else:
        frame = frame.assign(commune_code="")
    if "passengers" in frame.columns:
        frame = frame[frame["passengers"].str.strip().str.upper().isin(["O", "OUI", "1"])]
    known = frame.drop_duplicates("id").assign(kind="station").reset_index(drop=True)
    return places.checked(known[places.COLUMNS], path)
