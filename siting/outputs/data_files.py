"""Data files to hand on: GeoParquet, CSV with its description, GeoTIFF in colours, Excel workbook.

Every file carries where its figures come from: in its own metadata where its format has some; a CSV
has none, so its description stands beside it as the W3C names it (CSV on the Web).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.outputs import zips
from siting.outputs.tables import for_spreadsheets, write_csv
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from siting.outputs.web_map import ViewScale

MOST_ROWS = 1_048_575  # of an Excel sheet, its head apart
MOST_PIXELS = 8000  # along a side of a raster
FIXED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no time zone
CORE = "docProps/core.xml"
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")  # openpyxl writes the moment of saving
NO_DATA = 255


@dataclass(frozen=True)
class About:
    """What a file says of itself.

    Attributes
    ----------
    title
        Of the study.
    sources
        For each table read: `title,producer,vintage,licence,status,attribution`.
    """

    title: str
    sources: tuple[dict[str, str], ...]

    def joined(self, key: str) -> str:
        """One fact of all sources, each once."""
        return " ; ".join(dict.fromkeys(source[key] for source in self.sources if source[key]))

    @property
    def tags(self) -> dict[str, str]:
        """Title, source, licence and vintage as short texts."""
        return {
            "title": self.title,
            "source": self.joined("attribution"),
            "licence": self.joined("licence"),
            "vintage": self.joined("vintage"),
        }


@dataclass(frozen=True)
class ColumnMeaning:
    """What a column holds."""

    meaning: str
    unit: str = ""


def write_parquet(path: Path, layer: gpd.GeoDataFrame, about: About) -> None:
    """Write a layer as GeoParquet; the schema's metadata say sources, licences, vintages."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - only where it is asked for

    layer.to_parquet(path, index=False)
    table = pq.read_table(path)
    metadata = {"siting": json.dumps({**about.tags, "sources": about.sources}, ensure_ascii=False)}
    flat = {key: value.encode() for key, value in {**about.tags, **metadata}.items()}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **flat}), path)


def write_table(
    path: Path,
    table: pd.DataFrame,
    definitions: Mapping[str, ColumnMeaning],
    about: About,
    *,
    french: bool,
) -> None:
    """Write a CSV, and its description beside it (`NAME-metadata.json`).

    Parameters
    ----------
    french
        Semicolons, decimal commas and a byte-order mark, as a French Excel reads them; texts that
        it would compute are neutralised (`tables.for_spreadsheets`).
    """
    if french:
        for_spreadsheets(table).to_csv(
            path, sep=";", decimal=",", index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
    else:
        write_csv(path, table)
    numbers = {column for column in table if pd.api.types.is_numeric_dtype(table[column])}
    columns = [
        {
            "name": str(name),
            "dc:description": definitions[str(name)].meaning,
            "siting:unit": definitions[str(name)].unit,
            "datatype": {"base": "number", "format": {"decimalChar": ","}}
            if french and name in numbers
            else "number"
            if name in numbers
            else "string",
        }
        for name in table.columns
    ]
    content = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": path.name,
        "dc:title": about.title,
        "dc:source": about.joined("attribution"),
        "dc:license": about.joined("licence"),
        "dc:temporal": about.joined("vintage"),
        "siting:sources": list(about.sources),
        "dialect": {"delimiter": ";" if french else ",", "encoding": "utf-8"},
        "tableSchema": {"columns": columns},
    }
    beside = path.with_name(f"{path.name}-metadata.json")
    beside.write_text(
        json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
    )


def write_raster(
    path: Path,
    cells: gpd.GeoDataFrame,
    minutes: np.ndarray[Any, np.dtype[np.float64]],
    scale: ViewScale,
    about: About,
) -> None:
    """Write travel times as a GeoTIFF with a colour table: minutes rounded up, 255 for none.

    Rounded up, a pixel is within a whole threshold when its cell is. 254 stands for 254 and more.

    Parameters
    ----------
    cells
        Polygons in metres.
    minutes
        One a cell, NaN where there is none.
    scale
        Classes that colour the values.
    """
    import rasterio  # noqa: PLC0415 - only where it is asked for
    from rasterio import features  # noqa: PLC0415

    west, south, east, north = cells.total_bounds
    side = float(np.median(np.sqrt(cells.geometry.area.to_numpy()))) / 4
    size = max(side, (east - west) / MOST_PIXELS, (north - south) / MOST_PIXELS, 1.0)
    size = float(np.ceil(size / 10) * 10) if size > 10 else size
    columns, rows = int(np.ceil((east - west) / size)), int(np.ceil((north - south) / size))
    transform = rasterio.transform.from_origin(west, north, size, size)
    known = ~np.isnan(minutes)
    whole = np.minimum(np.ceil(np.round(minutes[known] * 600) / 600 - 1e-9), NO_DATA - 1)
    shapes = zip(cells.geometry[known], whole.astype(int).tolist(), strict=True)
    values = features.rasterize(
        shapes, (rows, columns), fill=NO_DATA, transform=transform, dtype="uint8"
    )
    profile = {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": 1,
        "dtype": "uint8",
        "crs": cells.crs,
        "transform": transform,
        "nodata": NO_DATA,
        "compress": "deflate",
        "photometric": "palette",
    }
    bounds = np.asarray(scale.limits)
    colours = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in scale.colours]
    table = {v: (*colours[int(np.searchsorted(bounds, v))], 255) for v in range(NO_DATA)}
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(values, 1)
        raster.write_colormap(1, {**table, NO_DATA: (255, 255, 255, 0)})
        raster.set_band_description(1, t("exports.raster"))
        tags = about.tags
        raster.update_tags(
            TIFFTAG_IMAGEDESCRIPTION=tags["title"],
            TIFFTAG_COPYRIGHT=f"{tags['source']} | {tags['licence']}",
            SOURCE=tags["source"],
            LICENCE=tags["licence"],
            VINTAGE=tags["vintage"],
            UNIT="min",
        )


def write_workbook(
    path: Path,
    sheets: Mapping[str, pd.DataFrame],
    definitions: Mapping[str, Mapping[str, ColumnMeaning]],
    about: About,
) -> None:
    """Write tables as an Excel workbook: formats, filters, a sheet of definitions, one of sources.

    Parameters
    ----------
    sheets
        Tables by the name of their sheet; at most `MOST_ROWS` rows each.
    definitions
        Of each sheet's columns.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - only where it is asked for

    book = Workbook(write_only=False)
    book.remove(book.active)
    book.properties.title = about.title
    book.properties.creator = "siting"
    book.properties.description = f"{about.joined('attribution')} | {about.joined('licence')}"
    book.properties.created = book.properties.modified = FIXED
    for name, table in sheets.items():
        units = [definitions[name][str(column)].unit for column in table.columns]
        _fill(book.create_sheet(name), table, units)
    dictionary = pd.DataFrame(
        [
            (
                name,
                str(column),
                definitions[name][str(column)].meaning,
                definitions[name][str(column)].unit,
            )
            for name, table in sheets.items()
            for column in table.columns
        ],
        columns=[t(f"exports.head.{head}") for head in ("sheet", "column", "meaning", "unit")],
    )
    _fill(book.create_sheet(t("exports.sheet.definitions")), dictionary, [""] * 4)
    keys = ("title", "producer", "vintage", "licence", "status", "attribution")
    listed = pd.DataFrame([[source[key] for key in keys] for source in about.sources], columns=keys)
    listed.columns = pd.Index([t(f"exports.head.{key}") for key in keys])
    _fill(book.create_sheet(t("exports.sheet.sources")), listed, [""] * len(keys))
    raw = BytesIO()
    book.save(raw)
    files = zips.read(raw)
    files[CORE] = MODIFIED.sub(rf"\g<1>{FIXED:%Y-%m-%dT%H:%M:%SZ}".encode(), files[CORE])
    zips.write(path, files)


FORMATS = {"share": "0.0%", "min": "0.0", "inhabitants": "#,##0", "count": "#,##0", "points": "0.0"}


def _fill(sheet: Any, table: pd.DataFrame, units: Sequence[str]) -> None:
    """Write a table on a sheet: head in bold and frozen, a filter, a format a column."""
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet.append([str(column) for column in table.columns])
    plain = table.astype(object).where(table.notna(), None)
    for number, row in enumerate(plain.itertuples(index=False, name=None), 2):
        sheet.append([_plain(value) for value in row])
        for i, value in enumerate(row, 1):
            if isinstance(value, str) and value.startswith("="):
                sheet.cell(number, i).data_type = "s"  # a name that begins with = is a name
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8ECEE")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for i, unit in enumerate(units, 1):
        longest = max([len(str(table.columns[i - 1])), *map(len, plain.iloc[:200, i - 1].map(str))])
        sheet.column_dimensions[get_column_letter(i)].width = min(60, max(10, longest + 2))
        if unit in FORMATS:
            for (cell,) in sheet.iter_rows(min_row=2, min_col=i, max_col=i):
                cell.number_format = FORMATS[unit]
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _plain(value: Any) -> Any:
    """A value as Excel holds it."""
    if isinstance(value, np.generic):
        value = value.item()
    return round(value, 6) if isinstance(value, float) else value
