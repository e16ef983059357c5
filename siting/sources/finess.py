"""FINESS: health and social establishments, in the four forms that are published.

- `finess-structures-….json.gz` (Agence du numérique en santé, every day since 2026): see
  `finess_json`.
- `etalab-cs1100507-stock-….csv` (ministry of health), frozen since May 2026: no header; rows begin
  with `structureet` (the establishment) or `geolocalisation` (its position, in the projection that
  the row names). Fields are told by their place, as the producer documents them. Editions are in
  UTF-8 or in latin-1.
- the same re-published with a header, establishment and position in one row of 35 columns.
- `t_finess.csv` (Atlasanté): a header, positions in degrees.

FINESS numbers the départements overseas 9A to 9F.
"""

from __future__ import annotations

import csv
import re
import unicodedata
import warnings
from typing import TYPE_CHECKING

import pandas as pd

from siting.contracts import nearest_names
from siting.errors import InputError, InputWarning
from siting.sources import finess_json, layouts, places, reading, sound_rows
from siting.sources.layouts import Layout
from siting.sources.projections import unprojected

if TYPE_CHECKING:
    from pathlib import Path

USUAL = ("620",)
"""Pharmacies: the category kept where a study names none."""
STRUCTURE = {"id": 1, "name": 3, "commune": 12, "department": 13, "kind": 18}
POSITION = {"id": 1, "x": 2, "y": 3, "source": 4}
ZONES = {"N20": 5490, "N21": 4467, "N22": 2972, "S40": 2975, "S38": 4471}
"""EPSG code by zone of UTM, as the source of coordinates names it: `UTM_N20`, `UTM 20N`…"""
OVERSEAS = {f"9{letter}": f"97{number}" for number, letter in enumerate("ABCDEF", start=1)}
JOINED = Layout(
    "FINESS etalab-cs1100507, avec en-tête",
    {
        "nofinesset": "id",
        "rs": "name",
        "commune": "commune",
        "departement": "department",
        "categetab": "kind",
        "coordxet": "x",
        "coordyet": "y",
        "sourcecoordet": "source",
    },
)
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
    ),
    JOINED,
]


def recognised(path: Path) -> bool:
    """Whether a file is the JSON, or its first lines are those of the extraction without header."""
    if finess_json.recognised(path):
        return True
    if path.suffix.lower() not in (".csv", ".txt", ".zip") or not path.is_file():
        return False
    head = reading.start(path).removeprefix(b"\xef\xbb\xbf").split(b"\n", 3)[:3]
    known = (b"structureet;", b"geolocalisation;", b"finess;etalab")
    return any(line.lstrip(b'"').replace(b'"', b"").startswith(known) for line in head)


def read(path: Path) -> pd.DataFrame:
    """Read open establishments of every category.

    Returns
    -------
    See `places.read`; `kind` is the category's number, `USUAL` that of pharmacies.

    Raises
    ------
    InputError
        The file is missing, not text, or of another layout; or a repeated number.

    Warns
    -----
    InputWarning
        The file is of the stock that is no longer brought up to date; or positions are in a
        projection that is not known.
    """
    if finess_json.recognised(path):
        frame = finess_json.read(path)
    else:
        frame = _without_header(path) if recognised(path) else _with_header(path)
    return places.checked(frame[places.COLUMNS], path)


def _with_header(path: Path) -> pd.DataFrame:
    frame, layout = layouts.read(path, LAYOUTS)
    if layout.name == JOINED.name:
        return _placed(frame, path)
    current = frame["state"].str.strip().str.upper().isin(["ACTUEL", ""])
    establishment = frame["type"].str.strip().str.upper().isin(["ET", ""])
    return frame[current & establishment]


def _without_header(path: Path) -> pd.DataFrame:
    rows = _rows(path)
    structures = [row for row in rows if row[:1] == ["structureet"]]
    positions = [row for row in rows if row[:1] == ["geolocalisation"] and len(row) > 4]
    if not structures:
        raise InputError(
            "unknown_layout",
            file=path,
            layout="FINESS etalab-cs1100507",
            missing="structureet",
            nearest=nearest_names(["structureet"], rows[0] if rows else ()),
            found=", ".join(rows[0][:4]) if rows else "",
            known=" | ".join(["FINESS etalab-cs1100507", *(known.name for known in LAYOUTS)]),
        )
    if rows[0][:2] == ["finess", "etalab"] and len(rows[0]) > 3:  # finess;etalab;111;2026-05-12
        day = rows[0][3].strip()
        warnings.warn(InputWarning("finess_frozen", file=path, day=day), stacklevel=2)
    whole = [row for row in structures if len(row) > STRUCTURE["kind"]]
    tally = sound_rows.Tally(path, rows=len(structures))
    tally.refuse(len(structures) - len(whole), lambda: _too_short(path, rows))
    tally.tell()
    frame = pd.DataFrame({name: [row[at] for row in whole] for name, at in STRUCTURE.items()})
    at = pd.DataFrame({name: [row[place] for row in positions] for name, place in POSITION.items()})
    at = at.drop_duplicates("id").set_index("id").reindex(frame["id"]).reset_index(drop=True)
    return _placed(pd.concat([frame, at.astype(object).fillna("")], axis=1), path)


def _too_short(path: Path, rows: list[list[str]]) -> InputError:
    """Say which establishment's line is the first to end before its category."""
    expected = STRUCTURE["kind"] + 1
    at, row = next(
        (at, row)
        for at, row in enumerate(rows, start=1)
        if row[0] == "structureet" and len(row) < expected
    )
    return InputError("row_width", file=path, row=at, found=len(row), expected=expected)


def _placed(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Give establishments the INSEE code of their commune, and degrees."""
    department = frame["department"].str.strip().replace(OVERSEAS).str.zfill(2)
    overseas = department.str.startswith("97")
    short = frame["commune"].str.strip().str.zfill(3)  # 971 + 05, or 97 + 105: both are written
    code = department.str[:2] + short.where(~overseas, department.str[2] + short.str[-2:])
    projection = frame["source"].map(_projection).astype(float)
    x, y = (pd.to_numeric(frame[name], errors="coerce") for name in ("x", "y"))
    lost = x.notna() & y.notna() & projection.isna()
    if lost.any():
        value = frame.loc[lost, "source"].iloc[0]
        lack = InputWarning("finess_projection", file=path, count=int(lost.sum()), value=value)
        warnings.warn(lack, stacklevel=3)
    lon, lat = unprojected(x, y, projection)
    return frame.assign(
        commune_code=code,
        lon=lon.map(lambda degrees: "" if pd.isna(degrees) else str(degrees)),
        lat=lat.map(lambda degrees: "" if pd.isna(degrees) else str(degrees)),
    )


def _projection(source: str) -> float | None:
    """EPSG code that the source of coordinates names, in the wording of any year; None: none known.

    `…,LAMBERT_93` and `…,UTM_N20` (until 2024), `…,L93_METROPOLE` (2025),
    `…,EPSG:2154 RGF93 / Lambert-93 (Métropole)` (2026).
    """
    plain = unicodedata.normalize("NFKD", source).encode("ascii", "ignore").decode().upper()
    if named := re.search(r"EPSG\W*(\d{4,5})", plain):
        return float(named[1])
    if re.search(r"LAMBERT\W?_?93|L93", plain):
        return 2154
    if zone := re.search(r"UTM\W?_?(?:ZONE\W?)?(?:([NS])(\d{2})|(\d{2})([NS]))", plain):
        return ZONES.get(f"{zone[1] or zone[4]}{zone[2] or zone[3]}")
    return None


def _rows(path: Path) -> list[list[str]]:
    text = reading.text(path)
    return [_fields(line) for line in re.split("\r\n|\r|\n", text) if line]


def _fields(line: str) -> list[str]:
    """Fields of a line; a lone quote in a name does not swallow what follows."""
    plain = line.split(";")
    if '"' not in line:
        return plain
    quoted = next(csv.reader([line], delimiter=";"))
    whole = len(quoted) > (STRUCTURE["kind"] if quoted[0] == "structureet" else POSITION["source"])
    return quoted if whole else [field.strip('"') for field in plain]
