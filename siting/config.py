"""The study: a frozen model of `configs/*.yaml`, unknown keys refused.

Paths in a configuration are relative to its file. `load` finds all the problems of the text at
once; whether the files hold what they should is `study.check`'s business.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from siting import texts
from siting.errors import ConfigError, ProblemsError, SitingError

EMBEDDED = Path(__file__).parent / "embedded"
Status = Literal["measured", "declared", "hypothesis"]


def embedded(path: Path) -> Path:
    """Where an embedded file is: in the installed package, else in the source tree.

    `path` begins with `configs` or `data`.
    """
    root = EMBEDDED if EMBEDDED.is_dir() else Path(__file__).parents[1]
    return root / path


def _resolve(path: Path, info: ValidationInfo) -> Path:
    base = (info.context or {}).get("base")
    return path if base is None else (base / path).resolve()


File = Annotated[Path, AfterValidator(_resolve)]


class Model(BaseModel):
    """A part of the configuration: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Assumption(Model):
    """A number that the results rest on, with where it comes from."""

    value: float = Field(description="the number")
    unit: str = Field(description="its unit")
    source: str = Field(description="who says so")
    status: Status = Field(description="measured, declared or hypothesis")


def _assume(value: float, unit: str, source: str) -> Assumption:
    return Assumption(value=value, unit=unit, source=source, status="hypothesis")


class Assumptions(Model):
    """Every assumption of a study; each can be replaced in the configuration."""

    access_speed: Assumption = Field(
        _assume(35, "km/h", "siting: vitesse des dessertes locales de la table des distances"),
        description="speed of the local leg between a cell and its commune's attachment point",
    )
    access_detour: Assumption = Field(
        _assume(1.3, "ratio", "siting: rapport usuel entre distance routière et vol d'oiseau"),
        description="road length over straight length of a local leg",
    )
    outside_speed: Assumption = Field(
        _assume(55, "km/h", "siting: routes départementales hors de la table des distances"),
        description="speed of the leg to a facility beyond the border of the distance table",
    )
    outside_cap: Assumption = Field(
        _assume(40, "km", "siting: au-delà, un équipement extérieur n'est pas rejoint"),
        description="straight distance beyond which such a facility is not reached",
    )
    table_factor: Assumption = Field(
        _assume(1.0, "ratio", "siting: temps de la table pris tels quels"),
        description="driven time over the time of the distance table",
    )
    snap_cap: Assumption = Field(
        _assume(1000, "m", "siting: un point plus loin d'une route n'est pas rattaché"),
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
    file: File | None = Field(None, description="cells read instead: cell_id,commune_code,…")


class Roads(Model):
    """The network: a table of distances, or an OSM extract."""

    distances: File | None = None
    osm: File | None = None
    mode: Literal["car", "bicycle", "foot"] = "car"
    period: Literal["off_peak", "peak", "winter"] = "off_peak"
    speeds: File | None = Field(None, description="table of speeds in place of the package's")
    date: dt.date | None = Field(None, description="date of the speed limits; the latest if none")
    country: str = Field("FR", description="country whose law holds where no sign names another")

    @model_validator(mode="after")
    def _one(self) -> Roads:
        if (self.distances is None) == (self.osm is None):
            raise ValueError("distances_or_osm")
        if self.distances is not None and self.mode != "car":
            raise ValueError("distances_by_car")
        return self


class Service(Model):
    """A service, and the facilities that give it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    facilities: File


class Layers(Model):
    """Tables that the criteria draw on; a criterion whose table is absent stays unknown."""

    broadband: File | None = None
    establishments: File | None = Field(None, description="StockEtablissement, CSV or zip")
    positions: File | None = Field(None, description="INSEE's geolocated file, joined by siret")
    tiers_lieux: File | None = None
    stations: File | None = None
    everyday: File | None = Field(None, description="BPE layout")


class Criterion(Model):
    """A criterion in the score."""

    id: str
    weight: float = Field(gt=0, allow_inf_nan=False)


class Plan(Model):
    """A named set of candidate sites, opened together."""

    name: str
    sites: tuple[str, ...] = Field(min_length=1)


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


class Outputs(Model):
    """What is written."""

    map_title: str | None = None


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
    independents_naf: tuple[str, ...] = Field(
        (), description="NAF codes (or prefixes) counted as likely users; empty: all"
    )
    measures: Measures | None = None
    outputs: Outputs = Outputs()
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


def load(path: Path) -> Study:
    """Read a configuration file.

    A path that does not exist but names an embedded study (`configs/aveyron.yaml`) gives that one,
    so that an installed `siting` runs the embedded studies anywhere.

    Raises
    ------
    ConfigError
        The file is missing or is not YAML.
    ProblemsError
        Keys are unknown or missing, or values refused: all of them at once.
    """
    if not path.exists() and path.parts[:1] == ("configs",):
        path = embedded(path)
    if not path.is_file():
        raise ConfigError("missing_config", file=path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError("not_text", file=path, detail=error.reason) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else "?"
        problem = getattr(error, "problem", None) or error
        raise ConfigError("bad_yaml", file=path, row=row, detail=problem) from error
    if not isinstance(content, dict):
        raise ConfigError("config_not_mapping", file=path)
    try:
        return Study.model_validate(content, context={"base": path.parent.resolve()})
    except ValidationError as error:
        raise ProblemsError([_problem(path, detail) for detail in error.errors()]) from error


def _problem(path: Path, detail: Any) -> SitingError:
    """Turn one complaint of pydantic into a sentence of ours."""
    key = ".".join(map(str, detail["loc"])) or "study"
    kind, value = detail["type"], detail.get("input")
    if kind == "extra_forbidden":
        return ConfigError("unknown_key", file=path, key=key, known=_known_keys(detail["loc"]))
    if kind == "missing":
        return ConfigError("missing_key", file=path, key=key)
    return ConfigError("bad_key", file=path, key=key, value=value, detail=_expected(detail))


def _expected(detail: Any) -> str:
    """What a key holds: in the catalogue for the usual complaints, else in pydantic's words."""
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return texts.text(f"config.{context['error']}")
    try:
        return texts.text(f"config.{detail['type']}", **context)
    except KeyError:
        return str(detail["msg"])


def _known_keys(where: tuple[int | str, ...]) -> str:
    """Keys that may stand where an unknown one was found."""
    model: Any = Study
    for step in where[:-1]:
        if isinstance(step, int) or not hasattr(model, "model_fields"):
            continue
        if step not in model.model_fields:
            continue
        model = _inner(model.model_fields[step].annotation)
    return ", ".join(sorted(getattr(model, "model_fields", {})))


def _inner(annotation: Any) -> Any:
    """The model inside `tuple[Model, ...]`, `dict[str, Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner(argument)
        if found is not None:
            return found
    return None
