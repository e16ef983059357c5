"""Extracts that are missing, damaged, cut short or of another place, each with one clear error."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_roads import points, read, seconds, xml

from siting.errors import InputError, NetworkError
from siting.network import osm, speeds

STREET = xml({1: (0, 0), 2: (1000, 0)}, {1: ([1, 2], {"highway": "residential"})})


def fails(path, mode="car", given=None):
    with pytest.raises(InputError) as caught:
        osm.read(path, mode, speeds=given)
    assert str(path) in caught.value.text("fr")
    assert caught.value.text("en")
    return caught.value.key


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.62, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("name", ["andorra.osm.pbf", "liechtenstein-latest.osm.pbf"])
def test_pbf_cut_short(samples, tmp_path, name, share):
    whole = (samples / "osm" / name).read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert fails(path) in {"damaged_extract", "cut_extract"}


def test_pbf_damaged(samples, tmp_path):
    data = bytearray((samples / "osm" / "andorra.osm.pbf").read_bytes())
    data[5000:5200] = bytes(200)
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(data)
    assert fails(path) == "damaged_extract"


@pytest.mark.parametrize("content", [b"", b"not a pbf at all", b"\x00" * 500])
def test_not_a_pbf(tmp_path, content):
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(content)
    assert fails(path) == "damaged_extract"


def test_xml_cut_short(tmp_path):
    path = tmp_path / "roads.osm"
    path.write_text(STREET[: len(STREET) // 2], encoding="utf-8")
    assert fails(path) == "damaged_extract"


def test_missing_and_unknown_files(tmp_path):
    assert fails(tmp_path / "none.osm.pbf") == "missing_file"
    assert fails(tmp_path) == "missing_file"
    other = tmp_path / "roads.csv"
    other.write_text("id", encoding="utf-8")
    assert fails(other) == "not_an_extract"


def test_extract_without_roads_of_the_mode(tmp_path):
    path = tmp_path / "roads.osm"
    path.write_text(xml({1: (0, 0), 2: (9, 0)}, {1: ([1, 2], {"highway": "steps"})}), "utf-8")
    assert fails(path) == "no_roads"
    path.write_text(xml({1: (0, 0)}, {}), "utf-8")
    assert fails(path) == "no_roads"


def test_ways_without_their_nodes(tmp_path):
    path = tmp_path / "roads.osm"
    path.write_text(xml({}, {1: ([1, 2], {"highway": "residential"})}), "utf-8")
    assert fails(path) == "cut_extract"


@pytest.mark.parametrize(("suffix", "packed"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_packed_xml(tmp_path, suffix, packed):
    path = tmp_path / f"roads.osm{suffix}"
    path.write_bytes(packed(STREET.encode()))
    assert osm.read(path).report.length_km == pytest.approx(1, abs=1e-4)
    path.write_bytes(packed(STREET.encode())[:-20])
    assert fails(path) == "damaged_extract"


def test_unknown_mode(tmp_path):
    path = tmp_path / "roads.osm"
    path.write_text(STREET, "utf-8")
    with pytest.raises(NetworkError) as caught:
        osm.read(path, "boat")
    assert "car, bicycle, foot" in caught.value.text("fr")


def test_swapped_coordinates(tmp_path):
    network = read(tmp_path, STREET)
    given = points((0, 0), (500, 0))
    swapped = given.rename(columns={"lon": "lat", "lat": "lon"})
    with pytest.raises(NetworkError) as caught:
        network.attach(swapped)
    assert caught.value.key == "coordinates_swapped"
    assert "44.35" in caught.value.text("fr")
    elsewhere = given.assign(lat=given["lat"] + 3)
    with pytest.raises(NetworkError) as caught:
        network.attach(elsewhere)
    assert caught.value.key == "points_outside"
    # one far point among others is a reason, not an error
    joined = network.attach(pd.concat([given, elsewhere]))
    assert joined.reason.tolist() == ["", "", "too_far_from_road", "too_far_from_road"]


def test_speeds_of_ones_own(tmp_path):
    tree = Path(speeds.__file__).with_name("data") / "speeds.yaml"
    own = tmp_path / "speeds.yaml"
    text = tree.read_text(encoding="utf-8")
    changed = text.replace("residential:    {limit: urban, factor: 0.5}", "residential: {kmh: 36}")
    own.write_text(changed, "utf-8")
    network = read(tmp_path, STREET, given=speeds.load(own))
    assert seconds(network, (0, 0), (1000, 0)) == pytest.approx(100, abs=0.1)
    own.write_text(text.replace("\ncar:\n", "\ncar:\n  fitted: {residential: 0.5}\n"), "utf-8")
    network = read(tmp_path, STREET, given=speeds.load(own))
    assert seconds(network, (0, 0), (1000, 0)) == pytest.approx(288, abs=0.1)
    for broken in ("car: {", "car: {classes: {}}", "- 1", text.replace("access_kmh: 10 ", "x: 1 ")):
        own.write_text(broken, "utf-8")
        with pytest.raises(InputError) as caught:
            speeds.load(own)
        assert caught.value.key == ("bad_yaml" if broken == "car: {" else "bad_speeds")
    with pytest.raises(InputError):
        speeds.load(tmp_path / "none.yaml")
    with pytest.raises(InputError):
        speeds.load(country="XX")
    with pytest.raises(InputError):
        speeds.load(period="rush")


def test_same_network_twice(samples):
    one, two = (osm.read(samples / "osm" / "andorra.osm.pbf") for _ in range(2))
    for name in ("tail", "head", "duration"):
        assert np.array_equal(getattr(one.graph, name), getattr(two.graph, name))


def test_another_projection_joins_alike(samples):
    path = samples / "osm" / "andorra.osm.pbf"
    here, lambert = osm.read(path), osm.read(path, crs="EPSG:2154")
    rng = np.random.default_rng(5)
    vertex = rng.integers(0, len(here.lon), 500)
    places = pd.DataFrame(
        {
            "id": vertex.astype(str),
            "lon": here.lon[vertex] + rng.normal(0, 1e-3, 500),
            "lat": here.lat[vertex] + rng.normal(0, 1e-3, 500),
        }
    )
    one, two = here.attach(places), lambert.attach(places)
    assert (one.local.edge == two.local.edge).mean() > 0.99
    assert np.nanmax(np.abs(one.distance_m / two.distance_m - 1)) < 0.01
