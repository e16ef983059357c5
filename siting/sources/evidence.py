"""What is entered by hand of candidate sites: a value, and what shows that it is so.

siting's own table, one row a site and a criterion. A mark without its evidence is refused: the
charter's criteria are worth what can be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import reading
from siting.tables import Column, Table, code

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


def read(path: Path) -> pd.DataFrame:
    """Read entered values: `site_id,criterion,value,evidence,source,date`."""
    return reading.checked(path, EVIDENCE)
