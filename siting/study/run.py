"""The only composer: walks a study's stages in order. Nothing is written here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siting import contracts
from siting.measures import coverage as coverages
from siting.study import inputs as study_inputs
from siting.study import prepared
from siting.study.result import Result
from siting.study.stages import registry
from siting.study.stages import scores as study_scores
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.config import Study
    from siting.study.inputs import Inputs


def check(study: Study, say: Callable[[str], None]) -> Inputs:
    """Read and check every input as `run` will, without searching a route.

    Roads of an extract are read whole: nothing else tells that the file is sound.

    Raises
    ------
    SitingError
        What `run` would be refused for: the one problem, or a `ProblemsError` with all of them.
    """
    say(t("progress.inputs"))
    read = study_inputs.read(study)
    changed = prepared.changed(study, read)
    registry.check(study, changed)
    if study.roads.osm is None:
        return read
    say(t("progress.network"))  # kept on this machine: the run opens them
    _, warned = prepared.with_roads(study, changed)
    return replace(read, warnings=warned.warnings)


def run(study: Study, say: Callable[[str], None]) -> Result:
    """Compute a study.

    Parameters
    ----------
    study
        The configuration.
    say
        Called with the name of each stage as it begins.
    """
    base = prepared.prepare(study, say)
    registry.check(study, base.read)
    read = base.read
    say(t("progress.times"))
    access = pd.concat(
        [base.access(service.id, read.services[service.id]) for service in study.services],
        ignore_index=True,
    )
    contracts.require({"access": access}, (contracts.ACCESS,))
    say(t("progress.measures"))
    covered = coverages.coverage(access, read.zones, study.thresholds_minutes)
    contracts.require({"coverage": covered}, (contracts.COVERAGE,))
    say(t("progress.sites"))
    first = access[access["service"] == study.services[0].id]
    candidates = study_scores.values(base, first["minutes"].to_numpy())
    ranked = study_scores.by_own_weights(study, candidates)
    contracts.require({"scores": ranked.table()}, (contracts.SCORES,))
    facilities = pd.concat(
        [read.services[service.id].assign(service=service.id) for service in study.services],
        ignore_index=True,
    )
    summary = coverages.summary(first, "commune_code").reset_index(names="code")
    communes = read.boundaries[["code", "geometry"]].merge(read.communes, on="code")
    communes = communes.merge(summary.drop(columns="population"), on="code", how="left")
    made = registry.compute(base, access)
    measures = made.pop("measures", {})
    return Result(
        study,
        read.read,
        communes.rename(columns={"mean_minutes": "minutes"}),
        base.cells,
        _points(facilities),
        _points(read.candidates),
        access,
        covered,
        ranked,
        measures,
        base,
        {name: table for tables in made.values() for name, table in tables.items()},
    )


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """A table of places with its points."""
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326)
    return gpd.GeoDataFrame(table, geometry=points)
