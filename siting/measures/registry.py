"""The one list of measures: what the modules of `siting.measures.kinds` declare."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from siting.measures import kinds

if TYPE_CHECKING:
    from siting.measures.measure import Measure


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure, by rank: of each module of `siting.measures.kinds` its `MEASURE`."""
    names = [module.name for module in pkgutil.iter_modules(kinds.__path__)]
    modules = [importlib.import_module(f"{kinds.__name__}.{name}") for name in names]
    declared: list[Measure] = [module.MEASURE for module in modules]
    return tuple(sorted(declared, key=lambda measure: (measure.rank, measure.key)))
