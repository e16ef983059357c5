"""A study's data as files to hand on: GeoPackage, GeoParquet, CSV, Excel, GeoTIFF, TopoJSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siting import contracts, texts
from siting.atomic_files import replacing_all
from siting.errors import require_known
from siting.outputs import (
    data_files,
    geopackage,
    qgis_styles,
    scales,
    signs,
    topojson,
    web_map,
    workbook,
)
from siting.outputs.data_files import MOST_ROWS, About, ColumnMeaning
from siting.outputs.theme import DEFAULT, Theme
from siting.publish import geometry, sources
from siting.publish.maps.mapped import MappedResult
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from siting.study.result import Result

FORMATS = ("gpkg", "geoparquet", "csv", "csv-fr", "xlsx", "geotiff", "topojson")
ON_REQUEST = ("csv-fr",)
MEANINGS: tuple[tuple[signs.Meaning, str], ...] = (("facility", "NOT IN"), ("part_time", "IN"))
COMMUNES = ["code", "name", "population", "epci_code", "epci_name"]
CELLS = ["cell_id", "commune_code", "population"]
FACILITIES = ["service", "id", "name", "kind", "commune_code", "lon", "lat"]


@dataclass(frozen=True)
class WrittenExports:
    """Files written, and what was left out, with the reason."""

    files: tuple[str, ...]
    skipped: dict[str, str]


def require_formats(names: Sequence[str]) -> tuple[str, ...]:
    """Formats asked for; all but those on request where none is named.

    Raises
    ------
    ConfigError
        One is unknown.
    """
    chosen = require_known("unknown_export_format", names, FORMATS)
    return chosen or tuple(name for name in FORMATS if name not in ON_REQUEST)


def about(result: Result) -> About:
    """What the files say of where their figures come from."""
    notices = []
    for table in result.inputs:
        source = table.source
        if source is None:
            notices.append(_undocumented(table.path.rsplit("/", 1)[-1]))
            continue
        attribution = source.attribution.get(texts.language(), source.title)
        notices.append(
            {
                "title": source.title,
                "producer": source.producer,
                "vintage": source.vintage,
                "licence": source.licence,
                "status": t(f"map.status.{source.status}"),
                "attribution": attribution,
            }
        )
    lines = sources.source_lines(result)
    documented = sum(table.source is not None for table in result.inputs)
    notices += [
        {**_undocumented(line["text"]), "status": line["status"], "attribution": line["text"]}
        for line in lines[documented:]
    ]
    return About(result.study.title, tuple(notices))


def tags(result: Result) -> dict[str, str]:
    """Title, source, licence and vintage of the whole, as short texts."""
    return about(result).tags


def _undocumented(name: str) -> dict[str, str]:
    keys = ("producer", "vintage", "licence", "status", "attribution")
    return {"title": name, **dict.fromkeys(keys, "")}


def layers(result: Result) -> dict[str, gpd.GeoDataFrame]:
    """Layers in the study's metric system; the figures are those of the maps and of `coverage.csv`.

    Returns
    -------
    `communes`, `cells` (polygons), `facilities`, `candidates`.
    """
    mapped = MappedResult(result)
    crs, study = result.study.territory.crs, result.study
    communes, cells = result.communes[COMMUNES].copy(), result.cells[CELLS].copy()
    for service in study.services:
        minutes = mapped.access(service.id)["minutes"].to_numpy()
        by_commune = mapped.by_commune(minutes.astype(np.float64))
        communes[f"minutes_{service.id}"] = by_commune["mean"].to_numpy()
        cells[f"minutes_{service.id}"] = minutes
        for limit in study.thresholds_minutes:
            covered = mapped.covered_communes(service.id, limit)["covered_share"]
            communes[f"share_{service.id}_{limit:g}min"] = covered.to_numpy(np.float64)
    shapes = geometry.squares(result.cells, result.study.territory.crs)
    ranked = result.scores.table().drop(columns=["name", "commune_code"])
    places = result.candidates.rename(columns={"id": "site_id"})
    kept = ["site_id", "name", "commune_code", "lon", "lat", "geometry"]
    mended = result.communes.set_geometry(web_map.mended(result.communes.geometry))
    shapes_by_layer = {
        "communes": mended[["geometry"]].join(communes),
        "cells": shapes[["geometry"]].join(cells),
        "facilities": result.facilities[[*FACILITIES, "geometry"]],
        "candidates": places[kept].merge(ranked, on="site_id").sort_values("rank"),
    }
    ordered = {
        name: layer[[*(c for c in layer.columns if c != "geometry"), "geometry"]]
        for name, layer in shapes_by_layer.items()
    }
    return {name: layer.to_crs(crs).reset_index(drop=True) for name, layer in ordered.items()}


def styles(result: Result, theme: Theme, column: str = "") -> dict[str, str]:
    """Styles that QGIS loads by itself, by layer.

    Parameters
    ----------
    column
        Column of the communes' minutes; `minutes_<first service>` where empty.
    """
    first = f"minutes_{result.study.services[0].id}"
    kinds = ", ".join(f"'{kind}'" for kind in signs.PART_TIME)
    scale = scales.minutes(theme)
    facilities = [
        qgis_styles.StyleRule(
            f"\"service\" = '{service.id}' AND coalesce(\"kind\", '') {within} ({kinds})",
            t(f"exports.sign.{meaning}", service=service.name),
            sign=signs.of(meaning, theme),
        )
        for service in result.study.services
        for meaning, within in MEANINGS
    ]
    candidate = qgis_styles.StyleRule("", t("map.candidates"), sign=signs.of("candidate", theme))
    return {
        "communes": qgis_styles.qml("fill", qgis_styles.rules(column or first, scale)),
        "cells": qgis_styles.qml("fill", qgis_styles.rules(first, scale)),
        "facilities": qgis_styles.qml("marker", facilities, "name"),
        "candidates": qgis_styles.qml("marker", [candidate], "name"),
    }


CONTRACTS = (
    contracts.COMMUNES,
    contracts.CELLS,
    contracts.POINTS,
    contracts.COVERAGE,
    contracts.SCORES,
)
"""Contracts of the tables that are exported: they say the units of their columns."""


def define(column: str, table: str, result: Result) -> ColumnMeaning:
    """What a column holds, from the catalogue."""
    services = {service.id: service.name for service in result.study.services}
    for key, name in services.items():
        if column == f"minutes_{key}":
            kind = "cell_minutes" if table == "cells" else "minutes"
            return ColumnMeaning(t(f"exports.column.{kind}", service=name), "min")
        if column.startswith(f"share_{key}_"):
            limit = column.removeprefix(f"share_{key}_").removesuffix("min")
            return ColumnMeaning(t("exports.column.share", service=name, minutes=limit), "share")
    for criterion in result.scores.criteria:
        meaning = t(f"criteria.{criterion.name}.name", number=criterion.number)
        if column == criterion.id:
            unit = criterion.definition.unit
            return ColumnMeaning(meaning, {"people": "inhabitants"}.get(unit, unit))
        if column == f"{criterion.id}_norm":
            return ColumnMeaning(t("exports.column.normalised", name=meaning))
    units = {part.name: part.unit for contract in CONTRACTS for part in contract.columns}
    return ColumnMeaning(t(f"exports.column.{column}"), units.get(column, ""))


def write(
    result: Result,
    folder: Path,
    names: Sequence[str],
    say: Callable[[str], None],
    theme: Theme = DEFAULT,
) -> WrittenExports:
    """Write the files of each format; all of them, or none.

    Parameters
    ----------
    names
        Formats; all but those on request where empty.
    say
        Called with what is being written.

    Raises
    ------
    ConfigError
        A format is unknown.
    OutputError
        The folder cannot be written to.
    """
    chosen, name = require_formats(names), result.study.name
    tables_by_layer, notice = layers(result), about(result)
    tables = {
        key: pd.DataFrame(layer.drop(columns="geometry")) for key, layer in tables_by_layer.items()
    }
    tables["coverage"] = result.coverage
    defined = {
        key: {str(c): define(str(c), key, result) for c in table.columns}
        for key, table in tables.items()
    }
    skipped: dict[str, str] = {}
    with replacing_all(folder) as part:
        for format_name in chosen:
            say(t("exports.writing", name=format_name))
            if format_name == "gpkg":
                looks = styles(result, theme)
                geopackage.write(part / f"{name}.gpkg", tables_by_layer, looks, notice.tags)
            elif format_name == "geoparquet":
                for key, layer in tables_by_layer.items():
                    data_files.write_parquet(part / f"{name}_{key}.parquet", layer, notice)
            elif format_name in ("csv", "csv-fr"):
                french = format_name == "csv-fr"
                for key, table in tables.items():
                    path = part / f"{name}_{key}{'_fr' if french else ''}.csv"
                    data_files.write_table(path, table, defined[key], notice, french=french)
            elif format_name == "xlsx":
                _workbook(part / f"{name}.xlsx", tables, defined, notice, skipped)
            elif format_name == "geotiff":
                for service in result.study.services:
                    minutes = tables_by_layer["cells"][f"minutes_{service.id}"].to_numpy(np.float64)
                    path = part / f"{name}_{service.id}.tif"
                    scale = scales.minutes(theme)
                    data_files.write_raster(path, tables_by_layer["cells"], minutes, scale, notice)
            else:
                text = topojson.write(
                    _zones(tables_by_layer["communes"]), {**notice.tags, "sources": notice.sources}
                )
                path = part / f"{name}.topojson"
                path.write_text(text, encoding="utf-8", newline="\n")
        files = tuple(sorted(path.name for path in part.iterdir()))
    return WrittenExports(files, skipped)


def _workbook(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    defined: Mapping[str, Mapping[str, ColumnMeaning]],
    notice: About,
    skipped: dict[str, str],
) -> None:
    """The workbook, without the tables that a sheet cannot hold."""
    order = ("communes", "coverage", "candidates", "facilities", "cells")
    sheets: dict[str, pd.DataFrame] = {}
    of_sheet: dict[str, Mapping[str, ColumnMeaning]] = {}
    for key in order:
        title = t(f"exports.sheet.{key}")
        if len(tables[key]) > MOST_ROWS:
            reason = t("exports.too_many", count=texts.number(len(tables[key])))
            skipped[f"{path.name}, {title}"] = reason
            continue
        sheets[title] = tables[key]
        of_sheet[title] = defined[key]
    workbook.write(path, sheets, of_sheet, notice)


def _zones(communes: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Communes simplified as a coverage, and the EPCI that they make."""
    simple = communes.copy()
    shapes = communes.geometry.to_numpy()
    simple = simple.set_geometry(shapely.coverage_simplify(shapes, 50.0), crs=communes.crs)
    of = simple[simple["epci_code"] != ""]
    if of.empty:
        return {"communes": simple}
    parts = of.dissolve("epci_code", aggfunc={"epci_name": "first", "population": "sum"})
    return {"communes": simple, "epci": parts.reset_index()}
