"""Projections of official files: Lambert 93 in metropolitan France, one for each overseas area."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Transformer

LAMBERT_X, LAMBERT_Y = (-400_000, 1_400_000), (6_000_000, 7_200_000)  # metropolitan France
METROPOLITAN = 2154
OVERSEAS = {
    "971": 5490,
    "972": 5490,
    "973": 2972,
    "974": 2975,
    "975": 4467,
    "976": 4471,
    "977": 5490,
    "978": 5490,
}
"""EPSG code of official coordinates by département, where it is not Lambert 93."""


FRANCE = (
    (-6.0, 41.0, 10.5, 51.6),  # metropolitan
    (-63.5, 14.0, -60.5, 18.5),  # Antilles
    (-55.0, 2.0, -51.0, 6.0),  # Guyane
    (55.0, -21.6, 56.0, -20.7),  # La Réunion
    (44.8, -13.2, 45.5, -12.4),  # Mayotte
    (-56.6, 46.6, -56.0, 47.3),  # Saint-Pierre-et-Miquelon
)
"""West, south, east, north of the territories whose official files are read."""


def in_france(lon: pd.Series, lat: pd.Series) -> pd.Series:
    """Whether points in degrees lie in one of the territories."""
    inside = pd.Series(data=False, index=lon.index)
    for west, south, east, north in FRANCE:
        inside |= lon.between(west, east) & lat.between(south, north)
    return inside


def unprojected(x: pd.Series, y: pd.Series, epsg: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Longitude and latitude of projected coordinates, each in its own projection."""
    lon, lat = pd.Series(np.nan, index=x.index), pd.Series(np.nan, index=x.index)
    for code in sorted(epsg.dropna().unique()):
        here = (epsg == code) & x.notna() & y.notna()
        project = Transformer.from_crs(int(code), 4326, always_xy=True)
        lon[here], lat[here] = project.transform(x[here].to_numpy(), y[here].to_numpy())
    return lon, lat
