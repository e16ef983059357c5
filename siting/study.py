"""The only composer: walks a study's stages in order and writes the results."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from siting import ground, provenance
from siting import inputs as study_inputs
from siting.files import replacing_all
from siting.measures import coverage as coverages
from siting.network.roads import RoadNetwork
from siting.outputs import geopackage, tables, web_map
from siting.sites import criteria, scores
from siting.studies import exports as study_exports
from siting.studies import extras as study_extras
from siting.studies import location_tables, site_facts
from siting.studies import maps as study_maps
from siting.studies import measures as study_measures
from siting.studies import schedule as study_schedule
from siting.studies import theme as study_theme
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.config import Study
    from siting.ground import Ground
    from siting.inputs import Inputs
    from siting.provenance import Input
    from siting.sites.scores import Scores


@dataclass(frozen=True)
class Result:
    """What a run found.

    Attributes
    ----------
    study, inputs
        The configuration and the files read.
    communes
        Communes with geometry, `minutes` (people-weighted mean to the first service's nearest
        facility) and `unreached` people.
    cells
        Demand cells with geometry where there is one.
    facilities, candidates
        Points, with `service` for facilities.
    access, coverage
        The tables of `access.csv` and `coverage.csv`.
    scores
        Scores of the candidates.
    measures
        Tables of the other measures that the configuration asks for, by name.
    ground
        Files, cells and roads that all of it was computed from.
    extras
        Tables of viability, effects and calendar that the configuration asks for, by name.
    epci
        Code of the EPCI that it was cut to; None: the whole study.
    """

    study: Study
    inputs: list[Input]
    communes: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    access: pd.DataFrame
    coverage: pd.DataFrame
    scores: Scores
    measures: dict[str, pd.DataFrame]
    ground: Ground
    extras: dict[str, pd.DataFrame]
    epci: str | None = None

    @property
    def roads(self) -> dict[str, Any]:
        """What became of the OSM extract that was read; empty on a table of distances."""
        network = self.ground.router.network
        return asdict(network.report) if isinstance(network, RoadNetwork) else {}

    @property
    def cells_modelled(self) -> bool:
        """Whether the people within communes are spread by a model."""
        return self.study.cells.file is None


def check(study: Study, say: Callable[[str], None]) -> Inputs:
    """Read and check every input, without computing; raises a `SitingError` with all problems."""
    say(t("progress.inputs"))
    read = study_inputs.read(study)
    study_extras.check(study, read)
    return read


def run(study: Study, say: Callable[[str], None]) -> Result:
    """Compute a study.

    Parameters
    ----------
    study
        The configuration.
    say
        Called with the name of each stage as it begins.
    """
    base = ground.prepare(study, say)
    study_extras.check(study, base.read)
    read, router, cells, demand = base.read, base.router, base.cells, base.demand
    say(t("progress.times"))
    access = pd.concat(
        [base.access(one.id, read.services[one.id]) for one in study.services], ignore_index=True
    )
    say(t("progress.measures"))
    covered = coverages.coverage(access, read.zones, study.thresholds_minutes)
    say(t("progress.sites"))
    chosen = [criteria.parse(one.id) for one in study.criteria]
    first = access[access["service"] == study.services[0].id]
    found = site_facts.gather(base, first)
    ranked = scores.weighted_mean(
        read.candidates.rename(columns={"id": "site_id"}),
        chosen,
        [one.weight for one in study.criteria],
        criteria.values(chosen, found),
        study.equipment_cap,
    )
    facilities = pd.concat(
        [read.services[one.id].assign(service=one.id) for one in study.services],
        ignore_index=True,
    )
    summary = coverages.summary(first, "commune_code").reset_index(names="code")
    communes = read.boundaries[["code", "geometry"]].merge(read.communes, on="code")
    communes = communes.merge(summary.drop(columns="population"), on="code", how="left")
    return Result(
        study,
        read.read,
        communes.rename(columns={"mean_minutes": "minutes"}),
        cells,
        _points(facilities),
        _points(read.candidates),
        access,
        covered,
        ranked,
        study_measures.compute(study, read, router, cells, demand, access),
        base,
        study_extras.compute(base),
    )


def write(result: Result, folder: Path, say: Callable[[str], None]) -> Path:
    """Write every file of a run into a folder; all of them, or none.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    say(t("progress.outputs"))
    with replacing_all(folder) as part:
        tables.write_csv(part / "access.csv", result.access)
        tables.write_csv(part / "coverage.csv", result.coverage)
        tables.write_csv(part / "scores.csv", result.scores.table())
        for name, table in result.measures.items():
            tables.write_csv(part / f"measure_{name}.csv", table)
        for name, table in result.extras.items():
            tables.write_csv(part / f"{name}.csv", table)
        if "calendar" in result.extras:
            days = study_schedule.icalendar(result.study, result.extras)
            (part / "calendar.ics").write_bytes(days.encode())
        if "location" in result.extras:
            (part / "location.json").write_bytes(location_tables.document(result.extras).encode())
        look = study_theme.load(result.study)
        styles = study_exports.styles(result, look, "minutes")
        geopackage.write(part / "study.gpkg", _layers(result), styles, study_exports.tags(result))
        web_map.write(part / "map.html", study_maps.overview(result, look), look)
        manifest = provenance.manifest(
            _plain(result.study.model_dump(), result.study.base),
            result.inputs,
            _figures(result),
            sorted(part.iterdir()),
        )
        (part / "manifest.json").write_text(manifest, encoding="utf-8", newline="\n")
    return folder


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """A table of places with its points."""
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326)
    return gpd.GeoDataFrame(table, geometry=points)


def _layers(result: Result) -> dict[str, gpd.GeoDataFrame]:
    """Layers of `study.gpkg`, all in the study's metric system."""
    crs = result.study.territory.crs
    minutes = result.access.set_index(["cell_id", "service"])["minutes"].unstack("service")  # noqa: PD010
    cells = result.cells.merge(
        minutes.add_prefix("minutes_").reset_index(), on="cell_id", how="left"
    )
    ranked = result.scores.table().drop(columns=["name", "commune_code"])
    candidates = result.candidates.rename(columns={"id": "site_id"}).merge(ranked, on="site_id")
    layers = {
        "communes": result.communes,
        "cells": cells,
        "facilities": result.facilities,
        "candidates": candidates,
    }
    if "offers" in result.extras:
        layers["offers"] = _points(result.extras["offers"])
    return {name: layer.to_crs(crs) for name, layer in layers.items()}


def _figures(result: Result) -> dict[str, Any]:
    """Counts worth keeping in the manifest: cells, people, and those without a time, by reason."""
    unreached = result.access[result.access["reason"] != ""]
    lost = unreached.groupby(["service", "reason"])["population"].sum()
    return {
        "cells": len(result.cells),
        "population": float(result.cells["population"].sum()),
        "population_without_time": {
            ":".join(map(str, key)): float(people)
            for key, people in zip(lost.index.to_list(), lost, strict=True)
        },
        "cells_modelled": result.cells_modelled,
        "quality": _rows(result.ground.read.quality),
        "roads": result.roads or "distances",
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as JSON holds them, NaN as null."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any, base: Path) -> Any:
    """Values of a configuration as JSON holds them, paths relative to the configuration."""
    if isinstance(value, dict):
        return {key: _plain(item, base) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, base) for item in value]
    if isinstance(value, Path):
        return provenance.relative(value, base)
    return value if isinstance(value, str | int | float | bool | None) else str(value)
