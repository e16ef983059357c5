"""The key `layers:`: tables beyond people, roads and services."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time

from pydantic import Field

from siting.settings import File, Files, Model


class Bus(Model):
    """Buses, by their timetable of one day."""

    gtfs: File
    day: dt.date = Field(description="day whose departures count")


class Layers(Model):
    """Tables that the criteria draw on; a criterion whose table is absent stays unknown."""

    broadband: Files = Field((), description="siting's table, or ARCEP's files: one or a list")
    establishments: File | None = Field(None, description="StockEtablissement, CSV, zip or Parquet")
    positions: File | None = Field(None, description="INSEE's geolocated file, joined by siret")
    units: File | None = Field(None, description="StockUniteLegale, joined by siren")
    tiers_lieux: File | None = Field(None, description="siting's table, or the inventory")
    stations: File | None = None
    everyday: File | None = Field(None, description="BPE layout")
    bus: Bus | None = None
    carpool_areas: File | None = Field(None, description="base nationale des lieux de covoiturage")
