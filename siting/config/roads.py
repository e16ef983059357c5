"""The key `roads:`: the network, and how one moves on it."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from typing import Literal

from pydantic import Field, model_validator

from siting.settings import File, Files, Model


class RoadsKeys(Model):
    """The network: a table of distances, an OSM extract, or IGN's BD TOPO."""

    distances: File | None = None
    osm: Files | None = Field(None, description="OSM extract, or a list of extracts side by side")
    bdtopo: File | None = Field(None, description="GeoPackage with troncon_de_route")
    mode: Literal["car", "bicycle", "foot"] = "car"
    period: Literal["off_peak", "peak", "winter"] = "off_peak"
    speeds: File | None = Field(None, description="table of speeds in place of the package's")
    date: dt.date | None = Field(None, description="date of the speed limits; the latest if none")
    country: str = Field("FR", description="country whose law holds where no sign names another")

    @model_validator(mode="after")
    def _one(self) -> RoadsKeys:
        if sum(source is not None for source in (self.distances, self.osm, self.bdtopo)) != 1:
            raise ValueError("distances_or_osm")
        if self.distances is not None and self.mode != "car":
            raise ValueError("distances_by_car")
        return self
