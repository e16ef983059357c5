"""GeoParquet, which the GDAL of the wheels does not open: told by its name, one layer a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    from pathlib import Path

PARQUET = (".parquet", ".geoparquet")


def is_parquet(path: Path) -> bool:
    """Whether a file is GeoParquet by its name."""
    return path.suffix.lower() in PARQUET


def read_parquet(path: Path) -> gpd.GeoDataFrame:
    """Read a GeoParquet file; a ValueError says that it is none, or damaged."""
    try:
        return gpd.read_parquet(path)
    except OSError as error:  # what Arrow makes of a damaged file
        raise ValueError(error) from error
