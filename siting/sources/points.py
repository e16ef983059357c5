"""Points by longitude and latitude: `id,lon,lat` in a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.contracts import POINTS
from siting.sources import reading

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def read(path: Path) -> pd.DataFrame:
    """Read points: see `tables.POINTS`."""
    return reading.checked(path, POINTS)
