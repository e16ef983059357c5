"""Isochrones against the times of points, and routes against the matrix."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Geod, Transformer

from siting.errors import NetworkError
from siting.network import osm
from siting.outputs import isochrone_files
from siting.times import isochrones, matrix, routes

PLACES = {"andorra.osm.pbf": (1.5218, 42.5075), "liechtenstein-latest.osm.pbf": (9.5209, 47.141)}


@pytest.fixture(scope="module", params=sorted(PLACES))
def ready(request, samples):
    router = matrix.prepare(osm.read(samples / "osm" / request.param))
    lon, lat = PLACES[request.param]
    return router, pd.DataFrame({"id": ["p"], "lon": [lon], "lat": [lat]})


@pytest.mark.parametrize("towards", [True, False])
def test_inside_is_within_the_limit_and_outside_is_not(ready, towards):
    router, point = ready
    place = router.network.attach(point)
    limits = [5, 10, 15]
    found = isochrones.surface(router, place, 15, towards=towards, cell_m=50)
    shapes = isochrones.polygons(found, limits)
    for shape in shapes:
        assert shape.is_valid
        assert shape.area > 0
    for small, large in pairwise(shapes):
        assert large.buffer(0.01).covers(small)
    # random places on roads: no leg over the ground, so only the grid's tolerance matters
    network = router.network
    rng = np.random.default_rng(4)
    at = rng.choice(len(network.lon), 400, replace=False)
    others = pd.DataFrame({"id": at.astype(str), "lon": network.lon[at], "lat": network.lat[at]})
    joined = network.attach(others)
    pair = (joined, place) if towards else (place, joined)
    minutes = matrix.dense(router, *pair).minutes.ravel()
    x, y = Transformer.from_crs(4326, found.crs, always_xy=True).transform(
        network.lon[at], network.lat[at]
    )
    points = shapely.points(x, y)
    # two cells over the ground
    tolerance = 2 * 50 / (network.access_kmh / 0.06)
    for limit, shape in zip(limits, shapes, strict=True):
        inside = shapely.contains(shape, points)
        # a cell that two roads share belongs to one of them: 2 of 6,000 vertices fall out
        assert (inside | ~(minutes <= limit - tolerance)).mean() > 0.99
        # a place whose nearest edge is reached late may be nearer over the ground to another
        assert (minutes[inside] <= limit + tolerance).mean() > 0.95


def test_files(ready, tmp_path):
    router, point = ready
    point = point.assign(id="a/b")
    count = isochrone_files.write(
        tmp_path / "i.gpkg", router, point, [5, 10], towards=True, cell_m=100, rasters=tmp_path
    )
    assert count == 2
    layer = gpd.read_file(tmp_path / "i.gpkg", layer="isochrones")
    assert list(layer["minutes"]) == [10, 5]
    assert layer.crs.to_epsg() == 4326
    with rasterio.open(tmp_path / "a_b.tif") as raster:
        x, y = Transformer.from_crs(4326, raster.crs, always_xy=True).transform(
            point["lon"][0], point["lat"][0]
        )
        here = next(raster.sample([(x, y)]))[0]
        values = raster.read(1)
    assert 0 <= here < 2
    assert np.nanmax(values) <= 10


def test_routes_take_the_matrix_s_time_and_follow_the_roads(ready):
    router, _ = ready
    network = router.network
    rng = np.random.default_rng(5)
    at = rng.choice(np.flatnonzero(np.isfinite(network.lon)), 40, replace=False)
    ends = pd.DataFrame({"id": at.astype(str), "lon": network.lon[at], "lat": network.lat[at]})
    found = 0
    for k in range(0, 40, 2):
        one = network.attach(ends[k : k + 1])
        other = network.attach(ends[k + 1 : k + 2])
        minutes = matrix.dense(router, one, other).minutes[0, 0]
        if np.isnan(minutes):
            with pytest.raises(NetworkError):
                routes.route(router, one, other)
            continue
        route = routes.route(router, one, other)
        assert route.minutes == pytest.approx(minutes, abs=1e-4)
        length = Geod(ellps="WGS84").line_length(*route.line.T)
        assert sum(route.metres.values()) == pytest.approx(length, rel=1e-3, abs=2)
        # no jump: every step is along an edge
        for row, end, place in ((k, route.line[0], one), (k + 1, route.line[-1], other)):
            _, _, off = Geod(ellps="WGS84").inv(ends["lon"][row], ends["lat"][row], *end)
            assert off == pytest.approx(place.distance_m[0], abs=1)
        found += 1
    assert found > 10
