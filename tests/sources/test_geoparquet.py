"""GeoParquet is read wherever GeoPackage is, and gives the same."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siting.errors import InputError
from siting.network import bdtopo
from siting.outputs import isochrone_files
from siting.sources import boundaries, context_layers, official_boundaries
from siting.times import matrix

SUFFIXES = (".gpkg", ".parquet", ".geoparquet")
SQUARES = [shapely.box(x, 44, x + 0.1, 44.1) for x in (2.0, 2.1)]


def written(folder, frame):
    """The same layer in each format."""
    paths = [folder / f"layer{suffix}" for suffix in SUFFIXES]
    frame.to_file(paths[0], layer="troncon_de_route")
    for path in paths[1:]:
        frame.to_parquet(path)
    return paths


def communes():
    names = {"code": ["12001", "12002"], "name": ["A", "B"]}
    return gpd.GeoDataFrame(names, geometry=SQUARES, crs=4326)


@pytest.mark.parametrize(
    "read",
    [boundaries.read, lambda path: official_boundaries.read(path, ["12001", "12002"])],
)
def test_boundaries(tmp_path, read):
    first, *others = map(read, written(tmp_path, communes()))
    for other in others:
        assert other["code"].tolist() == first["code"].tolist()
        assert other.crs == first.crs
        areas = shapely.symmetric_difference(other.geometry.array, first.geometry.array)
        assert shapely.area(areas).max() == 0


def test_background(tmp_path):
    shapes = communes().assign(**{"class": "lake"})
    first, *others = map(context_layers.shapes, written(tmp_path, shapes))
    for other in others:
        pd.testing.assert_frame_equal(pd.DataFrame(other), pd.DataFrame(first))


def sections():
    """A cross of roads of BD TOPO."""
    ends = [((0, 0), (1000, 0)), ((1000, 0), (2000, 0)), ((1000, 0), (1000, 900))]
    return gpd.GeoDataFrame(
        {
            "cleabs": ["T1", "T2", "T3"],
            "nature": "Route à 1 chaussée",
            "importance": "3",
            "sens_de_circulation": "Double sens",
            "vitesse_moyenne_vl": [60, 60, 40],
            "acces_vehicule_leger": "Libre",
        },
        geometry=[
            shapely.LineString([(660_000 + x, 6_360_000 + y) for x, y in line]) for line in ends
        ],
        crs=2154,
    )


def test_roads_and_isochrones(tmp_path):
    networks = [bdtopo.read(path) for path in written(tmp_path, sections())]
    first, *others = networks
    for other in others:
        assert np.array_equal(other.length_m, first.length_m)
        assert np.array_equal(other.graph.duration, first.graph.duration)
    router = matrix.prepare(first)
    lon, lat = (float(value[0]) for value in first.positions)
    points = pd.DataFrame({"id": ["x"], "lon": [lon], "lat": [lat]})
    layers = []
    for suffix in SUFFIXES:
        path = tmp_path / f"isochrones{suffix}"
        isochrone_files.write(path, router, points, [1.0], towards=True, cell_m=50)
        read = gpd.read_file(path) if suffix == ".gpkg" else gpd.read_parquet(path)
        layers.append(read)
    assert all(layer.crs == layers[0].crs for layer in layers)
    for layer in layers[1:]:
        assert layer["minutes"].tolist() == layers[0]["minutes"].tolist()
        assert layer.geometry.iloc[0].symmetric_difference(layers[0].geometry.iloc[0]).area < 1e-12


@pytest.mark.parametrize("content", [b"", b"PAR1 is not enough", b"PAR1" + bytes(60) + b"PAR1"])
@pytest.mark.parametrize(
    "read",
    [
        boundaries.read,
        bdtopo.read,
        context_layers.shapes,
        lambda path: official_boundaries.read(path, ["12001"]),
    ],
)
def test_damaged_files_are_refused(tmp_path, read, content):
    path = tmp_path / "communes.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read(path)
    assert "communes.parquet" in refused.value.text("en")


def test_a_table_without_shapes_is_refused(tmp_path):
    path = tmp_path / "communes.parquet"
    pd.DataFrame({"code": ["12001"], "name": ["A"]}).to_parquet(path)
    with pytest.raises(InputError):
        boundaries.read(path)
