"""The keys of `calendar:`: the schéma's steps and the opinions of the EPCI, as dates."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from typing import Literal

from pydantic import Field, field_validator, model_validator

from siting.settings import Model


class StepKeys(Model):
    """A step, by its dates, or by the step that it follows and how long it lasts."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    kind: Literal["survey", "diagnosis", "draft", "opinion", "adoption", "other"] = "other"
    actor: str = ""
    start: dt.date | None = Field(None, alias="from")
    after: str | None = Field(None, description="begins the day after that step ends")
    end: dt.date | None = Field(None, alias="until", description="last day; alone: a deadline")
    months: int | None = Field(None, ge=1, le=60)
    days: int | None = Field(None, ge=1, le=1000)

    @model_validator(mode="after")
    def _one_way(self) -> StepKeys:
        if self.start is not None and self.after is not None:
            raise ValueError("step_starts_twice")
        if sum(length is not None for length in (self.end, self.months, self.days)) > 1:
            raise ValueError("step_ends_twice")
        if self.start is None and self.after is None and self.end is None:
            raise ValueError("step_without_date")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("dates_reversed")
        return self


class OpinionKeys(Model):
    """The opinion that an EPCI gave."""

    date: dt.date
    view: Literal["favourable", "with_reservations", "unfavourable"]


class Calendar(Model):
    """Steps, and what is known of the EPCI's opinions."""

    steps: tuple[StepKeys, ...] = Field(min_length=1)
    opinion_months: int = Field(
        3, ge=1, le=12, description="to give an opinion (loi n° 95-115, art. 26, from loi NOTRe)"
    )
    received: dict[str, dt.date] = Field(
        default_factory=dict, description="by EPCI, where not the first day of the step"
    )
    opinions: dict[str, OpinionKeys] = Field(
        default_factory=dict, description="given so far, by EPCI"
    )

    @field_validator("steps")
    @classmethod
    def _distinct(cls, value: tuple[StepKeys, ...]) -> tuple[StepKeys, ...]:
        ids = [step.id for step in value]
        if len(set(ids)) != len(ids):
            raise ValueError("ids_not_distinct")
        if sum(step.kind == "opinion" for step in value) > 1:
            raise ValueError("one_opinion_step")
        return value
