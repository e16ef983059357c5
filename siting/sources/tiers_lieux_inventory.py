"""Tiers-lieux: the inventory of the Mission Coworking (CGET, 2019).

INSEECOM is 0 where unknown, and lost its leading zero in copies that were opened in a spreadsheet;
PRECISION mixes a score (0.46 to 0.97) and a class (9). Contacts are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import layouts, sound_rows
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

LAYOUTS = [
    Layout(
        "CGET tiers-lieux (2019)",
        {
            "ID": "id",
            "NOM_TL": "name",
            "INSEECOM": "commune_code",
            "TYPO": "type",
            "LAT": "lat",
            "LONG": "lon",
            "PRECISION": "precision",
        },
    )
]


def read(path: Path) -> pd.DataFrame:
    """Read the places.

    Returns
    -------
    `id,name,commune_code,lon,lat,kind,score`: the code is empty where unknown (take it from the
    position); `kind` is `coworking`, `fablab` or `unspecified`; `score` is the geocoding score,
    NaN where PRECISION holds a class.

    Raises
    ------
    InputError
        See `layouts.read`; or a repeated id.
    """
    frame, _ = layouts.read(path, LAYOUTS)
    repeated = frame["id"][frame["id"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="ID", ids=ids)
    frame = sound_rows.numbers(frame, ["precision", "lon", "lat"], path)
    stripped = frame["commune_code"].str.strip()
    types = frame["type"].str.lower()
    kind = pd.Series("unspecified", index=frame.index, dtype=object)
    kind[types.str.contains("fablab|fab lab", regex=True)] = "fablab"
    kind[types.str.contains("coworking")] = "coworking"
    return pd.DataFrame(
        {
            "id": frame["id"],
            "name": frame["name"],
            "commune_code": stripped.str.zfill(5).where(~stripped.isin(["0", ""]), ""),
            "lon": frame["lon"],
            "lat": frame["lat"],
            "kind": kind,
            "score": frame["precision"].where(frame["precision"] <= 1),
        }
    ).reset_index(drop=True)
