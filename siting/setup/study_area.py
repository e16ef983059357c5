"""The ground around a study: its buffered area, and the places that lie in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry


def buffered(
    shapes: gpd.GeoDataFrame, buffer_km: float, crs: str
) -> tuple[BaseGeometry, BaseGeometry]:
    """Give the buffered area in longitude and latitude, and in metres.

    Parameters
    ----------
    shapes
        Communes of the study.
    buffer_km
        Kilometres beyond them.
    crs
        Metric system.
    """
    metric = shapes.to_crs(crs).geometry.union_all().buffer(buffer_km * 1000)
    back = Transformer.from_crs(crs, 4326, always_xy=True)
    degrees = shapely.transform(
        metric.simplify(100), lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1]))
    )
    return degrees, metric


def places_in(points: pd.DataFrame, area: BaseGeometry, crs: str) -> pd.DataFrame:
    """Keep the places (`lon,lat`) that lie in an area of a metric system; none without a place."""
    project = Transformer.from_crs(4326, crs, always_xy=True)
    placed = points[points["lon"].notna() & points["lat"].notna()]
    x, y = project.transform(placed["lon"].to_numpy(), placed["lat"].to_numpy())
    shapely.prepare(area)
    inside: pd.DataFrame = placed[shapely.covers(area, shapely.points(x, y))]
    return inside
