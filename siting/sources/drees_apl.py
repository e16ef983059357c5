"""The DREES workbook of published APL (« accessibilité potentielle localisée »), one sheet a year.

A sheet has some lines of title and notes, a header that begins with `Code commune INSEE`, a line of
units, then one row a commune. Columns are found by the beginning of their name: names carry
trailing spaces, and years that change.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.contracts import missing_column
from siting.errors import InputError
from siting.sources import workbooks

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "code commune"
APL = "apl aux"
STANDARDISED = "population (féminine )?standardisée"
TOTAL = "population totale"


def read(path: Path, year: int | None = None) -> pd.DataFrame:
    """Read the APL of one year.

    Parameters
    ----------
    path
        The workbook, `.xlsx`.
    year
        Year in the sheet's name; the latest by default.

    Returns
    -------
    By commune code (text): `apl` (all ages), `standardised`, `population` (NaN where the sheet has
    none), `year`.

    Raises
    ------
    InputError
        The file is missing or no workbook, has no such sheet, lacks a column, or repeats a code.
    """
    with workbooks.opened(path) as book:
        sheets = {
            int(years[0]): name
            for name in book.sheetnames
            if (years := re.findall(r"\b(?:19|20)\d\d\b", name.replace("_", " ")))
        }
        if not sheets or (year is not None and year not in sheets):
            known = ", ".join(map(str, sorted(sheets)))
            raise InputError("no_such_year", file=path, year=year or "", known=known)
        chosen = max(sheets) if year is None else year
        columns = itertools.zip_longest(*workbooks.rows(path, book, sheets[chosen]))
        rows = pd.DataFrame(dict(enumerate(columns)), dtype=object)
    return _table(rows, path).assign(year=chosen)


def _table(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table below the header, wherever that is."""
    first = rows[0].map(_plain)
    starts = first.index[first.str.startswith(HEADER)]
    if not len(starts):
        raise missing_column(path, "Code commune INSEE", ())
    names = rows.loc[starts[0]].map(_plain)
    body = rows.loc[starts[0] + 1 :]
    codes = body[0].map(lambda value: "" if pd.isna(value) else str(value).strip())
    body = body[codes != ""]  # the line of units has no code
    codes = codes[codes != ""].str.zfill(5)
    if codes.duplicated().any():
        again = ", ".join(codes[codes.duplicated()].head())
        raise InputError("duplicate_ids", file=path, column="Code commune INSEE", ids=again)
    wanted = {"apl": APL, "standardised": STANDARDISED, "population": TOTAL}
    result = {}
    for name, beginning in wanted.items():
        places = names.index[names.str.match(beginning)]
        if len(places):  # the first APL is that of all ages
            result[name] = pd.to_numeric(body[places[0]], errors="coerce").to_numpy(float)
        elif name == "apl":
            raise missing_column(path, "APL aux…", names[names != ""])
        else:
            result[name] = float("nan")
    return pd.DataFrame(result, index=pd.Index(codes.to_numpy(), name="commune_code"))


def _plain(value: Any) -> str:
    return " ".join(str(value).split()).lower() if pd.notna(value) else ""
