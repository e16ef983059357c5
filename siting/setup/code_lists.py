"""Lists of communes that a planner gives: codes, one a line or in a column."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from siting.errors import InputError
from siting.sources import reading

if TYPE_CHECKING:
    from pathlib import Path

COMMUNE_CODE = re.compile(r"(\d{2}|2[AB])\d{3}")
SHORT = 4  # digits of a code that lost its zero
CODE_COLUMNS = ("code", "code_insee", "insee", "insee_com", "codgeo", "com", "depcom")
"""Names, in any case, under which official files give communes."""


def read(path: Path) -> list[str]:
    """Commune codes of a file: a column of codes (`CODE_COLUMNS`), or one code a line.

    Raises
    ------
    InputError
        The file is missing, not text, or holds something else than codes.
    """
    text = reading.text(path)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError("empty_table", file=path)
    separator = max(reading.SEPARATORS, key=lines[0].count)
    rows = list(csv.reader(lines, delimiter=separator))
    header = [name.strip().lower() for name in rows[0]]
    at, first = 0, 1
    named = [name for name in CODE_COLUMNS if name in header]
    if named:
        at, first, rows = header.index(named[0]), 2, rows[1:]
    codes = [row[at].strip() if len(row) > at else "" for row in rows]
    # a spreadsheet takes 01004 for a number and drops its zero
    codes = [code.zfill(5) if code.isdigit() and len(code) == SHORT else code for code in codes]
    for number, code in enumerate(codes, start=first):
        if COMMUNE_CODE.fullmatch(code) is None:
            raise InputError("not_a_commune_code", file=path, row=number, value=code)
    if not codes:
        raise InputError("empty_table", file=path)
    return sorted(set(codes))
