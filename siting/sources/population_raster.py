"""Any raster of people (GHSL, WorldPop…), shared among communes by the exact part of each pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import rasterio
from exactextract import exact_extract  # type: ignore[import-untyped]
from pyproj import Transformer
from rasterio.errors import RasterioIOError

from siting.contracts import CELLS, check
from siting.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd


def read(path: Path, boundaries: gpd.GeoDataFrame) -> pd.DataFrame:
    """Spread a raster's people over cells: one for each pixel and commune that share ground.

    Parameters
    ----------
    path
        Raster with people per pixel in band 1, of any coordinate system.
    boundaries
        `code` and polygons.

    Returns
    -------
    `tables.CELLS`: a pixel that several communes share gives each its part by area; the point is
    the pixel's centre. Pixels without people are left out.

    Raises
    ------
    InputError
        The file is missing, no raster, without a coordinate system, elsewhere, or holds negative
        counts that it does not declare as no data.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise InputError("no_crs", file=path)
            crs, extent = raster.crs.to_wkt(), raster.bounds
            shapes = boundaries.to_crs(crs)
            west, south, east, north = shapes.total_bounds
            if (
                east < extent.left
                or west > extent.right
                or north < extent.bottom
                or (south > extent.top)
            ):
                raise InputError("raster_elsewhere", file=path, crs=raster.crs.to_string())
            ops = ["values", "coverage", "center_x", "center_y", "cell_id"]
            sums = exact_extract(raster, shapes, ops, include_cols=["code"], output="pandas")
    except RasterioIOError as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error
    long = sums.explode(ops)
    values = np.ma.masked_invalid(long["values"].to_numpy(float))
    if (values < 0).any():
        raise InputError("negative_people", file=path, value=float(values.min()))
    people = values.filled(0.0) * long["coverage"].to_numpy(float)
    kept = long[people > 0]
    if kept.empty:
        raise InputError("raster_elsewhere", file=path, crs=crs[:40])
    back = Transformer.from_crs(crs, 4326, always_xy=True)
    lon, lat = back.transform(kept["center_x"].to_numpy(float), kept["center_y"].to_numpy(float))
    table = pd.DataFrame(
        {
            "cell_id": kept["cell_id"].astype(int).astype(str) + "_" + kept["code"],
            "commune_code": kept["code"],
            "population": people[people > 0],
            "lon": lon,
            "lat": lat,
        }
    )
    return check(table.sort_values("cell_id", ignore_index=True), CELLS, path)
