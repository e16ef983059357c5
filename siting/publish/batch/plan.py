"""The plan of a batch: territories x scenarios x modes x periods, each an ordinary study."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo

from siting import config, texts
from siting.settings import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=60)]
"""What may name a folder on every system."""
LEVELS = ("territory", "scenario", "mode", "period")


class TerritoryOfPlan(Model):
    """A territory: a configuration, and what is changed in it."""

    config: str = Field(
        description="configuration of the study, relative to the plan, or an embedded one"
    )
    changes: dict[str, Any] = Field(
        default_factory=dict, description="keys over the configuration, merged as `extends` merges"
    )


def _shorthand(value: Any) -> Any:
    """A territory given as the path of its configuration alone."""
    return {"config": value} if isinstance(value, str) else value


def _listed(value: Any, info: ValidationInfo) -> Any:
    """Territories given as a pattern: each configuration that fits, by its name without suffix."""
    if not isinstance(value, str):
        return value
    base: Path = (info.context or {})["base"]
    return {path.stem: path.as_posix() for path in sorted(base.glob(value))}


class BatchPlan(Model):
    """A plan file."""

    name: Name = Field(description="name of the batch")
    territories: Annotated[
        dict[Name, Annotated[TerritoryOfPlan, BeforeValidator(_shorthand, str | TerritoryOfPlan)]],
        BeforeValidator(_listed, str | dict[Name, str | TerritoryOfPlan]),
    ] = Field(
        min_length=1,
        description="configurations by the name of their territory, or a pattern of their files",
    )
    scenarios: dict[Name, dict[str, Any]] = Field(
        {"today": {}},
        min_length=1,
        description="keys over every configuration, by name",
    )
    modes: tuple[Literal["car", "bicycle", "foot"], ...] = Field(
        (), description="modes of `roads.mode`; none: the configuration's own"
    )
    periods: tuple[Literal["off_peak", "peak", "winter"], ...] = Field(
        (), description="periods of `roads.period`; none: the configuration's own"
    )


@dataclass(frozen=True)
class Unit:
    """One study of a batch.

    Attributes
    ----------
    territory, scenario
        Names in the plan.
    study
        Its configuration, checked.
    language
        Of its sentences.
    """

    territory: str
    scenario: str
    study: config.Study
    language: str

    @property
    def levels(self) -> dict[str, str]:
        """Where it stands in the plan: a value for each of `LEVELS`."""
        roads = self.study.roads
        return dict(
            zip(LEVELS, (self.territory, self.scenario, roads.mode, roads.period), strict=True)
        )

    @property
    def place(self) -> str:
        """Folder of its part of each table, as Hive names partitions."""
        return "/".join(f"{level}={value}" for level, value in self.levels.items())


def read(path: Path) -> tuple[BatchPlan, tuple[Unit, ...]]:
    """Read a plan, and the configuration of each of its units.

    Raises
    ------
    ConfigError
        A file is missing or is not YAML.
    ProblemsError
        Keys are unknown or values refused, in the plan or in a configuration as the plan changes
        it: all those of one unit at once.
    """
    plan = config.validate(BatchPlan, path)
    return plan, tuple(_units(plan, path))


def _units(plan: BatchPlan, path: Path) -> Iterator[Unit]:
    """Every unit, those of a territory together, so that its roads are read once."""
    modes: tuple[str | None, ...] = plan.modes or (None,)
    periods: tuple[str | None, ...] = plan.periods or (None,)
    for name, territory in plan.territories.items():
        beside = path.parent / territory.config
        file = beside if beside.exists() else Path(territory.config)
        own = config.load(file)  # its own mistakes are told of its own file
        several = product(modes, periods, plan.scenarios.items())
        for mode, period, (scenario, keys) in several:
            moving = {"mode": mode, "period": period}
            roads = {key: value for key, value in moving.items() if value is not None}
            changes = (territory.changes, keys, {"roads": roads} if roads else {})
            untouched = not any(changes)
            study = own if untouched else config.load_changed(file, changes, path)
            yield Unit(name, scenario, study, texts.language())
