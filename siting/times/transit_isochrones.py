"""Isochrones by timetable: from where, or to where, one is within so many minutes.

The centre of each cell of a grid is an origin, or a place, like any other: its time is the one that
half of the departures of the window take at most, exact to the second. Only cells are looked at
whose centre is within a walk of the point, or of a stop that some departure reaches it from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from siting.times import transit
from siting.times.isochrones import Surface
from siting.times.walking import OnRoads

if TYPE_CHECKING:
    from siting.network.routing import Float64
    from siting.network.timetable import Timetable
    from siting.times.isochrones import Float32
    from siting.times.transit import Window
    from siting.times.walking import Walking

HALF = 50  # percentile of the departures


@dataclass(frozen=True)
class TransitSurface:
    """What isochrones by timetable are drawn of.

    Attributes
    ----------
    timetable, way
        What runs, and how one walks.
    window
        Of departures or arrivals; its limit is the largest isochrone's.
    cap_min
        Minutes that one walks at most in one go.
    towards
        True for times to the point, False for times from it.
    cell_m
        Side of the grid's cells, metres.
    """

    timetable: Timetable
    way: Walking
    window: Window
    cap_min: float
    towards: bool
    cell_m: float


def surface(question: TransitSurface, point: pd.DataFrame) -> Surface:
    """Minutes between one point and everywhere within the limit.

    Parameters
    ----------
    point
        One row, `id,lon,lat`.

    Raises
    ------
    InputError
        The window lasts longer than a search.
    """
    near = pd.concat([point, _stops_within(question, point)], ignore_index=True)
    crs = _metric(question.way, point)
    placed = gpd.points_from_xy(near["lon"], near["lat"], crs=4326).to_crs(crs)
    xy = np.column_stack([placed.x, placed.y])
    metres = question.way.kmh / 3.6 * 60 * question.cap_min
    cell = question.cell_m
    low = np.floor((xy.min(axis=0) - metres) / cell) * cell - cell
    size = np.ceil((xy.max(axis=0) + metres - low) / cell).astype(int) + 2
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    centres = low + cell * np.column_stack([columns.ravel(), rows.ravel()])
    looked_at = KDTree(xy).query(centres, distance_upper_bound=metres + cell)[0] < np.inf
    minutes = np.full(len(centres), np.nan, np.float32)
    minutes[looked_at] = _minutes(question, point, _cells(centres[looked_at], crs))
    return Surface(minutes.reshape(size[1], size[0]), float(low[0]), float(low[1]), cell, crs)


def _minutes(question: TransitSurface, point: pd.DataFrame, others: pd.DataFrame) -> Float32:
    ends = (others, point) if question.towards else (point, others)
    walks = transit.access(question.way, question.timetable, *ends, question.cap_min)
    return transit.windows(question.timetable, walks, question.window, [HALF]).minutes.ravel()


def _stops_within(question: TransitSurface, point: pd.DataFrame) -> pd.DataFrame:
    """Stops between which and the point some departure takes no longer than the limit.

    The window is widened by a walk at either side, since a stop is not where one sets out.
    """
    stops = question.timetable.stops
    stops = stops[stops["lon"].notna()][["id", "lon", "lat"]]
    window = question.window
    walk = int(np.ceil(question.cap_min))
    wider = replace(window, start=window.start - 60 * walk, minutes=window.minutes + 2 * walk)
    ends = (stops, point) if question.towards else (point, stops)
    walks = transit.access(question.way, question.timetable, *ends, question.cap_min)
    share = transit.windows(question.timetable, walks, wider, [], [wider.limit_s / 60]).share
    reached: pd.DataFrame = stops[share[0].ravel() > 0]
    return reached


def _metric(way: Walking, point: pd.DataFrame) -> str:
    """The metric coordinate system of the roads, or of the point."""
    if isinstance(way, OnRoads):
        from siting.times.isochrones import with_geometry  # noqa: PLC0415 - roads only

        return with_geometry(way.router).snapper.crs
    where = gpd.GeoSeries(gpd.points_from_xy(point["lon"], point["lat"]), crs=4326)
    return str(where.estimate_utm_crs())


def _cells(centres: Float64, crs: str) -> pd.DataFrame:
    """Centres as points, `id,lon,lat`."""
    degrees = gpd.points_from_xy(centres[:, 0], centres[:, 1], crs=crs).to_crs(4326)
    ids = np.arange(len(centres)).astype(str)
    return pd.DataFrame({"id": ids, "lon": degrees.x, "lat": degrees.y})
