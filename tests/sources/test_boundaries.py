"""Commune boundaries: formats, coordinate systems, geometries."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Polygon, box

from siting.errors import InputError, InputWarning
from siting.sources import boundaries

SQUARES = [box(2.0, 44.0, 2.1, 44.1), box(2.1, 44.0, 2.2, 44.1)]


def frame(shapes=SQUARES, codes=("12001", "12002"), crs=4326):
    return gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapes, crs=crs)


def refused(path):
    with pytest.raises(InputError) as caught:
        boundaries.read(path)
    for language in ("fr", "en"):
        assert path.name in caught.value.text(language)
    return caught.value.key


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_both_formats_give_the_same(tmp_path, suffix):
    path = tmp_path / f"communes.{suffix}"
    frame().to_file(path)
    read = boundaries.read(path)
    assert read["code"].tolist() == ["12001", "12002"]
    assert read.geometry.geom_equals_exact(gpd.GeoSeries(SQUARES, crs=4326), 1e-9).all()


def test_a_metric_layer_keeps_its_system(tmp_path):
    path = tmp_path / "communes.gpkg"
    frame().to_crs(2154).to_file(path)
    assert boundaries.read(path).crs.to_epsg() == 2154


def test_metres_declared_as_degrees(tmp_path):
    path = tmp_path / "communes.gpkg"
    frame().to_crs(2154).set_crs(4326, allow_override=True).to_file(path)
    assert refused(path) == "crs_out_of_range"


def test_degrees_declared_as_metres(tmp_path):
    path = tmp_path / "communes.gpkg"
    frame().set_crs(2154, allow_override=True).to_file(path)
    assert refused(path) == "metric_crs_over_degrees"


@pytest.mark.filterwarnings("ignore:.crs. was not provided:UserWarning")
def test_no_coordinate_system(tmp_path):
    path = tmp_path / "communes.gpkg"
    frame(crs=None).to_file(path)
    assert refused(path) == "no_crs"


@pytest.mark.parametrize(
    ("shapes", "codes", "key"),
    [
        (SQUARES, ("12001", "12001"), "duplicate_ids"),
        ([SQUARES[0], LineString([(2, 44), (3, 45)])], ("12001", "12002"), "bad_geometry"),
        (
            [SQUARES[0], Polygon([(2, 44), (3, 45), (2, 44)])],
            ("12001", "12002"),
            "bad_geometry",
        ),
        ([SQUARES[0], None], ("12001", "12002"), "bad_geometry"),
    ],
    ids=["repeated code", "line", "no area", "nothing"],
)
def test_wrong_rows(tmp_path, shapes, codes, key):
    path = tmp_path / "communes.geojson"
    frame(shapes, codes).to_file(path)
    assert refused(path) == key


def test_a_column_is_missing(tmp_path):
    path = tmp_path / "communes.geojson"
    frame().rename(columns={"code": "insee"}).to_file(path)
    assert refused(path) == "missing_column"


def test_a_file_cut_in_half(tmp_path):
    path = tmp_path / "communes.geojson"
    frame().to_file(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refused(path) in {"unreadable_layer", "empty_table", "missing_column"}


def test_no_file_and_no_layer(tmp_path):
    assert refused(tmp_path / "absent.geojson") == "missing_file"
    path = tmp_path / "notes.geojson"
    path.write_text("not a layer", encoding="utf-8")
    assert refused(path) == "unreadable_layer"


def geojson(path, ring):
    shape = {"type": "Polygon", "coordinates": [ring]}
    properties = {"code": "12001", "name": "a"}
    feature = {"type": "Feature", "properties": properties, "geometry": shape}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    path.write_text(content, encoding="utf-8")
    return path


RING = [[2, 44], [3, 44], [3, 45], [2, 45], [2, 44]]


def test_a_polygon_that_crosses_itself_is_repaired_with_a_warning(tmp_path):
    path = geojson(tmp_path / "a.geojson", [[2, 44], [3, 45], [3, 44], [2, 45], [2, 44]])
    with pytest.warns(InputWarning, match="12001"):
        (shape,) = boundaries.read(path).geometry
    assert shape.is_valid
    assert shape.area == pytest.approx(0.5)


def test_a_ring_that_is_not_closed_is_closed_with_a_warning(tmp_path):
    path = geojson(tmp_path / "a.geojson", RING[:-1])
    with pytest.warns(InputWarning, match=r"a\.geojson"):
        (shape,) = boundaries.read(path).geometry
    assert shape.area == pytest.approx(1)


@pytest.mark.parametrize("corner", [[float("nan"), 45], [None, 45]])
def test_a_corner_that_is_no_number_is_refused(tmp_path, corner):
    path = geojson(tmp_path / "a.geojson", [*RING[:2], corner, *RING[3:]])
    with pytest.raises(InputError, match=r"a\.geojson"):
        boundaries.read(path)
