"""The keys of `locate:`: where new sites should stand, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from siting.location import registry
from siting.settings import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siting.location.model import Condition, LocationModel

Minutes = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
Room = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _models() -> tuple[LocationModel, ...]:
    """Models of this key."""
    return registry.offered("study")


def _offered(name: str) -> str:
    """The name of a model, which this key must know."""
    names = [model.name for model in _models()]
    if name not in names:
        known = ", ".join(names)
        raise PydanticCustomError("literal_error", "{expected}", {"expected": known})
    return name


def _unfit(key: str, models: Iterable[LocationModel]) -> PydanticCustomError:
    """The refusal of a key that the model does not take, with the models that do."""
    names = ", ".join(model.name for model in models)
    return PydanticCustomError("locate_unfit", "{key}: {models}", {"key": key, "models": names})


def _named_in(schema: dict[str, Any]) -> None:
    """Name the models in the schema of their key."""
    schema["enum"] = [model.name for model in _models()]


class Locate(Model):
    """A question to the location models; docs/en/location.md tells what each model seeks."""

    model: Annotated[str, AfterValidator(_offered)] = Field(json_schema_extra=_named_in)
    p: int | None = Field(None, ge=1, description="sites to choose beside those that serve")
    phases: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="sites in all after each phase, in place of p: nested plans"
    )
    first: Literal["small", "large"] = Field("small", description="which phase is the best one")
    service: str | None = Field(None, description="whose facilities serve; the first if none")
    existing: bool = Field(
        default=True, description="whether they serve already; else as if none stood"
    )
    sites: Literal["candidates", "facilities", "communes", "cells"] = Field(
        "candidates", description="where sites may stand: communes means their chefs-lieux"
    )
    demand: Literal["cells", "communes", "likely_users", "expected_users"] = Field(
        "cells",
        description="who comes, and from where; expected_users: those of the census, by interest",
    )
    required: tuple[str, ...] = Field((), description="sites that every plan chooses")
    closed: tuple[str, ...] = Field((), description="sites that no plan chooses")
    max_minutes: Minutes | None = Field(None, description="covered, or how far one may go")
    full_minutes: float = Field(0, ge=0, le=600, description="wholly covered; gradual-coverage")
    capacity: Room | dict[str, Room] | None = Field(
        None, description="people that a site serves; for all, or by site"
    )
    decay: Literal["linear", "survey"] = Field(
        "linear", description="survey: use as the answers say; gradual-coverage"
    )
    split: bool = Field(default=False, description="whether sites may share a cell or commune")
    floor: Share | dict[str, Share] | None = Field(
        None, description="share of each EPCI to be covered; for all, or by EPCI"
    )
    leave_out_unreached: bool = Field(
        default=False, description="leave out people whom no site reaches, and say how many"
    )
    gap: float = Field(0, ge=0, lt=1, description="relative gap that is good enough")
    work: float = Field(60_000, gt=0, description="limit of each phase, milliseconds or so")
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _fitting(self) -> Locate:
        model = registry.get(self.model)
        if not model.phased:
            if self.p is not None or self.phases:
                raise ValueError("locate_without_p")
        elif (self.p is None) == (not self.phases):
            raise ValueError("locate_p_or_phases")
        if list(self.phases) != sorted(set(self.phases)):
            raise ValueError("not_increasing")
        if "max_minutes" in model.plain.needs and self.max_minutes is None:
            raise ValueError("locate_max_minutes")
        for key in ("full_minutes", "decay"):
            default = Locate.model_fields[key].default
            if getattr(self, key) != default and key not in model.plain.parameters:
                raise _unfit(key, (model for model in _models() if key in model.plain.parameters))
        if self.split and self.capacity is None:
            raise ValueError("locate_split")
        if self.capacity is not None and self.floor is not None:
            raise ValueError("locate_one_condition")
        conditions: dict[Condition, object] = {"capacity": self.capacity, "floor": self.floor}
        for condition, value in conditions.items():
            if value is not None and condition not in model.conditions:
                raise _unfit(
                    condition, (model for model in _models() if condition in model.conditions)
                )
        return self
