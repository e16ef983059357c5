"""Counts of persons so few that somebody might be known by them, never shown by the workshop.

The establishments that criteria count are mostly sole traders. A place moved freely could be
brought to where one alone is counted. From 1 to `FEWEST - 1` the workshop ranks by a number that
stands for them all, so that neither the value nor the points, the scores or the margins tell it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siting.ranking.criteria import Criterion

FEWEST = 5
STAND_IN = FEWEST / 2  # the mean of 1 to 4; no count is equal to it
PERSONAL = ("establishments",)  # layers that hold persons


def hidden(criteria: Sequence[Criterion], raw: pd.DataFrame) -> pd.DataFrame:
    """Give raw values (one column a criterion) with small counts of persons stood in for."""
    shown = raw.copy()
    for one in criteria:
        if one.definition.layer in PERSONAL:
            value = raw[one.id]
            shown[one.id] = value.mask((value > 0) & (value < FEWEST), STAND_IN)
    return shown


def stood_in(criteria: Sequence[Criterion], raw: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which of the values that `hidden` gave are not told, shape (sites, criteria)."""
    personal = [one.definition.layer in PERSONAL for one in criteria]
    found: npt.NDArray[np.bool_] = (raw == STAND_IN) & np.array(personal, np.bool_)
    return found
