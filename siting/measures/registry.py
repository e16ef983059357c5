"""The one list of measures: what the modules of `siting.measures.kinds` declare."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from siting import entries
from siting.measures import kinds

if TYPE_CHECKING:
    from siting.measures.measure import Measure


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure, by rank: of each module of `siting.measures.kinds` its `MEASURE`."""
    declared: list[Measure] = entries.declared(kinds, "MEASURE")
    return tuple(sorted(declared, key=lambda measure: (measure.rank, measure.key)))
