"""The keys of `sample:`: who is asked, drawn how, visited when."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from siting.settings import File, Model


class SampleStatus(Model):
    """A status of the sample's units; the first rule that fits a unit gives it its status."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = ""
    firm: bool | None = Field(None, description="a firm, or a non-salaried person; none: both")
    naf: tuple[str, ...] = Field((), description="NAF codes or prefixes; none: any")
    deviation: float = Field(
        1, gt=0, allow_inf_nan=False, description="standard deviation of the answers (optimal)"
    )


class Density(Model):
    """Classes of rurality by people per km², the most rural first."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = ""
    below: float | None = Field(None, gt=0, description="people per km²; none for the last class")


class Investigator(Model):
    """Who goes to see people, and from where."""

    id: str = Field(min_length=1)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    days: int = Field(5, ge=1, le=60)


class FieldWork(Model):
    """The visits."""

    hours_per_day: float = Field(7, gt=0, le=24, description="road and visits")
    minutes_per_visit: float = Field(60, ge=0, le=600)
    start: dt.time = Field(dt.time(9), description="when the day begins, at the base")
    investigators: tuple[Investigator, ...] = Field(
        (), description="none: one, at the chef-lieu of the most populous commune"
    )

    @model_validator(mode="after")
    def _distinct(self) -> FieldWork:
        ids = [investigator.id for investigator in self.investigators]
        if len(set(ids)) != len(ids):
            raise ValueError("ids_not_distinct")
        return self


class Sample(Model):
    """Who is asked."""

    size: int = Field(20, ge=1, description="units drawn")
    seed: int = Field(12, ge=0)
    statuses: tuple[SampleStatus, ...] = Field(
        (
            SampleStatus(id="firm", firm=True),
            SampleStatus(id="artistic", naf=("90",)),
            SampleStatus(id="cultural", naf=("58", "59", "60", "74.1", "74.2", "85.52", "91")),
            SampleStatus(id="collaborative"),
        ),
        min_length=1,
    )
    rurality: File | None = Field(None, description="code,class in place of the densities")
    densities: tuple[Density, ...] = Field(
        (
            Density(id="very_sparse", below=10),
            Density(id="sparse", below=25),
            Density(id="intermediate", below=80),
            Density(id="dense"),
        ),
        min_length=1,
        description="thresholds are hypotheses; with `rurality`, the order of its classes",
    )
    at_least_one: Literal["epci", "status", "none"] = Field(
        "epci", description="of the most rural class, in each EPCI or status that has some"
    )
    allocation: Literal["proportional", "optimal"] = "proportional"
    exclusions: File | None = Field(None, description="siret, siren or commune_code not asked")
    replacements: int = Field(2, ge=0, le=20, description="for each unit drawn")
    visits: FieldWork = FieldWork()

    @model_validator(mode="after")
    def _ordered(self) -> Sample:
        groups: tuple[tuple[SampleStatus | Density, ...], ...] = (self.statuses, self.densities)
        for items in groups:
            ids = [named.id for named in items]
            if len(set(ids)) != len(ids):
                raise ValueError("ids_not_distinct")
        if self.rurality is None:
            ends = [density.below for density in self.densities]
            if ends[-1] is not None or None in ends[:-1]:
                raise ValueError("density_last_open")
            numbers = [end for end in ends if end is not None]
            if numbers != sorted(set(numbers)):
                raise ValueError("not_increasing")
        return self
