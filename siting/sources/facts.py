"""The tables of siting's own schema, as embedded for Aveyron: one reader for each.

CSV, UTF-8, comma separated, `.` as decimal mark, empty = not known. Codes are text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.contracts import (
    CELLS,
    COMMUNES,
    LAT,
    LON,
    LONGEST_MINUTES,
    MOST_PEOPLE,
    Column,
    Table,
    code,
)
from siting.sources import reading

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

CHANGES = Table(
    "commune changes",
    (
        code("old_code", "code before"),
        Column("old_name", "text", "name before"),
        code("new_code", "code right after"),
        Column("new_name", "text", "name right after"),
        Column("date", "date", "date of the event, YYYY-MM-DD"),
        Column("kind", "text", "merger, rename, change of code"),
    ),
    may_be_empty=True,  # communes of many an area never changed
)

LINKS = Table(
    "road distances",
    (
        code("from_code", "commune at one end"),
        code("to_code", "commune at the other end"),
        Column(
            "minutes", "float", "free-flow time by car", "min", minimum=0, maximum=LONGEST_MINUTES
        ),
    ),
    ("from_code", "to_code"),
    may_be_empty=True,  # a study of one commune has no link
)

FACILITIES = Table(
    "facilities",
    (
        code("id", "identifier"),
        Column("name", "text", "name"),
        code("code", "commune", required=False),
        LON,
        LAT,
        Column("kind", "text", "kind of place", required=False),
    ),
    ("id",),
)

STATIONS = Table(
    "stations",
    (code("uic", "number"), Column("name", "text", "name"), LON, LAT),
    ("uic",),
)

BROADBAND = Table(
    "broadband",
    (
        code("code", "commune"),
        Column("date", "date", "date of the figures, YYYY-MM-DD"),
        Column("premises", "integer", "premises", minimum=0, maximum=MOST_PEOPLE),
        Column(
            "ftth_premises",
            "integer",
            "premises that fibre reaches",
            minimum=0,
            maximum=MOST_PEOPLE,
        ),
    ),
    ("code", "date"),
)

CANDIDATES = Table(
    "candidates",
    (
        code("id", "identifier"),
        Column("name", "text", "name"),
        code("commune_code", "commune"),
        LON,
        LAT,
    ),
    ("id",),
)


def communes(path: Path) -> pd.DataFrame:
    """Communes: see `tables.COMMUNES`."""
    return reading.checked(path, COMMUNES)


def cells(path: Path) -> pd.DataFrame:
    """Demand cells: see `tables.CELLS`; `id` repeats `cell_id`."""
    frame = reading.checked(path, CELLS)
    return frame.assign(id=frame["cell_id"])


def changes(path: Path) -> pd.DataFrame:
    """Events that changed a commune's code or name."""
    return reading.checked(path, CHANGES)


def road_distances(path: Path) -> pd.DataFrame:
    """Undirected links between communes."""
    return reading.checked(path, LINKS)


def facilities(path: Path) -> pd.DataFrame:
    """Places that give a service: France Services, tiers-lieux, any table with these columns.

    The commune's code comes as `commune_code`, empty where not known; a column of that name in the
    file is not read.
    """
    frame = reading.checked(path, FACILITIES).drop(columns="commune_code", errors="ignore")
    return frame.rename(columns={"code": "commune_code"})


def stations(path: Path) -> pd.DataFrame:
    """Stations open to passengers."""
    return reading.checked(path, STATIONS).rename(columns={"uic": "id"})


def broadband(path: Path) -> pd.DataFrame:
    """Premises and fibre by commune and date."""
    return reading.checked(path, BROADBAND)


def candidates(path: Path) -> pd.DataFrame:
    """Candidate sites."""
    return reading.checked(path, CANDIDATES)
