"""The one list of location models: what the modules of `siting.location.models` declare."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from siting import entries
from siting.errors import ModelError
from siting.location import models as model_modules

if TYPE_CHECKING:
    from siting.location.model import Condition, LocationModel, Place


@cache
def models() -> tuple[LocationModel, ...]:
    """Every model, by rank: of each module of `siting.location.models` its `MODEL`."""
    declared: list[LocationModel] = entries.declared(model_modules, "MODEL")
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
