"""Zones of communes, and points in the study area or near it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.affinity import translate
from shapely.geometry import box

from siting.errors import InputError
from siting.territory import area

CRS = "EPSG:2154"
X0, Y0 = 660_000, 6_360_000
COMMUNES = pd.DataFrame(
    {
        "code": ["A", "B", "C"],
        "name": ["Aa", "Bb", "Cc"],
        "epci_code": ["2", "1", "2"],
        "epci_name": ["Two", "One", "Two"],
    }
)


def degrees(x, y):
    return Transformer.from_crs(CRS, 4326, always_xy=True).transform(x, y)


@pytest.fixture
def boundaries():
    squares = [box(X0 + i * 10_000, Y0, X0 + (i + 1) * 10_000, Y0 + 10_000) for i in range(3)]
    return gpd.GeoDataFrame({"code": ["A", "B", "C"]}, geometry=squares, crs=CRS)


def points(*places):
    lon, lat = degrees(*np.array(places, float).T)
    return pd.DataFrame({"id": [f"p{i}" for i in range(len(places))], "lon": lon, "lat": lat})


def test_zones_of_every_kind():
    zones = area.zones(COMMUNES, ("12", "All"), {"z": ("Mine", ["A", "1"])})
    members = zones.groupby(["zone_kind", "zone_code"])["commune_code"].agg("".join).to_dict()
    assert members == {
        ("department", "12"): "ABC",
        ("epci", "1"): "B",
        ("epci", "2"): "AC",
        ("custom", "z"): "AB",
        ("commune", "A"): "A",
        ("commune", "B"): "B",
        ("commune", "C"): "C",
    }
    with pytest.raises(InputError, match="Q"):
        area.zones(COMMUNES, ("12", "All"), {"z": ("Mine", ["A", "Q"])})


def test_points_within_the_buffer_pass_and_the_first_beyond_is_named(boundaries):
    near = points((X0 + 5000, Y0 + 5000), (X0 - 900, Y0), (X0 + 30_900, Y0 + 10_000))
    area.require_near(near, area.surroundings(boundaries, CRS), 1.0, Path("f.csv"))
    far = points((X0 + 5000, Y0 + 5000), (X0, Y0 - 7000), (X0, Y0 - 8000))
    with pytest.raises(InputError) as caught:
        area.require_near(far, area.surroundings(boundaries, CRS), 1.0, Path("f.csv"))
    said = caught.value.text("en")
    assert "f.csv, row 3" in said
    assert "p1" in said
    assert "7 km" in said


def test_swapped_longitude_and_latitude(boundaries):
    swapped = points((X0 + 5000, Y0 + 5000)).rename(columns={"lon": "lat", "lat": "lon"})
    with pytest.raises(InputError) as caught:
        area.require_near(swapped, area.surroundings(boundaries, CRS), 40, Path("f.csv"))
    assert caught.value.key == "outside_area"


def test_boundaries_that_do_not_hold_their_chefs_lieux(boundaries):
    x = X0 + np.array([5000, 15_000, 25_000])
    lon, lat = degrees(x, np.full(3, Y0 + 5000))
    communes = COMMUNES.assign(chef_lieu_lon=lon, chef_lieu_lat=lat)
    area.require_match(communes, boundaries, Path("b.geojson"))
    moved = boundaries.set_geometry([translate(s, 400_000) for s in boundaries.geometry], crs=CRS)
    with pytest.raises(InputError) as caught:
        area.require_match(communes, moved, Path("b.geojson"))
    assert caught.value.key == "boundaries_do_not_match"
