"""A scenario: what a client changes, and the configuration from which `siting run` makes it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints

from siting import atomic_files
from siting.config import Model, WhatIf, content, load
from siting.errors import ConfigError
from siting.network.tags import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siting.config import Study
    from siting.config.study import CriterionKeys, ServiceKeys

MOST_SITES = 200
MOST_ROADS = 50
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Threshold = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False, strict=True)]
Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False, strict=True)]


class Scenario(Model):
    """What a client changes in a study."""

    what_if: WhatIf = WhatIf()
    thresholds_minutes: tuple[Threshold, ...] = Field((), max_length=8)
    weights: dict[str, Weight] = Field(default_factory=dict, max_length=64)
    service: str = Field("", max_length=64, description="that it changes; the first if none")
    mode: Literal["", "car", "bicycle", "foot"] = Field("", description="that of the study if none")

    def require_bounded(self) -> None:
        """Refuse more sites or closed roads than a meeting ever looks at.

        Raises
        ------
        ConfigError
            There are too many.
        """
        change = self.what_if
        sites = len(change.open) + len(change.close) + len(change.candidates)
        sites += sum(len(other.open) + len(other.close) for other in change.other_services)
        roads = len(change.closed_links) + len(change.closed_roads)
        if sites > MOST_SITES or roads > MOST_ROADS:
            raise ConfigError("scenario_too_large", sites=MOST_SITES, roads=MOST_ROADS)


def folder_of(config: Path) -> Path:
    """Folder of a configuration's scenarios, beside it."""
    return config.parent / f"{config.stem}-scenarios"


def names(folder: Path) -> list[str]:
    """Names of the scenarios that were saved."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def written(scenario: Scenario, study: Study, base: str, folder: Path) -> str:
    """Write a scenario as a configuration, in YAML, that extends the one at `base`.

    Parameters
    ----------
    folder
        Where it is to lie: files are named relative to it.
    """
    seen = looked_at(study, scenario.service, scenario.mode)
    change = scenario.what_if.model_dump(mode="json", exclude_defaults=True)
    keys: dict[str, Any] = {"extends": base}
    if change:
        keys["what_if"] = change
    if scenario.thresholds_minutes:
        keys["thresholds_minutes"] = list(scenario.thresholds_minutes)
    if seen.services != study.services:
        keys["services"] = [_service(service, folder) for service in seen.services]
    if seen.roads.mode != study.roads.mode:
        keys["roads"] = {"mode": seen.roads.mode}
    kept = weighed(study, scenario.weights)
    if kept != study.criteria:
        keys["criteria"] = [criterion.model_dump(mode="json") for criterion in kept]
    return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False)


def _service(service: ServiceKeys, folder: Path) -> dict[str, Any]:
    """A service as a configuration in a folder says it."""
    keys = service.model_dump(mode="json", exclude_defaults=True)
    try:
        near = os.path.relpath(service.facilities, folder.resolve())
    except ValueError:  # on another drive
        near = str(service.facilities)
    return keys | {"facilities": near.replace(os.sep, "/")}


def looked_at(study: Study, service: str, mode: str) -> Study:
    """Give the study with one of its services first, by a mode of travel; empty: as it is.

    Raises
    ------
    ConfigError
        It has no such service, or no roads for such a mode.
    """
    known = [each.id for each in study.services]
    if service and service not in known:
        raise ConfigError("scenario_service_unknown", id=service, known=", ".join(known))
    if mode and mode not in modes(study):
        raise ConfigError("mode_needs_roads")
    changes: dict[str, object] = {}
    if service and service != known[0]:
        first = tuple(each for each in study.services if each.id == service)
        changes["services"] = first + tuple(each for each in study.services if each.id != service)
    if mode and mode != study.roads.mode:
        changes["roads"] = study.roads.model_copy(update={"mode": mode})
    return study.model_copy(update=changes) if changes else study


def modes(study: Study) -> tuple[str, ...]:
    """Modes of travel that a study's roads tell the times of."""
    return MODES if study.roads.distances is None else (study.roads.mode,)


def weighed(study: Study, weights: Mapping[str, float]) -> tuple[CriterionKeys, ...]:
    """Criteria of a study under other weights; one of no weight is left out."""
    both = [(known, weights.get(known.id, known.weight)) for known in study.criteria]
    return tuple(
        known.model_copy(update={"weight": weight}) for known, weight in both if weight > 0
    )


def shares(study: Study, weights: Mapping[str, float]) -> dict[str, float]:
    """Share of each criterion's weight, on which alone a ranking depends."""
    all_weights = {known.id: weights.get(known.id, known.weight) for known in study.criteria}
    total = sum(all_weights.values())
    return {
        name: round(weight / total, 6) if total else 0.0 for name, weight in all_weights.items()
    }


def applied(scenario: Scenario, study: Study) -> Study:
    """Give the study as a scenario changes it."""
    changes: dict[str, object] = {
        "what_if": scenario.what_if,
        "criteria": weighed(study, scenario.weights),
    }
    if scenario.thresholds_minutes:
        changes["thresholds_minutes"] = scenario.thresholds_minutes
    return looked_at(study, scenario.service, scenario.mode).model_copy(update=changes)


def version(name: str, folder: Path) -> str:
    """Fingerprint of a saved scenario; empty where there is none of that name."""
    path = folder / f"{name}.yaml"
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


def save(scenario: Scenario, name: str, study: Study, config: Path, folder: Path) -> Path:
    """Save a scenario as a configuration that extends the study's.

    Raises
    ------
    OutputError
        The folder cannot be written to; a scenario of that name is left as it was.
    """
    base = os.path.relpath(config.resolve(), folder.resolve()).replace(os.sep, "/")
    path = folder / f"{name}.yaml"
    with atomic_files.replacing(path) as part:
        part.write_text(written(scenario, study, base, folder), encoding="utf-8", newline="\n")
    return path


def read(name: str, config: Path, folder: Path) -> Scenario:
    """Read a scenario that was saved.

    Raises
    ------
    ConfigError
        There is none of that name, or it is damaged.
    """
    path = folder / f"{name}.yaml"
    if not path.is_file():
        raise ConfigError("unknown_scenario", name=name, known=", ".join(names(folder)) or "-")
    study, own, whole = load(path), content(path), load(config)
    weights: dict[str, float] = {}
    if "criteria" in own:  # a criterion left out has no weight
        weights = dict.fromkeys((known.id for known in whole.criteria), 0.0)
        weights |= {kept.id: kept.weight for kept in study.criteria}
    return Scenario(
        what_if=study.what_if or WhatIf(),
        thresholds_minutes=study.thresholds_minutes,
        weights=weights,
        service="" if study.services[0] == whole.services[0] else study.services[0].id,
        mode="" if study.roads.mode == whole.roads.mode else study.roads.mode,
    )
