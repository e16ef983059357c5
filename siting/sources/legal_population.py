"""Legal populations: INSEE's `donnees_communes.csv` (semicolons), one row for each commune."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import layouts
from siting.sources.layouts import Layout
from siting.tables import Column, Table, check, code

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LAYOUTS = [
    Layout(
        "populations légales (2022 et suivantes)",
        {"COM": "code", "Commune": "name", "PMUN": "population", "DEP": "department"},
        {"PCAP": "counted_apart", "PTOT": "total"},
    ),
    Layout(
        "populations légales (2019 à 2021)",
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
        See `layouts.read`; or a population that is not a count.
    """
    frame, layout = layouts.read(path, LAYOUTS)
    frame["population"] = frame["population"].str.replace(r"\s", "", regex=True)
    if layout is LAYOUTS[1]:
        overseas = frame["department"].str.len() == 3  # 971 + 01: the code has five characters
        short = frame["short"].str.zfill(3)
        frame["code"] = frame["department"].str.zfill(2) + short.where(~overseas, short.str[-2:])
    frame["code"] = frame["code"].str.zfill(5)
    named = [column.name for column in POPULATIONS.columns]
    return check(frame[named], POPULATIONS, path)
