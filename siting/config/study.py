"""The study: a frozen model of `configs/*.yaml`, unknown keys refused."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from siting.config.amounts import Amount  # noqa: TC001 - pydantic needs it at run time
from siting.config.base import Assumption, File, Files, Model, assume
from siting.config.census import Census  # noqa: TC001 - pydantic needs it at run time
from siting.config.effects import Effects  # noqa: TC001 - pydantic needs it at run time
from siting.config.location import Locate  # noqa: TC001 - pydantic needs it at run time
from siting.config.offers import Offers  # noqa: TC001 - pydantic needs it at run time
from siting.config.sample import Sample  # noqa: TC001 - pydantic needs it at run time
from siting.config.schedule import Calendar  # noqa: TC001 - pydantic needs it at run time
from siting.config.sites import Scoring
from siting.config.survey import Survey  # noqa: TC001 - pydantic needs it at run time
from siting.config.viability import Viability  # noqa: TC001 - pydantic needs it at run time


class Assumptions(Model):
    """Every assumption of a study; each can be replaced in the configuration."""

    access_speed: Assumption = Field(
        assume(35, "km/h", "siting: vitesse des dessertes locales de la table des distances"),
        description="speed of the local leg between a cell and its commune's attachment point",
    )
    access_detour: Assumption = Field(
        assume(1.3, "ratio", "siting: rapport usuel entre distance routière et vol d'oiseau"),
        description="road length over straight length of a local leg",
    )
    outside_speed: Assumption = Field(
        assume(55, "km/h", "siting: routes départementales hors de la table des distances"),
        description="speed of the leg to a facility beyond the border of the distance table",
    )
    outside_cap: Assumption = Field(
        assume(40, "km", "siting: au-delà, un équipement extérieur n'est pas rejoint"),
        description="straight distance beyond which such a facility is not reached",
    )
    table_factor: Assumption = Field(
        assume(1.0, "ratio", "siting: temps de la table pris tels quels"),
        description="driven time over the time of the distance table",
    )
    snap_cap: Assumption = Field(
        assume(1000, "m", "siting: un point plus loin d'une route n'est pas rattaché"),
        description="distance from a road beyond which a point is not joined to an OSM network",
    )


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


class Territory(Model):
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


class Roads(Model):
    """The network: a table of distances, an OSM extract, or IGN's BD TOPO."""

    distances: File | None = None
    osm: File | None = None
    bdtopo: File | None = Field(None, description="GeoPackage with troncon_de_route")
    mode: Literal["car", "bicycle", "foot"] = "car"
    period: Literal["off_peak", "peak", "winter"] = "off_peak"
    speeds: File | None = Field(None, description="table of speeds in place of the package's")
    date: dt.date | None = Field(None, description="date of the speed limits; the latest if none")
    country: str = Field("FR", description="country whose law holds where no sign names another")

    @model_validator(mode="after")
    def _one(self) -> Roads:
        if sum(one is not None for one in (self.distances, self.osm, self.bdtopo)) != 1:
            raise ValueError("distances_or_osm")
        if self.distances is not None and self.mode != "car":
            raise ValueError("distances_by_car")
        return self


class Service(Model):
    """A service, and the facilities that give it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    facilities: File


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


class Criterion(Model):
    """A criterion in the score."""

    id: str
    weight: float = Field(gt=0, allow_inf_nan=False)


class Position(Model):
    """A longitude and a latitude, degrees."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)


class Place(Model):
    """A site of one's own, by its position."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)


class Plan(Model):
    """A named set of sites, opened together, and facilities closed with them."""

    name: str
    sites: tuple[str, ...] = Field((), description="candidates opened")
    close: tuple[str, ...] = Field((), description="facilities of the first service closed")

    @model_validator(mode="after")
    def _some(self) -> Plan:
        if not self.sites and not self.close:
            raise ValueError("plan_is_empty")
        return self


class WhatIf(Model):
    """What a scenario changes on the ground: sites, facilities of the first service, and roads."""

    candidates: tuple[Place, ...] = Field(
        (), description="candidates moved (same id as one of the table) or added"
    )
    open: tuple[str | Place, ...] = Field(
        (), description="candidates, or places of one's own; the supply of a median facility"
    )
    close: tuple[str, ...] = Field((), description="facilities closed")
    closed_links: tuple[tuple[str, str], ...] = Field(
        (), description="links of the distance table closed both ways, by their two communes"
    )
    closed_roads: tuple[Position, ...] = Field(
        (), description="roads of an OSM extract closed both ways: the nearest to each position"
    )
    speed_factor: float = Field(
        1.0, ge=0.3, le=3, allow_inf_nan=False, description="on the speed of every road"
    )


class Catchment(Model):
    """Competition for the same desk; formulas and sources in docs/measures.md."""

    method: Literal["2sfca", "e2sfca", "3sfca", "m2sfca", "kd2sfca", "bfca", "raam"] = "e2sfca"
    bands: tuple[tuple[float, float], ...] = Field(
        ((10, 1), (20, 0.68), (30, 0.22)), description="minutes and weight of each ring"
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
    fibre_share: float = Field(0.8, ge=0, le=1, description="from it a commune is connected")


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


FetchedLayer = Literal[
    "cells",
    "broadband",
    "everyday",
    "establishments",
    "stations",
    "carpool_areas",
    "schools",
    "pharmacies",
    "postal",
]


class Fetch(Model):
    """What `siting fetch` brings: the territory's official files, and the tables made of them."""

    department: str | None = Field(None, pattern=r"^(\d{2}|2[AB]|97\d)$")
    epci: str | None = Field(None, pattern=r"^\d{9}$", description="SIREN of an EPCI")
    communes: tuple[str, ...] = ()
    tables: File = Field(description="folder of the tables; the sources go to its `sources`")
    layers: tuple[FetchedLayer, ...] = Field(
        ("cells", "broadband", "everyday", "establishments"),
        description="beyond communes, boundaries, roads and France Services",
    )

    @model_validator(mode="after")
    def _one(self) -> Fetch:
        if sum(map(bool, (self.department, self.epci, self.communes))) != 1:
            raise ValueError("fetch_one_territory")
        return self


class Outputs(Model):
    """What is written."""

    map_title: str | None = None
    report_date: dt.date | None = Field(None, description="printed on the report")


class Study(Model):
    """A study, as its configuration file says it."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="names the output folder")
    title: str
    territory: Territory
    cells: Cells = Cells()
    roads: Roads
    services: tuple[Service, ...] = Field(min_length=1)
    thresholds_minutes: tuple[Annotated[float, Field(gt=0, le=600)], ...] = Field(
        (10, 15, 20, 30), min_length=1
    )
    candidates: File
    layers: Layers = Layers()
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    plans: dict[str, Plan] = Field(default_factory=dict)
    what_if: WhatIf | None = None
    fetch: Fetch | None = None
    sources: dict[str, str] = Field(
        default_factory=dict, description="addresses that replace those of the catalogue"
    )
    independents_naf: tuple[str, ...] = Field(
        (), description="NAF codes (or prefixes) counted as likely users; empty: all"
    )
    measures: Measures | None = None
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
