"""Counts of persons so few that somebody might be known by them: never told.

The establishments that criteria count are mostly sole traders: a table, a map or a score must not
tell that two of them are there, nor a place moved freely be brought to where one alone is counted.
All counts from 1 to `fewest - 1` (the study's `census: fewest:`) become one number before anything
is computed from them, and are told as « fewer than `fewest` ».
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.ranking.definition import Criterion
    from siting.ranking.scales import Bool, Float64


def stand_in(count: Float64, fewest: int) -> Float64:
    """Counts with each small one replaced by half of `fewest`, their mean."""
    return np.where((count > 0) & (count < fewest), fewest / 2, count)


def small(criteria: Sequence[Criterion], raw: Float64, fewest: int) -> Bool:
    """Which raw values are small counts of persons, shape (sites, criteria): not to be told."""
    persons = np.array([criterion.definition.persons for criterion in criteria], np.bool_)
    few: Bool = (raw > 0) & (raw < fewest) & persons
    return few
