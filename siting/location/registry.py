"""The one list of location models: what the modules of `siting.location.models` declare."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from siting.errors import ModelError
from siting.location import models as entries

if TYPE_CHECKING:
    from siting.location.model import Condition, LocationModel, Place


@cache
def models() -> tuple[LocationModel, ...]:
    """Every model, by rank: of each module of `siting.location.models` its `MODEL`."""
    names = [module.name for module in pkgutil.iter_modules(entries.__path__)]
    modules = [importlib.import_module(f"{entries.__name__}.{name}") for name in names]
    declared: list[LocationModel] = [module.MODEL for module in modules]
    return tuple(sorted(declared, key=lambda model: (model.rank, model.name)))


def offered(place: Place | None = None) -> tuple[LocationModel, ...]:
    """Models that can be asked for at a place (None: of the library)."""
    return tuple(model for model in models() if place is None or place in model.offered)


def get(name: str, place: Place | None = None) -> LocationModel:
    """Give the model of a name.

    Raises
    ------
    ModelError
        There is none of that name, or not at that place.
    """
    known = {model.name: model for model in offered(place)}
    if name not in known:
        raise ModelError("unknown_model", model=name, known=", ".join(known))
    return known[name]


def under(condition: Condition) -> str:
    """Names of the models that can be solved under a condition."""
    return ", ".join(model.name for model in models() if condition in model.conditions)
