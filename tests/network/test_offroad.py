"""Walking over the ground: Tobler's function, a plane by hand, Andorra with its mountains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.network import offroad, osm
from siting.times import matrix


def test_tobler_s_published_values():
    # 5 km/h on the flat, 6 km/h down a slope of 5 %
    assert offroad.tobler_kmh(np.array([0.0, -0.05])) == pytest.approx([5.037, 6.0], abs=1e-3)


def test_a_leg_is_the_mean_of_both_ways():
    up, down = offroad.tobler_kmh(np.array([0.2])), offroad.tobler_kmh(np.array([-0.2]))
    expected = 1000 * 3.6 / 0.6 * (1 / up + 1 / down) / 2
    assert offroad.walk_seconds(np.array([1000.0]), np.array([200.0])) == pytest.approx(expected)


def test_a_plane_is_walked_in_straight_lines():
    flat = offroad._neighbours(np.zeros((5, 6)), 10.0, None)
    seconds = offroad.dijkstra(flat, indices=0).reshape(5, 6)
    pace = 3.6 / 0.6 / 5.0372  # seconds a metre
    assert seconds[0, 5] == pytest.approx(50 * pace, rel=1e-3)
    assert seconds[4, 4] == pytest.approx(40 * np.sqrt(2) * pace, rel=1e-3)


def test_ground_that_cannot_be_walked_is_gone_round():
    effort = np.ones((3, 3), np.float32)
    effort[0, 1] = np.inf
    graph = offroad._neighbours(np.zeros((3, 3)), 10.0, effort)
    seconds = offroad.dijkstra(graph, indices=0).reshape(3, 3)
    pace = 3.6 / 0.6 / 5.0372
    assert np.isinf(seconds[0, 1])
    assert seconds[0, 2] == pytest.approx(20 * np.sqrt(2) * pace, rel=1e-3)


@pytest.fixture(scope="module")
def andorra(samples):
    roads = osm.read(samples / "osm" / "andorra.osm.pbf")
    tile = samples / "osm" / "N42E001.hgt.zip"
    return roads, offroad.ground(roads, tile), tile


def test_far_off_points_walk_to_a_road(andorra):
    roads, ground, _ = andorra
    # the Estanys de Juclar, a mountain lake without a road, and the capital
    points = pd.DataFrame(
        {"id": ["lake", "town"], "lon": [1.716, 1.5218], "lat": [42.608, 42.5075]}
    )
    assert list(roads.attach(points).reason) == ["too_far_from_road", ""]
    walked = offroad.WalkedNetwork(roads, ground)
    joined = walked.attach(points)
    assert list(joined.reason) == ["", ""]
    assert joined.distance_m[0] > 1000
    minutes = matrix.dense(matrix.prepare(walked), joined, joined).minutes
    walk = joined.local.access[0] / 600
    # no faster than 6 km/h x 0.6 in a straight line, and the way to town holds the walk
    assert walk > joined.distance_m[0] / 1000 / 3.6 * 60
    assert minutes[0, 1] > walk
    assert minutes[1, 0] > walk
    # points near a road are as before
    before = roads.attach(points)
    town = slice(before.leaving.first[1], before.leaving.first[2])
    there = slice(joined.leaving.first[1], joined.leaving.first[2])
    assert (before.leaving.duration[town] == joined.leaving.duration[there]).all()


def test_times_are_least_to_any_road(andorra):
    _, ground, _ = andorra
    known = np.isfinite(ground.seconds)
    assert known.mean() > 0.5
    # a step to the east takes no more than the ground there allows: no jump between neighbours
    both = known[:, 1:] & known[:, :-1]
    seconds = np.where(known, ground.seconds, 0)
    jump = np.abs(np.diff(seconds, axis=1))[both]
    assert jump.max() < offroad.walk_seconds(np.array([60.0]), np.array([200.0]))[0]
    assert (ground.road[known] >= 0).all()


def test_elevation_of_elsewhere_or_broken(andorra, tmp_path):
    roads, _, _ = andorra
    (tmp_path / "bad.tif").write_bytes(b"no raster")
    with pytest.raises(InputError, match="illisible"):
        offroad.ground(roads, tmp_path / "bad.tif")
    with pytest.raises(InputError, match="introuvable"):
        offroad.ground(roads, tmp_path / "none.tif")
