"""What is entered by hand: values of candidate sites with what shows them, and use of places.

siting's own tables. A mark without its evidence is refused: the charter's criteria are worth what
can be shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from siting.contracts import Column, Table, check, code
from siting.sources import reading

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

EVIDENCE = Table(
    "evidence",
    (
        code("site_id", "candidate site"),
        code("criterion", "criterion entered by hand"),
        Column("value", "float", "value, in the criterion's unit", minimum=0),
        Column("evidence", "text", "what shows it: a document, a visit, a vote"),
        Column("source", "text", "who says so"),
        Column("date", "date", "when it was established, YYYY-MM-DD"),
    ),
    ("site_id", "criterion"),
)

USE = Table(
    "use",
    (
        code("id", "place, a candidate or any other"),
        Column("users", "float", "people who use it, in any one unit for all", minimum=0),
    ),
    ("id",),
)


def read(path: Path) -> pd.DataFrame:
    """Read entered values: `site_id,criterion,value,evidence,source,date`."""
    return reading.checked(path, EVIDENCE)


def read_use(path: Path) -> pd.DataFrame:
    """Read places whose use is known: `id,users`, then numbers in columns named by criteria."""
    frame = reading.checked(path, USE)
    others = tuple(
        Column(str(name), "float", "value of the criterion", required=False)
        for name in frame.columns
        if name not in ("id", "users", "name")
    )
    return check(frame, replace(USE, columns=(*USE.columns, *others)), path)
