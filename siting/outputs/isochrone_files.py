"""Isochrones and routes as files."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING

from siting import vector_files
from siting.atomic_files import replacing, replacing_all
from siting.outputs import geopackage
from siting.times import isochrones
from siting.times.journeys import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from siting.times.journeys import Journey
    from siting.times.matrix import Router
    from siting.times.routes import Route


def write(
    path: Path,
    router: Router,
    points: pd.DataFrame,
    minutes: Sequence[float],
    *,
    towards: bool,
    cell_m: float,
    rasters: Path | None = None,
) -> int:
    """Write the isochrones of points (EPSG:4326): GeoPackage, or GeoParquet by the file's name.

    Parameters
    ----------
    path
        Where to write.
    points
        `id,lon,lat`.
    minutes
        Thresholds, increasing; for each point the largest isochrone comes first, so that smaller
        ones are drawn over it.
    towards, cell_m
        See `isochrones.surface`.
    rasters
        Folder for a GeoTIFF of each point's surface, named after its id; none unless given.

    Returns
    -------
    Number of isochrones written.
    """
    draw = isochrones.by_road(router, minutes[-1], towards=towards, cell_m=cell_m)
    return write_drawn(path, points, minutes, draw, rasters)


def write_drawn(
    path: Path,
    points: pd.DataFrame,
    minutes: Sequence[float],
    draw: Callable[[pd.DataFrame], isochrones.Surface],
    rasters: Path | None = None,
) -> int:
    """Write isochrones of points whose surfaces `draw` gives: see `write`."""
    with contextlib.ExitStack() as stack:  # the files, or none of them
        part_path = stack.enter_context(replacing(path))
        folder = None if rasters is None else stack.enter_context(replacing_all(rasters))

        def raster(name: str, minutes: isochrones.Surface) -> None:
            if folder is not None:
                isochrones.write_raster(folder / f"{_file_name(name)}.tif", minutes)

        layer = isochrones.contours(points, minutes, draw, raster)
        if vector_files.is_parquet(path):
            layer.to_parquet(part_path, index=False)
        else:
            geopackage.write(part_path, {"isochrones": layer})
    return len(layer)


def _file_name(identifier: object) -> str:
    """An identifier as a file name: anything but letters, digits, `-` and `_` becomes `_`."""
    return re.sub(r"[^\w-]", "_", str(identifier))


def write_route(path: Path, route: Route) -> None:
    """Write a route as GeoJSON, its minutes and kilometres by class of road as properties."""
    properties = {
        "minutes": round(route.minutes, 2),
        "km": {kind: round(metres / 1000, 3) for kind, metres in route.metres.items()},
    }
    _write_lines(path, [(properties, route.line)])


def write_journeys(path: Path, journeys: Sequence[Journey]) -> None:
    """Write journeys by timetable as GeoJSON, a line a leg.

    Properties: `journey` and `leg`, numbers from 1; `mode`, `walk` or `ride`; `route`, `from`,
    `to`, names; `start`, `end`, clock times to the second.
    """
    _write_lines(
        path,
        [
            (
                {
                    "journey": number,
                    "leg": k,
                    "mode": leg.mode,
                    "route": leg.route,
                    "from": leg.from_name,
                    "to": leg.to_name,
                    "start": clock(leg.start),
                    "end": clock(leg.end),
                },
                leg.line,
            )
            for number, journey in enumerate(journeys, 1)
            for k, leg in enumerate(journey.legs, 1)
        ],
    )


def _write_lines(
    path: Path, lines: Sequence[tuple[dict[str, object], npt.NDArray[np.float64]]]
) -> None:
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "LineString", "coordinates": line.round(6).tolist()},
        }
        for properties, line in lines
    ]
    content = {"type": "FeatureCollection", "features": features}
    with replacing(path) as part:
        part.write_bytes((json.dumps(content, ensure_ascii=False) + "\n").encode())
