"""FINESS: health and social establishments, geolocated extraction (no header, two kinds of rows).

Rows begin with `structureet` (the establishment) or `geolocalisation` (its position, in the
projection that the row names). Fields are told by their place, as the producer documents them.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import places, reading
from siting.sources.projections import unprojected

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

PHARMACY = "620"
STRUCTURE = {"id": 1, "name": 3, "commune": 12, "department": 13, "kind": 18}
POSITION = {"id": 1, "x": 2, "y": 3, "source": 4}
PROJECTIONS = {
    "LAMBERT_93": 2154,
    "UTM_N20": 5490,
    "UTM_N21": 2972,
    "UTM_N22": 2972,
    "UTM_S40": 2975,
    "UTM_S38": 4471,
}


def recognised(path: Path) -> bool:
    """Whether a file's first lines are those of the extraction."""
    if path.suffix.lower() not in (".csv", ".txt", ".zip") or not path.is_file():
        return False
    head = reading.start(path).split(b"\n", 3)[:3]
    return any(line.startswith((b"structureet;", b"geolocalisation;")) for line in head)


def read(path: Path, kinds: Collection[str] = (PHARMACY,)) -> pd.DataFrame:
    """Read establishments of some categories; pharmacies unless others are named.

    Returns
    -------
    See `places.read`; `kind` is the category's number.

    Raises
    ------
    InputError
        The file is missing, not UTF-8, or of another layout; or a repeated number.
    """
    rows = _rows(path)
    structures = [
        row for row in rows if row[:1] == ["structureet"] and len(row) > STRUCTURE["kind"]
    ]
    positions = [row for row in rows if row[:1] == ["geolocalisation"] and len(row) > 4]
    if not structures:
        found = ", ".join(rows[0][:4]) if rows else ""
        raise InputError(
            "unknown_layout",
            file=path,
            layout="FINESS etalab-cs1100507",
            missing="structureet",
            found=found,
            known="FINESS etalab-cs1100507",
        )
    frame = pd.DataFrame({name: [row[at] for row in structures] for name, at in STRUCTURE.items()})
    frame = frame[frame["kind"].isin(list(kinds))].reset_index(drop=True)
    frame["commune_code"] = frame["department"].where(
        frame["department"].str.len() < 3, frame["department"].str[:2]
    ) + frame["commune"].str.zfill(3)
    at = pd.DataFrame({name: [row[place] for row in positions] for name, place in POSITION.items()})
    at = at.drop_duplicates("id").set_index("id").reindex(frame["id"]).reset_index(drop=True)
    named = at["source"].fillna("").str.rsplit(",", n=1).str[-1].str.strip()
    x, y = pd.to_numeric(at["x"], errors="coerce"), pd.to_numeric(at["y"], errors="coerce")
    lon, lat = unprojected(x, y, named.map(PROJECTIONS).astype(float))
    placed = frame.assign(
        lon=lon.map(lambda degrees: "" if pd.isna(degrees) else str(degrees)),
        lat=lat.map(lambda degrees: "" if pd.isna(degrees) else str(degrees)),
    )
    return places.checked(placed[places.COLUMNS], path)


def _rows(path: Path) -> list[list[str]]:
    raw = reading.content(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("not_text", file=path, detail=f"octet {error.start}") from error
    return list(csv.reader(io.StringIO(text), delimiter=";"))
