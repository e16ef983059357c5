"""Data files to hand on: GeoParquet, CSV with its description, GeoTIFF in colours.

Every file carries where its figures come from: in its own metadata where its format has some; a CSV
has none, so its description stands beside it as the W3C names it (CSV on the Web).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.outputs.tables import for_spreadsheets, write_csv
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from siting.outputs.web_map import ViewScale

MOST_ROWS = 1_048_575  # of an Excel sheet, its head apart
MOST_PIXELS = 8000  # along a side of a raster
NO_DATA = 255
DECIMALS = {"share": 6}
MOST_DECIMALS = 5  # of other units; fewer would round twice what is shown with one


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
        return t("language.list_mark").join(
            dict.fromkeys(source[key] for source in self.sources if source[key])
        )

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
        for_spreadsheets(rounded(table, definitions)).to_csv(
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


def rounded(table: pd.DataFrame, definitions: Mapping[str, ColumnMeaning]) -> pd.DataFrame:
    """A table with as many decimals as its units mean: `4.13`, not `4.130000114440918`."""
    decimals = {
        column: DECIMALS.get(definitions[str(column)].unit, MOST_DECIMALS)
        for column in table
        if pd.api.types.is_float_dtype(table[column])
    }
    return table.astype(dict.fromkeys(decimals, np.float64)).round(decimals)


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
