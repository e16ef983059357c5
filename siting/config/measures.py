"""The key `measures:`: what is told of the minutes beyond coverage, one field a measure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from siting.config.base import File, Model


class Catchment(Model):
    """Competition for the same desk; formulas and sources in docs/measures.md."""

    method: Literal["2sfca", "e2sfca", "3sfca", "m2sfca", "kd2sfca", "bfca", "raam"] = "e2sfca"
    bands: tuple[tuple[float, float], ...] = Field(
        ((10, 1), (20, 0.68), (30, 0.22)),
        min_length=1,
        description="minutes and weight of each ring",
    )
    supply: str = Field("", description="column of the facilities; 1 for each where empty")


class Opportunities(Model):
    """How much is in reach."""

    gravity_minutes: float = Field(15, gt=0, description="minutes at which a place counts 1/e")
    wanted: int = Field(2, ge=1, description="time to so many facilities")


class Equity(Model):
    """How unequal the minutes are."""

    standard_minutes: float = Field(20, gt=0, le=600, description="that everyone should have")


class Mesh(Model):
    """Centres-bourgs, from services and attraction; both minimums are assumptions."""

    basket: File
    minimum_items: int = Field(6, ge=1, description="items of the basket in the commune")
    minimum_attracted: float = Field(1000, ge=0, description="people for whom it is the nearest")
    minutes: float = Field(60, gt=0, le=600)


class Digital(Model):
    """Far or near, connected or not."""

    minutes: float = Field(20, gt=0, le=600, description="beyond it one is far")
    fibre_share: float = Field(0.8, gt=0, le=1, description="from it a commune is connected")


class Measures(Model):
    """Measures beyond coverage; each writes a table `measure_….csv`."""

    closures_minutes: float | None = Field(None, gt=0, le=600)
    overlap_minutes: float | None = Field(None, gt=0, le=600, description="of catchments")
    catchment: Catchment | None = None
    opportunities: Opportunities | None = None
    equity: Equity | None = None
    baskets: tuple[File, ...] = ()
    mesh: Mesh | None = None
    digital: Digital | None = None
