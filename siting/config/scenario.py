"""The keys `plans:` and `what_if:`: what is opened, closed or moved."""

from __future__ import annotations

from pydantic import Field, model_validator

from siting.settings import Model


class Position(Model):
    """A longitude and a latitude, degrees."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, strict=True)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, strict=True)


class Place(Model):
    """A site of one's own, by its position."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, strict=True)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, strict=True)


class PlanKeys(Model):
    """A named set of sites, opened together, and facilities closed with them."""

    name: str
    sites: tuple[str, ...] = Field((), description="candidates opened")
    close: tuple[str, ...] = Field((), description="facilities of the first service closed")

    @model_validator(mode="after")
    def _some(self) -> PlanKeys:
        if not self.sites and not self.close:
            raise ValueError("plan_is_empty")
        return self


class OtherService(Model):
    """What a scenario changes of a service that is not the first."""

    service: str = Field(description="its id")
    open: tuple[str | Place, ...] = Field((), description="as `open`, for this service")
    close: tuple[str, ...] = Field((), description="facilities of this service closed")


class WhatIf(Model):
    """What a scenario changes on the ground: sites, facilities of the services, and roads."""

    candidates: tuple[Place, ...] = Field(
        (), description="candidates moved (same id as one of the table) or added"
    )
    open: tuple[str | Place, ...] = Field(
        (), description="candidates, or places of one's own; the supply of a median facility"
    )
    close: tuple[str, ...] = Field((), description="facilities closed")
    other_services: tuple[OtherService, ...] = Field(
        (), description="what is opened and closed of services beside the first"
    )
    closed_links: tuple[tuple[str, str], ...] = Field(
        (), description="links of the distance table closed both ways, by their two communes"
    )
    closed_roads: tuple[Position, ...] = Field(
        (), description="roads of an OSM extract closed both ways: the nearest to each position"
    )
    speed_factor: float = Field(
        1.0,
        ge=0.3,
        le=3,
        allow_inf_nan=False,
        strict=True,
        description="on the speed of every road",
    )
