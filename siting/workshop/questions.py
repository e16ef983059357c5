"""What clients ask: every question carries its whole scenario."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from siting.config import Model
from siting.location import registry
from siting.workshop.scenario import Scenario, Threshold

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)]
IsochroneMinutes = Annotated[float, Field(gt=0, le=120, allow_inf_nan=False, strict=True)]
Zone = tuple[tuple[Longitude, Latitude], ...]
Client = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
LONGEST_JOB = 120.0
REGISTERED = "x-registered"  # in a schema: its values are entries of a registry


def _numeric(value: object) -> object:
    """Refuse true and "2" for a whole number; in JSON, 2.0 is one."""
    if type(value) not in {int, float}:
        raise PydanticCustomError("int_type", "a whole number")
    return value


class Question(Model):
    """What a client says: built with the interface."""

    model_config = ConfigDict(defer_build=False)


class ScenarioQuestion(Question):
    """A scenario, and nothing else."""

    scenario: Scenario = Scenario()


class SaveQuestion(ScenarioQuestion):
    """A scenario to save, and whether one of that name may be replaced."""

    replace: bool = Field(default=False, strict=True)


class ExportQuestion(ScenarioQuestion):
    """A scenario to take away, and how the reader calls it."""

    name: str = Field("", max_length=80)


class MinutesPlan(ScenarioQuestion):
    """A plan of a meeting: its name, what was said of it, what was decided."""

    name: str = Field("", max_length=80)
    note: str = Field("", max_length=4_000)
    decision: Literal["", "kept", "dropped", "studied"] = ""


class MinutesQuestion(Question):
    """What the minutes of a meeting say."""

    title: str = Field("", max_length=200)
    participants: str = Field("", max_length=4_000)
    notes: str = Field("", max_length=10_000)
    plans: tuple[MinutesPlan, ...] = Field((), max_length=8)


class PairQuestion(Question):
    """Two scenarios to compare."""

    first: Scenario = Scenario()
    second: Scenario = Scenario()


class SharedState(Question):
    """What everybody in a meeting looks at: the plan, the one beside it, threshold and theme."""

    scenario: Scenario = Scenario()
    compared: Scenario | None = None
    limit: Threshold = 20
    theme: Literal["minutes", "change", "people", "difference"] = "minutes"

    def require_bounded(self) -> None:
        """Refuse what no meeting looks at; see `Scenario.require_bounded`."""
        self.scenario.require_bounded()
        if self.compared is not None:
            self.compared.require_bounded()


class HandQuestion(Question):
    """A client, by a name of its own making, and how its reader is called."""

    client: Client
    name: str = Field("", max_length=80)


class MeetingQuestion(HandQuestion):
    """A meeting to begin."""

    state: SharedState = SharedState()


class StateQuestion(Question):
    """A change of what everybody sees, from a version."""

    client: Client
    version: Annotated[int, BeforeValidator(_numeric)] = Field(ge=1)
    state: SharedState


class ZoneQuestion(ScenarioQuestion):
    """A scenario, and a zone by its corners."""

    zone: Zone = Field(min_length=3, max_length=200)


class PlaceQuestion(Question):
    """A scenario and a place."""

    scenario: Scenario = Scenario()
    lon: Longitude
    lat: Latitude


class IsochroneQuestion(Question):
    """A scenario, a place and the minutes to draw."""

    scenario: Scenario = Scenario()
    lon: Longitude
    lat: Latitude
    minutes: tuple[IsochroneMinutes, ...] = Field((10, 20, 30), min_length=1, max_length=6)


def _offered_models(schema: dict[str, Any]) -> None:
    """Name the models in the schema of a key: a list that grows, so no type of the page."""
    schema["enum"] = [model.name for model in registry.offered("workshop")]
    schema[REGISTERED] = "location models"


class JobQuestion(Question):
    """An optimisation over the study's candidates (and those of the scenario)."""

    scenario: Scenario = Scenario()
    model: str = Field("mclp", json_schema_extra=_offered_models)
    sites: Annotated[int, BeforeValidator(_numeric)] = Field(2, ge=1, le=200)
    max_minutes: float | None = Field(20, gt=0, le=600, allow_inf_nan=False, strict=True)
    required: tuple[str, ...] = Field((), max_length=200)
    closed: tuple[str, ...] = Field((), max_length=200)
    budget: float | None = Field(
        None, ge=0, allow_inf_nan=False, strict=True, description="euros a year of all new sites"
    )
    capacity: float | None = Field(
        None, gt=0, allow_inf_nan=False, strict=True, description="people that each site serves"
    )
    floor: float | None = Field(
        None, ge=0, le=1, strict=True, description="share of each EPCI to be covered"
    )
    zone: Zone = Field((), max_length=200, description="corners; none: the whole study")
    seconds: float = Field(60, gt=0, le=LONGEST_JOB, strict=True)
