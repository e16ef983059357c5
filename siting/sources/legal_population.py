"""Legal populations: INSEE's `donnees_communes.csv` (semicolons), one row for each commune."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from siting.contracts import Column, Table, check, code
from siting.sources import layouts, sound_rows
from siting.sources.layouts import Layout
from siting.sources.places import ARRONDISSEMENTS

if TYPE_CHECKING:
    from pathlib import Path

LAYOUTS = [
    Layout(
        "populations légales (2022 et suivantes)",
        {"COM": "code", "Commune": "name", "PMUN": "population", "DEP": "department"},
        {"PCAP": "counted_apart", "PTOT": "total"},
    ),
    Layout(
        "populations légales (2016 à 2021)",
        {"CODDEP": "department", "CODCOM": "short", "COM": "name", "PMUN": "population"},
        {"PCAP": "counted_apart", "PTOT": "total"},
    ),
]
POPULATIONS = Table(
    "legal populations",
    (
        code("code", "INSEE code of the commune"),
        Column("name", "text", "name"),
        Column("population", "integer", "municipal population (PMUN)", "inhabitants", minimum=0),
        code("department", "département"),
    ),
    ("code",),
)


def read(path: Path) -> pd.DataFrame:
    """Read the municipal population of every commune.

    Returns
    -------
    `code,name,population,department`.

    Raises
    ------
    InputError
        See `layouts.read`; or, in more than one row of a hundred, a population that is no count.
    """
    frame, layout = layouts.read(path, LAYOUTS)
    frame["population"] = frame["population"].str.replace(r"\s", "", regex=True)
    uncounted = ~frame["population"].str.fullmatch(r"\d+")
    problem = sound_rows.bad_value(frame, "population", path, "1 234", named="PMUN")
    frame = sound_rows.kept(frame, uncounted, path, problem)
    if layout.name == LAYOUTS[1].name:
        overseas = frame["department"].str.len() == 3  # 971 + 01: the code has five characters
        short = frame["short"].str.zfill(3)
        frame["code"] = frame["department"].str.zfill(2) + short.where(~overseas, short.str[-2:])
    frame["code"] = frame["code"].str.zfill(5)
    named = [column.name for column in POPULATIONS.columns]
    return _with_cities(check(frame[named], POPULATIONS, path))


def _with_cities(table: pd.DataFrame) -> pd.DataFrame:
    """Add Paris, Lyon and Marseille, which INSEE gives by arrondissement, where they are not there.

    The arrondissements stay: they are no communes of any study.
    """
    whole = table["code"].map(ARRONDISSEMENTS)
    parts = table[whole.notna() & ~whole.isin(table["code"])]
    cities = [
        {
            "code": code,
            "name": re.sub(r"\s+\d.*$", "", str(of_city["name"].iloc[0])),
            "population": of_city["population"].sum(),
            "department": of_city["department"].iloc[0],
        }
        for code, of_city in parts.groupby(whole)
    ]
    return pd.concat([table, pd.DataFrame(cities)], ignore_index=True) if cities else table
