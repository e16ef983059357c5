"""Projections of official files: Lambert 93 in metropolitan France, one for each overseas area."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Transformer

LAMBERT_X, LAMBERT_Y = (-400_000, 1_400_000), (6_000_000, 7_200_000)  # metropolitan France
METROPOLITAN = 2154
OVERSEAS = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}
"""EPSG code of official coordinates by département, where it is not Lambert 93."""


def unprojected(x: pd.Series, y: pd.Series, epsg: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Longitude and latitude of projected coordinates, each in its own projection."""
    lon, lat = pd.Series(np.nan, index=x.index), pd.Series(np.nan, index=x.index)
    for code in sorted(epsg.dropna().unique()):
        here = (epsg == code) & x.notna() & y.notna()
        project = Transformer.from_crs(int(code), 4326, always_xy=True)
        lon[here], lat[here] = project.transform(x[here].to_numpy(), y[here].to_numpy())
    return lon, lat
