"""FINESS since 2026: « FINESS, structures », JSON compressed, brought up to date every day.

One object, `{generatedAt, schemaVersion, pmej: […], gco, gcc}`: legal entities (`pmej`), each with
its establishments (`ege`). Seven hundred megabytes once decompressed, so that it is read entity by
entity. Read from the layout that public programs document, not from the file itself. Traps:

- `adresse` is a list: the place of exercise is the one whose `usageAdresse` is 03;
- two pairs of coordinates, one in degrees and one in metres: which is which changes from one
  establishment to the next, and is told by the values;
- an address known by its commune only (`cleInInteropBAN` of five characters) has the commune's
  centre: it is read as no position;
- an establishment is open where `etatObjet` is `A` and `dateFermeture` is empty.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting import archives
from siting.errors import InputError
from siting.sources.projections import FRANCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _typeshed import SupportsRead

CHUNK = 4 << 20  # characters
OPEN = "A"
PLACE_OF_EXERCISE = "03"
COMMUNE_ONLY = 5  # characters of a key of the address base that names no street
PAIRS = (("coordonneeX", "coordonneeY"), ("directionLongitude", "directionLatitude"))
_ENTITIES = re.compile(r'"pmej"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def recognised(path: Path) -> bool:
    """Whether a file begins as this JSON does, compressed or not, whatever its name."""
    if not path.is_file():
        return False
    try:
        with _opened(path) as stream:
            head = stream.read(256)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return False
    keys = ('"generatedAt"', '"schemaVersion"', '"pmej"')
    return head.lstrip().startswith("{") and any(key in head for key in keys)


def read(path: Path) -> pd.DataFrame:
    """Read open establishments of every category.

    Returns
    -------
    `id,name,commune_code,lon,lat,kind`, all text; positions are empty where there is none.

    Raises
    ------
    InputError
        The file is damaged or cut; or it holds no establishment.
    """
    try:
        with _opened(path) as stream:
            rows = [row for entity in _entities(stream) for row in _establishments(entity)]
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("bad_zip", file=path, detail=error) from error
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise InputError("bad_rows", file=path, detail=str(error)[:200]) from error
    if not rows:
        raise InputError("empty_table", file=path)
    return pd.DataFrame(rows)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    """Text of the file, taken out of a gzip where it is one, whatever its name."""
    with contextlib.ExitStack() as stack:
        whole = stack.enter_context(path.open("rb"))
        compressed = whole.read(2) == b"\x1f\x8b"
        whole.seek(0)
        stream = stack.enter_context(archives.gunzipped(path, whole)) if compressed else whole
        yield io.TextIOWrapper(stream, encoding="utf-8-sig")


def _entities(stream: SupportsRead[str]) -> Iterator[dict[str, Any]]:
    """Legal entities of the list `pmej`, one by one, whatever the size of the file."""
    text, at = "", None
    while at is None:
        more = stream.read(CHUNK)
        text = text[-64:] + more
        if begins := _ENTITIES.search(text):
            at = begins.end()
        elif not more:
            raise ValueError("pmej")
    decode = json.JSONDecoder().raw_decode
    while True:
        gap = _BETWEEN.match(text, at)
        at = gap.end() if gap else at
        if text[at : at + 1] == "]":
            return
        try:
            entity, at = decode(text, at)
        except ValueError:
            more = stream.read(CHUNK)
            if not more:
                raise
            text, at = text[at:] + more, 0
            continue
        yield entity


def _establishments(entity: dict[str, Any]) -> Iterator[dict[str, str]]:
    for establishment in entity.get("ege") or []:
        about = establishment.get("informationsGeneralesEGE") or {}
        if establishment.get("etatObjet") != OPEN or about.get("dateFermeture"):
            continue
        addresses = establishment.get("adresse") or []
        usage = [
            candidate
            for candidate in addresses
            if str(candidate.get("usageAdresse")) == PLACE_OF_EXERCISE
        ]
        address: dict[str, Any] = next(iter(usage), {})
        lon, lat = _degrees(address)
        yield {
            "id": str(about.get("numFinessEge") or ""),
            "name": str(about.get("nomEgeLong") or about.get("nomEgeCourt") or ""),
            "commune_code": str(address.get("cogCommune") or ""),
            "lon": lon,
            "lat": lat,
            "kind": str(establishment.get("categorieentiteGeographiqueExercice") or ""),
        }


def _degrees(address: dict[str, Any]) -> tuple[str, str]:
    """The pair of coordinates that is in degrees and in France; empty where there is none."""
    given = {**address, **(address.get("coordonneesGeographique") or {})}
    key = str(given.get("cleInInteropBAN") or "")
    if len(key) == COMMUNE_ONLY:
        return "", ""
    for names in PAIRS:
        try:
            lon, lat = (float(given.get(name) or "nan") for name in names)
        except ValueError:
            continue
        for west, south, east, north in FRANCE:
            if west <= lon <= east and south <= lat <= north:
                return str(lon), str(lat)
    return "", ""
