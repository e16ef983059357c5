"""A result as the folder of a run: tables, GeoPackage, map, manifest; all of them, or none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from siting import provenance
from siting.atomic_files import replacing_all
from siting.outputs import geopackage, tables, web_map
from siting.publish import exports as study_exports
from siting.publish.maps import overview
from siting.study.stages import location_tables
from siting.study.stages import schedule as study_schedule
from siting.study.stages import theme as study_theme
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from siting.study.result import Result


def write(result: Result, folder: Path, say: Callable[[str], None]) -> Path:
    """Write every file of a run into a folder; all of them, or none.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    say(t("progress.outputs"))
    with replacing_all(folder) as part:
        for name, table in result.tables.items():
            tables.write_csv(part / f"{name}.csv", table)
        if "calendar" in result.extras:
            days = study_schedule.icalendar(result.study, result.extras)
            (part / "calendar.ics").write_bytes(days.encode())
        if "location" in result.extras:
            (part / "location.json").write_bytes(location_tables.document(result.extras).encode())
        look = study_theme.load(result.study)
        styles = study_exports.styles(result, look, "minutes")
        geopackage.write(part / "study.gpkg", _layers(result), styles, study_exports.tags(result))
        web_map.write(part / "map.html", overview.page(result, look), look)
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
        "warnings": [
            {"role": role, "key": warning.key, "text": warning.text()}
            for role, warning in result.ground.read.warnings
        ],
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
