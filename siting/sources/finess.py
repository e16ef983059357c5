"""FINESS: health and social establishments, in the two forms that are published.

- `etalab-cs1100507-stock-….csv` (ministry of health): no header; rows begin with `structureet` (the
  establishment) or `geolocalisation` (its position, in the projection that the row names). Fields
  are told by their place, as the producer documents them. Editions are in UTF-8 or in latin-1.
- `t_finess.csv` (Atlasanté): a header, positions in degrees.

FINESS numbers the départements overseas 9A to 9F.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import layouts, places, reading
from siting.sources.layouts import Layout
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
    "UTM_N21": 4467,
    "UTM_N22": 2972,
    "UTM_S40": 2975,
    "UTM_S38": 4471,
}
OVERSEAS = {f"9{letter}": f"97{number}" for number, letter in enumerate("ABCDEF", start=1)}
LAYOUTS = [
    Layout(
        "FINESS t_finess (Atlasanté)",
        {
            "finess": "id",
            "rs": "name",
            "categ_code": "kind",
            "com_code": "commune_code",
            "geoloc_4326_long": "lon",
            "geoloc_4326_lat": "lat",
        },
        {"etat": "state", "type": "type"},
    )
]


def recognised(path: Path) -> bool:
    """Whether a file's first lines are those of the extraction without header."""
    if path.suffix.lower() not in (".csv", ".txt", ".zip") or not path.is_file():
        return False
    head = reading.start(path).removeprefix(b"\xef\xbb\xbf").split(b"\n", 3)[:3]
    known = (b"structureet;", b"geolocalisation;", b"finess;etalab")
    return any(line.lstrip(b'"').replace(b'"', b"").startswith(known) for line in head)


def read(path: Path, kinds: Collection[str] = (PHARMACY,)) -> pd.DataFrame:
    """Read establishments of some categories; pharmacies unless others are named.

    Returns
    -------
    See `places.read`; `kind` is the category's number.

    Raises
    ------
    InputError
        The file is missing, not text, or of another layout; it has no establishment of these
        categories; or a repeated number.
    """
    frame = _without_header(path) if recognised(path) else _with_header(path)
    kept = frame[frame["kind"].isin(list(kinds))].reset_index(drop=True)
    if kept.empty:
        raise InputError("empty_table", file=path)
    return places.checked(kept[places.COLUMNS], path)


def _with_header(path: Path) -> pd.DataFrame:
    frame, _ = layouts.read(path, LAYOUTS)
    current = frame["state"].str.strip().str.upper().isin(["ACTUEL", ""])
    establishment = frame["type"].str.strip().str.upper().isin(["ET", ""])
    return frame[current & establishment]


def _without_header(path: Path) -> pd.DataFrame:
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
            known=f"FINESS etalab-cs1100507 | {LAYOUTS[0].name}",
        )
    frame = pd.DataFrame({name: [row[at] for row in structures] for name, at in STRUCTURE.items()})
    department = frame["department"].str.strip().replace(OVERSEAS).str.zfill(2)
    overseas = department.str.startswith("97")
    short = frame["commune"].str.strip().str.zfill(3)  # 971 + 05, or 97 + 105: both are written
    frame["commune_code"] = department.str[:2] + short.where(
        ~overseas, department.str[2] + short.str[-2:]
    )
    at = pd.DataFrame({name: [row[place] for row in positions] for name, place in POSITION.items()})
    at = at.drop_duplicates("id").set_index("id").reindex(frame["id"]).reset_index(drop=True)
    named = at["source"].fillna("").str.rsplit(",", n=1).str[-1].str.strip()
    x, y = pd.to_numeric(at["x"], errors="coerce"), pd.to_numeric(at["y"], errors="coerce")
    lon, lat = unprojected(x, y, named.map(PROJECTIONS).astype(float))
    return frame.assign(
        lon=lon.map(lambda degrees: "" if pd.isna(degrees) else str(degrees)),
        lat=lat.map(lambda degrees: "" if pd.isna(degrees) else str(degrees)),
    )


def _rows(path: Path) -> list[list[str]]:
    raw = reading.content(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("iso-8859-1")  # as editions before 2022
    return [_fields(line) for line in re.split("\r\n|\r|\n", text) if line]


def _fields(line: str) -> list[str]:
    """Fields of a line; a lone quote in a name does not swallow what follows."""
    plain = line.split(";")
    if '"' not in line:
        return plain
    quoted = next(csv.reader([line], delimiter=";"))
    whole = len(quoted) > (STRUCTURE["kind"] if quoted[0] == "structureet" else POSITION["source"])
    return quoted if whole else [field.strip('"') for field in plain]
