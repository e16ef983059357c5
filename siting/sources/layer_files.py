"""Files of shapes, as GDAL opens them: the one place that judges them and says what is wrong.

GDAL opens a zip by itself, and would take out whatever it stands for.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from siting import archives, vector_files
from siting.errors import InputError, InputWarning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def names(path: Path) -> list[str]:
    """Names of a file's layers.

    Raises
    ------
    InputError
        See `read`.
    """
    import pyogrio  # noqa: PLC0415 - GDAL is long to load: only where a file is read

    if vector_files.is_parquet(path):
        return [path.stem]
    return [str(name) for name in _attempted(path, pyogrio.list_layers, path)[:, 0]]


def fields(path: Path, layer: str) -> list[str]:
    """Names of a layer's columns.

    Raises
    ------
    InputError
        See `read`.
    """
    import pyogrio  # noqa: PLC0415 - as above

    if vector_files.is_parquet(path):
        return [str(name) for name in _attempted(path, vector_files.read_parquet, path).columns]
    return [str(name) for name in _attempted(path, pyogrio.read_info, path, layer=layer)["fields"]]


def rows(
    path: Path, layer: str | None = None, *, encoding: str | None = None, numbered: bool = False
) -> pd.DataFrame:
    """Read a layer without its shapes.

    Parameters
    ----------
    numbered
        Give each row its number in the file as index, for `read`; else they count from 0.

    Raises
    ------
    InputError
        See `read`.
    """
    if vector_files.is_parquet(path):
        shapes = _attempted(path, vector_files.read_parquet, path).reset_index(drop=True)
        return pd.DataFrame(shapes.drop(columns=shapes.geometry.name))
    how = {"layer": layer, "encoding": encoding, "fid_as_index": numbered}
    frame: pd.DataFrame = _attempted(path, gpd.read_file, path, ignore_geometry=True, **how)
    return frame


def read(
    path: Path, layer: str | None = None, numbers: Sequence[int] | None = None
) -> gpd.GeoDataFrame:
    """Read a layer of shapes.

    Parameters
    ----------
    path
        GeoParquet, or any file that GDAL knows, or the zip that it comes in.
    layer
        The only one, or the first, by default.
    numbers
        Rows to read, by their number in the file; all of them by default.

    Returns
    -------
    Its columns and shapes, in its coordinate system, which may be unknown.

    Raises
    ------
    InputError
        The file is missing, damaged, empty or without shapes, or stands for far more than its size
        tells.

    Warns
    -----
    InputWarning
        Rings that were not closed are.
    """
    how: dict[str, Any] = {"layer": layer, "fids": numbers}
    try:
        if vector_files.is_parquet(path):
            whole = _attempted(path, vector_files.read_parquet, path).reset_index(drop=True)
            frame = whole if numbers is None else whole.iloc[list(numbers)]
        else:
            frame = _attempted(path, gpd.read_file, path, **how)
    except shapely.errors.GEOSException as error:
        frame = _attempted(path, gpd.read_file, path, **how, on_invalid="fix")
        warnings.warn(InputWarning("rings_closed", file=path, detail=error), stacklevel=3)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        raise InputError("empty_table", file=path)
    return frame


def _attempted(path: Path, action: Any, *given: Any, **how: Any) -> Any:
    """Do something with a file by GDAL, its errors told."""
    if not path.is_file():
        raise InputError("missing_file", file=path)
    archives.require_shapes(path)
    import pyogrio.errors  # noqa: PLC0415 - as above

    try:
        return action(*given, **how)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error
    except shapely.errors.GEOSException as error:
        if how.get("on_invalid") is None:
            raise
        raise InputError("unreadable_layer", file=path, detail=error) from error
