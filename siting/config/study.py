"""The study: a frozen model of `configs/*.yaml`, unknown keys refused."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, field_validator

from siting.config.amounts import Amount  # noqa: TC001 - pydantic needs it at run time
from siting.config.assumptions import Assumptions
from siting.config.census import Census  # noqa: TC001 - pydantic needs it at run time
from siting.config.context import ContextKeys  # noqa: TC001 - pydantic needs it at run time
from siting.config.effects import Effects  # noqa: TC001 - pydantic needs it at run time
from siting.config.fetch import Fetch  # noqa: TC001 - pydantic needs it at run time
from siting.config.layers import Layers
from siting.config.location import Locate  # noqa: TC001 - pydantic needs it at run time
from siting.config.measures import Measures  # noqa: TC001 - pydantic needs it at run time
from siting.config.offers import Offers  # noqa: TC001 - pydantic needs it at run time
from siting.config.roads import RoadsKeys  # noqa: TC001 - pydantic needs it at run time
from siting.config.sample import Sample  # noqa: TC001 - pydantic needs it at run time
from siting.config.scenario import PlanKeys, WhatIf  # noqa: TC001 - pydantic needs it at run time
from siting.config.schedule import Calendar  # noqa: TC001 - pydantic needs it at run time
from siting.config.sites import Scoring
from siting.config.survey import Survey  # noqa: TC001 - pydantic needs it at run time
from siting.config.territory import Cells, TerritoryKeys
from siting.config.timetables import Timetables  # noqa: TC001 - pydantic needs it at run time
from siting.config.viability import Viability  # noqa: TC001 - pydantic needs it at run time
from siting.settings import File, Model

HEADLINE_MINUTES = 20.0  # what a study tells first, where its thresholds have it


class ServiceKeys(Model):
    """A service, and the facilities that give it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    facilities: File
    kinds: tuple[str, ...] = Field(
        (), description="kinds of places that count, as the list writes them; empty: the usual ones"
    )
    minimum_hours: float | None = Field(
        None, gt=0, le=168, description="hours a week below which a place does not count"
    )


class CriterionKeys(Model):
    """A criterion in the score."""

    id: str
    weight: float = Field(gt=0, le=1_000_000, allow_inf_nan=False)


class Outputs(Model):
    """What is written."""

    map_title: str | None = None
    report_date: dt.date | None = Field(None, description="printed on the report")
    report_version: str = Field("", description="printed on the report; a draft where empty")


class Study(Model):
    """A study, as its configuration file says it."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="names the output folder")
    title: str
    territory: TerritoryKeys
    cells: Cells = Cells()
    roads: RoadsKeys
    services: tuple[ServiceKeys, ...] = Field(min_length=1)
    thresholds_minutes: tuple[Annotated[float, Field(gt=0, le=600)], ...] = Field(
        (10, 15, 20, 30), min_length=1
    )
    candidates: File
    layers: Layers = Layers()
    context: ContextKeys | None = Field(None, description="background of the maps")
    criteria: tuple[CriterionKeys, ...] = Field(min_length=1)
    plans: dict[str, PlanKeys] = Field(default_factory=dict)
    what_if: WhatIf | None = None
    fetch: Fetch | None = None
    sources: dict[str, str] = Field(
        default_factory=dict, description="addresses that replace those of the catalogue"
    )
    independents_naf: tuple[str, ...] = Field(
        (), description="NAF codes (or prefixes) counted as likely users; empty: all"
    )
    measures: Measures | None = None
    timetables: Timetables | None = Field(None, description="round trips by bus and train")
    census: Census | None = None
    sample: Sample | None = None
    viability: Viability | None = None
    survey: Survey | None = None
    offers: Offers | None = None
    effects: Effects | None = None
    calendar: Calendar | None = None
    scoring: Scoring | None = None
    locate: Locate | None = None
    site_costs: dict[str, Amount] = Field(
        default_factory=dict, description="euros a year of a candidate that is open"
    )
    outputs: Outputs = Outputs()
    theme: File | None = Field(None, description="look of maps and documents; neutral if none")
    assumptions: Assumptions = Assumptions()
    provenance: File | None = Field(None, description="status, vintage and licence of the tables")
    _base: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Any) -> None:
        """Remember the folder of the configuration, which paths are shown relative to."""
        self._base = (context or {}).get("base", Path.cwd())

    @property
    def base(self) -> Path:
        """Folder of the configuration file."""
        return self._base

    @property
    def equipment_cap(self) -> float:
        """Share of the weights that equipment has at most."""
        return (self.scoring or Scoring()).equipment_cap

    @property
    def headline_minutes(self) -> float:
        """The threshold that maps, charts and sentences tell first.

        The largest up to `HEADLINE_MINUTES`, or the first where all are above.
        """
        limits = self.thresholds_minutes
        return max((limit for limit in limits if limit <= HEADLINE_MINUTES), default=limits[0])

    @field_validator("thresholds_minutes")
    @classmethod
    def _increasing(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("not_increasing")
        return value

    @field_validator("services", "criteria")
    @classmethod
    def _distinct(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        ids = [item.id for item in value]
        if len(set(ids)) != len(ids):
            raise ValueError("ids_not_distinct")
        return value

    @field_validator("services")
    @classmethod
    def _named_apart(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [service.name for service in value]
        if len(set(names)) != len(names):
            raise ValueError("names_not_distinct")
        return value
