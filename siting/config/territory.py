"""The keys `territory:` and `cells:`: where the study is, and where its people live."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time

from pydantic import Field, model_validator

from siting.settings import File, Model


class Department(Model):
    """The whole that the coverage table calls `department`."""

    code: str
    name: str


class Zone(Model):
    """A zone of one's own: a list of communes, or of EPCI."""

    name: str
    communes: tuple[str, ...] = ()
    epci: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _some(self) -> Zone:
        if not self.communes and not self.epci:
            raise ValueError("zone_is_empty")
        return self


class TerritoryKeys(Model):
    """Communes at one date, and the study area."""

    vintage: dt.date = Field(description="date of the commune codes (code officiel géographique)")
    crs: str = Field("EPSG:2154", description="metric coordinate system of the study")
    department: Department
    communes: File
    boundaries: File
    changes: File | None = Field(None, description="code changes, to name codes of other vintages")
    buffer_km: float = Field(40, ge=0, le=200, description="facilities so far beyond count")
    zones: dict[str, Zone] = Field(default_factory=dict, description="custom zones by code")


class Cells(Model):
    """Demand cells: modelled from the communes' population, or read from a file."""

    size_m: int = Field(1000, ge=100, le=10_000, description="side of the modelled cells, metres")
    seed: int = Field(12, ge=0, description="of the dispersion among hamlets")
    file: File | None = Field(
        None, description="read instead: siting's table, INSEE's squares, a raster of people"
    )
