"""The places that lie in the ground around a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry


def places_in(points: pd.DataFrame, area: BaseGeometry, crs: str) -> pd.DataFrame:
    """Keep the places (`lon,lat`) that lie in an area of a metric system; none without a place."""
    project = Transformer.from_crs(4326, crs, always_xy=True)
    placed = points[points["lon"].notna() & points["lat"].notna()]
    x, y = project.transform(placed["lon"].to_numpy(), placed["lat"].to_numpy())
    shapely.prepare(area)
    inside: pd.DataFrame = placed[shapely.covers(area, shapely.points(x, y))]
    return inside
