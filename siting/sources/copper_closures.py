"""The calendar of the copper network's closure, by commune.

Published by the ministry of the economy after Orange (`fermeture-reseau-cuivre`, CSV) and by Orange
(a workbook); both name the columns alike. The portal exports the columns that one asks for: the
code and the technical date are enough. Traps of the real file: codes lose their leading zero
(`5157`), Paris, Lyon and Marseille are given by arrondissement, a commune of several postcodes has
several rows, and its sentence says in words whether the date is past. Dates are ISO or French;
nothing is empty or `-`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.sources import layouts, sound_rows
from siting.sources.layouts import Layout
from siting.sources.places import ARRONDISSEMENTS

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "code": "object",
    "batch": "object",
    "commercial": "datetime64[s]",
    "technical": "datetime64[s]",
}
EXPECTED = "2026-01-31 | 31/01/2026"
LAYOUTS = [
    Layout(
        "fermeture du réseau cuivre",
        {"code_insee": "code", "fermeture_technique": "technical"},
        {"lot": "batch", "fermeture_commerciale": "commercial"},
    )
]


def read(path: Path) -> pd.DataFrame:
    """Read the dates of closure.

    Returns
    -------
    `code,batch` (text, the batch empty where the file does not give it) and `commercial,technical`
    (dates, NaT where none is announced): one row for each commune, the last technical date where
    the file cuts a commune in parts. Paris, Lyon and Marseille stand beside their arrondissements.

    Raises
    ------
    InputError
        See `layouts.read`; or, in more than one row of a hundred, a date that is none.
    """
    frame, _ = layouts.read(path, LAYOUTS)
    for name in ("commercial", "technical"):
        frame = sound_rows.fitting(frame, name, _dates(frame[name]), path, EXPECTED)
    table = frame.assign(code=frame["code"].str.strip().str.zfill(5))[list(KINDS)].astype(KINDS)
    city = table["code"].map(ARRONDISSEMENTS)
    of_city = city.notna() & ~city.isin(table["code"])
    cities = table[of_city].assign(code=city[of_city].to_numpy())
    every = pd.concat([table, cities], ignore_index=True)
    ordered = every.sort_values(["code", "technical"], kind="stable", na_position="first")
    return ordered.drop_duplicates("code", keep="last").reset_index(drop=True)


def _dates(texts: pd.Series) -> pd.Series:
    """Dates of a column, ISO or French; NaT where there is none."""
    days = texts.str.strip().str.slice(0, 10)
    iso = pd.to_datetime(days, format="%Y-%m-%d", errors="coerce")
    return iso.fillna(pd.to_datetime(days, format="%d/%m/%Y", errors="coerce"))
