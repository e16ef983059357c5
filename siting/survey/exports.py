"""Tables of answers as survey platforms export them: CSV or XLSX, headers of one or three lines.

- LimeSurvey: one header line, codes (`packages[h24]`), labels (`Which packages? [By the day]`) or
  both (`packages. Which packages?`); metadata `id`, `submitdate`, `lastpage`…
- Framaforms (Webform for Drupal): three header lines; choices apart have the question on the second
  and the choice on the third, ticked `X`; metadata `SID`, `Draft`…
- KoboToolbox: one header line, groups before the question (`group/question`), one column for a
  choice of many and one for each choice (`question/choice`, 1 or 0); metadata `_uuid`…
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from siting.errors import InputError
from siting.sources import workbooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Platform = Literal["limesurvey", "framaforms", "kobo", "plain"]

SEPARATORS = (";", ",", "\t", "|")
HEADER_LINES = 3  # of Webform
LIME = {"submitdate", "lastpage", "startlanguage", "seed", "datestamp", "startdate"}
LIME_SAID = {
    "response id", "date submitted", "last page", "start language",
    "id de la reponse", "date de soumission", "derniere page", "langue de depart",
}  # fmt: skip
KOBO = {"_uuid", "_submission_time", "__version__", "_submitted_by", "_validation_status"}
WEBFORM = {"sid", "serial", "numero", "numero de serie", "identifiant de soumission"}
WEBFORM_TIME = {
    "submitted time", "time", "heure de soumission", "soumis le", "date de soumission", "envoye le",
    "completed time", "modified time", "heure d'achevement", "heure de modification",
}  # fmt: skip
SUBMISSION = {"_uuid", "sid", "token", "id", "response id", "id de la reponse", "meta/instanceid"}
SUBMITTED = {"submitdate", "date submitted", "date de soumission"}
DRAFT = {"draft", "brouillon"}
METADATA = (
    LIME | LIME_SAID | KOBO | WEBFORM | WEBFORM_TIME | SUBMISSION | SUBMITTED | DRAFT
    | {
        "_id", "_index", "_notes", "_status", "_tags", "start", "end", "today", "deviceid",
        "username", "phonenumber", "ipaddr", "refurl", "ip address", "adresse ip", "uid",
        "nom d'utilisateur", "utilisateur", "_geolocation", "_attachments", "formhub/uuid",
        "_xform_id_string", "_bamboo_dataset_id", "meta/rootuuid",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Header:
    """A column's name.

    Attributes
    ----------
    name
        As the file says it.
    above
        What stands over it (Webform's question over its choices); empty elsewhere.
    """

    name: str
    above: str = ""

    @property
    def shown(self) -> str:
        """How messages name the column."""
        return (
            f"{self.above} / {self.name}" if self.above and self.above != self.name else self.name
        )


@dataclass(frozen=True)
class Export:
    """A table of answers, as text.

    Attributes
    ----------
    headers, rows
        As many values in each row as headers; empty where there is none.
    first
        Row of the file (from 1) that the first answers stand in.
    """

    platform: Platform
    headers: tuple[Header, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int

    def column(self, names: set[str]) -> int | None:
        """Place of the first column that has one of these plain names."""
        for place, header in enumerate(self.headers):
            if plain(header.name) in names:
                return place
        return None


def plain(written: str) -> str:
    """A text without marks, accents, capitals and final punctuation, to be compared."""
    bare = re.sub(r"<[^>]+>", " ", written).replace("\u2019", "'").replace("\ufeff", "")
    letters = unicodedata.normalize("NFKD", bare)
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"\s+", " ", letters).strip().casefold().rstrip(" :?.*")


def read(path: Path) -> Export:
    """Read a table of answers.

    Raises
    ------
    InputError
        The file is missing, damaged, not text, or holds no table.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    lines = _workbook(path) if path.suffix.lower() == ".xlsx" else _text(path)
    while lines and not any(lines[-1]):
        lines.pop()
    if len(lines) < 2:
        raise InputError("empty_table", file=path)
    depth = HEADER_LINES if _webform(lines) else 1
    headers = _three(lines) if depth == HEADER_LINES else tuple(Header(line) for line in lines[0])
    rows = [(*line[: len(headers)], *[""] * (len(headers) - len(line))) for line in lines[depth:]]
    if any(len(line) > len(headers) and any(line[len(headers) :]) for line in lines[depth:]):
        raise InputError("answers_format", file=path)
    if not rows:
        raise InputError("empty_table", file=path)
    return Export(_platform(headers, depth), headers, tuple(rows), depth + 1)


def _webform(lines: Sequence[Sequence[str]]) -> bool:
    """Whether the third line holds Webform's names, under lines that are mostly empty."""
    if len(lines) <= HEADER_LINES:
        return False
    third = {plain(line) for line in lines[2]}
    return bool(third & WEBFORM) and bool(third & WEBFORM_TIME)


def _three(lines: Sequence[Sequence[str]]) -> tuple[Header, ...]:
    """Headers of three lines: the question of the second goes on over the choices of the third."""
    wide = max(len(line) for line in lines[:HEADER_LINES])
    second, third = ([*line, *[""] * (wide - len(line))] for line in lines[1:HEADER_LINES])
    headers, above = [], ""
    for over, name in zip(second, third, strict=True):
        above = over or above
        headers.append(Header(name, above))
    return tuple(headers)


def _platform(headers: Sequence[Header], depth: int) -> Platform:
    names = {plain(header.name) for header in headers}
    if depth == HEADER_LINES:
        return "framaforms"
    if names & KOBO:
        return "kobo"
    if names & LIME or len(names & LIME_SAID) > 1:
        return "limesurvey"
    return "plain"


def _text(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = raw.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("not_text", file=path, detail=f"octet {error.start}") from error
    if "\0" in text:
        raise InputError("not_text", file=path, detail="NUL")
    best: list[list[str]] = []
    for separator in SEPARATORS:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        lines = [[cell.strip() for cell in line] for line in lines if line]
        if lines and (not best or len(max(lines[:3], key=len)) > len(max(best[:3], key=len))):
            best = lines
    return best


def _workbook(path: Path) -> list[list[str]]:
    with workbooks.opened(path) as book:
        rows = workbooks.rows(path, book, book.sheetnames[0])
        return [[_written(cell) for cell in row] for row in rows]


def _written(cell: Any) -> str:
    """A cell as text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else cell.isoformat()
    return str(cell).strip()
