"""Demand cells of a study from a file: siting's table, INSEE's squares, or a raster of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.contracts import CELLS, check
from siting.errors import InputError
from siting.sources import facts, filosofi, streams

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

RASTERS = (".tif", ".tiff", ".vrt")
HALF_DIAGONAL = 0.71  # of a square of side 1: its centre may lie so far from the ground it shares


@dataclass(frozen=True)
class Demand:
    """Cells as read.

    Attributes
    ----------
    cells
        See `tables.CELLS`; INSEE's squares also say `imputed` and `age_…`.
    off_area_km
        How far from the area the point of a cell may lie although people of the area live in it;
        None: the reader placed the cells by the boundaries.
    """

    cells: pd.DataFrame
    off_area_km: float | None = 0.0

    def __len__(self) -> int:
        """Give the number of cells."""
        return len(self.cells)


def read(path: Path, boundaries: gpd.GeoDataFrame, recoded: Mapping[str, str]) -> Demand:
    """Read the cells of a study.

    Parameters
    ----------
    path
        siting's CSV, INSEE's grid of 200 m or 1 km in any of its forms, or a raster of people.
    boundaries
        Of the study's communes: `code` and polygons.
    recoded
        Codes of other vintages, and the commune that each became (`territory.codes.recoded`).

    Raises
    ------
    InputError
        See the reader of the file's kind.
    """
    if path.suffix.lower() in RASTERS:
        # GDAL only where a raster is read
        from siting.sources import population_raster  # noqa: PLC0415

        cells = population_raster.read(path, boundaries)
        return Demand(cells.assign(id=cells["cell_id"]), None)
    if not streams.fits(path, filosofi.LAYOUTS):
        return Demand(facts.cells(path))
    squares = filosofi.read(path, frozenset(boundaries["code"]) | recoded.keys())
    now = squares["commune_code"].map(lambda code: recoded.get(code, code))
    cells = check(squares.assign(commune_code=now), CELLS, path)
    reach = HALF_DIAGONAL * float(squares["size_m"].max()) / 1000
    return Demand(cells.assign(id=cells["cell_id"]), reach)


def probe(path: Path) -> None:
    """Read cells without knowing the area, to tell what is wrong with their file.

    Raises
    ------
    InputError
        See the readers; INSEE's squares are `no_row_of_the_area` where nothing else is wrong.
    """
    if path.suffix.lower() in RASTERS:
        if not path.is_file():
            raise InputError("missing_file", file=path)
    elif streams.fits(path, filosofi.LAYOUTS):
        filosofi.read(path, frozenset())
    else:
        facts.cells(path)
