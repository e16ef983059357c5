"""Times on a distance table, worked by hand and against networkx."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import box

from siting.errors import NetworkError
from siting.network.distance_table import NodeAccess, build, closed
from siting.times import matrix

CRS = "EPSG:2154"
X0, Y0 = 660_000, 6_360_000
ACCESS = NodeAccess(speed_kmh=36, detour=1.5, outside_speed_kmh=72, outside_cap_km=12)


def lonlat(x, y):
    return Transformer.from_crs(CRS, 4326, always_xy=True).transform(x, y)


def points(rows):
    """Points at metric offsets from (X0, Y0)."""
    lon, lat = lonlat(*(np.array([[X0 + x, Y0 + y] for _, x, y in rows], float).T))
    return pd.DataFrame({"id": [r[0] for r in rows], "lon": lon, "lat": lat})


@pytest.fixture
def network():
    """Three communes in a row, 10 km squares, chef-lieu in the middle; A-B 10 min, B-C 20 min."""
    lon, lat = lonlat(np.array([X0 + 5000, X0 + 15000, X0 + 25000]), np.full(3, Y0 + 5000))
    communes = pd.DataFrame({"code": ["A", "B", "C"], "chef_lieu_lon": lon, "chef_lieu_lat": lat})
    squares = [box(X0 + i * 10000, Y0, X0 + (i + 1) * 10000, Y0 + 10000) for i in range(3)]
    boundaries = gpd.GeoDataFrame({"code": ["A", "B", "C"]}, geometry=squares, crs=CRS)
    links = pd.DataFrame({"from_code": ["A", "B"], "to_code": ["B", "C"], "minutes": [10.0, 20.0]})
    return build(links, communes, boundaries, CRS, ACCESS)


def minutes(network, a, b):
    return matrix.dense(
        matrix.prepare(network), network.attach(points(a)), network.attach(points(b))
    ).minutes


def test_local_legs_at_both_ends(network):
    # 1 km x 1.5 at 36 km/h = 2.5 min at each end, and 10 + 20 min of road
    result = minutes(network, [("o", 4000, 5000)], [("d", 25000, 6000)])
    assert result[0, 0] == pytest.approx(35, abs=0.01)


def test_same_commune_goes_straight_when_that_is_shorter(network):
    # 200 m apart, both 3 km from the chef-lieu
    result = minutes(network, [("o", 5000, 8000)], [("d", 5200, 8000)])
    assert result[0, 0] == pytest.approx(0.5, abs=0.01)


def test_a_point_beyond_the_border_uses_the_best_attachment_point(network):
    # 6 km west of A's chef-lieu: 6 x 1.5 at 72 km/h = 7.5 min; B is beyond the cap of 12 km
    joined = network.attach(points([("o", -1000, 5000)]))
    assert list(network.codes[joined.leaving.node]) == ["A"]
    assert joined.distance_m[0] == pytest.approx(6000, abs=1)
    result = minutes(network, [("o", -1000, 5000)], [("d", 15000, 5000)])
    assert result[0, 0] == pytest.approx(17.5, abs=0.01)


def test_a_point_far_off_has_a_reason(network):
    joined = network.attach(points([("far", -100_000, 0), ("near", 5000, 5000)]))
    assert list(joined.reason) == ["too_far_from_road", ""]
    table = matrix.long(matrix.dense(matrix.prepare(network), joined, joined))
    assert list(table["reason"]) == ["too_far_from_road"] * 3 + [""]
    assert list(table["minutes"].isna()) == [True, True, True, False]


def test_commune_code_decides_where_it_is_given(network):
    rows = points([("o", 10_050, 5000)]).assign(commune_code="A")  # just over the boundary
    assert list(network.codes[network.attach(rows).leaving.node]) == ["A"]
    assert list(network.codes[network.attach(rows[["id", "lon", "lat"]]).leaving.node]) == ["B"]


def test_equals_networkx(network):
    rng = np.random.default_rng(0)
    a = [(f"o{i}", *rng.uniform([0, 0], [30000, 10000])) for i in range(20)]
    b = [(f"d{i}", *rng.uniform([0, 0], [30000, 10000])) for i in range(20)]
    result = minutes(network, a, b)
    graph = nx.Graph()
    graph.add_edge("A", "B", minutes=10)
    graph.add_edge("B", "C", minutes=20)
    ways = dict(nx.all_pairs_dijkstra_path_length(graph, weight="minutes"))
    centre = {"A": 5000, "B": 15000, "C": 25000}

    def leg(x, y, u, v):
        return np.hypot(x - u, y - v) * 1.5 / 600  # minutes at 36 km/h

    for i, (_, x, y) in enumerate(a):
        for j, (_, u, v) in enumerate(b):
            here, there = "ABC"[int(x // 10000)], "ABC"[int(u // 10000)]
            way = leg(x, y, centre[here], 5000) + ways[here][there]
            expected = way + leg(u, v, centre[there], 5000)
            if here == there:
                expected = min(expected, leg(x, y, u, v))
            assert result[i, j] == pytest.approx(expected, abs=0.01)


def test_a_limit_leaves_pairs_out(network):
    joined = network.attach(points([("o", 5000, 5000)]))
    ends = network.attach(points([("b", 15000, 5000), ("c", 25000, 5000)]))
    whole = matrix.dense(matrix.prepare(network), joined, ends)
    assert list(matrix.long(whole, limit=10)["destination_id"]) == ["b"]
    assert list(matrix.long(whole)["destination_id"]) == ["b", "c"]


def test_link_of_unknown_commune_names_the_row():
    links = pd.DataFrame({"from_code": ["A", "Z"], "to_code": ["B", "A"], "minutes": [1.0, 1.0]})
    communes = pd.DataFrame(
        {"code": ["A", "B"], "chef_lieu_lon": [2.5, 2.6], "chef_lieu_lat": [44.3, 44.3]}
    )
    boundaries = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=[box(0, 0, 1, 1)] * 2, crs=CRS)
    with pytest.raises(NetworkError, match="ligne 3"):
        build(links, communes, boundaries, CRS, ACCESS)


def test_islands_have_no_route():
    lon, lat = lonlat(np.array([X0 + 5000, X0 + 15000]), np.full(2, Y0 + 5000))
    communes = pd.DataFrame({"code": ["A", "B"], "chef_lieu_lon": lon, "chef_lieu_lat": lat})
    squares = [box(X0, Y0, X0 + 10000, Y0 + 10000), box(X0 + 10000, Y0, X0 + 20000, Y0 + 10000)]
    boundaries = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=squares, crs=CRS)
    links = pd.DataFrame({"from_code": ["A"], "to_code": ["A"], "minutes": [1.0]})
    net = build(links, communes, boundaries, CRS, ACCESS)
    pair = net.attach(points([("a", 5000, 5000)])), net.attach(points([("b", 15000, 5000)]))
    assert list(matrix.long(matrix.dense(matrix.prepare(net), *pair))["reason"]) == ["no_route"]


def test_blocks_of_origins_make_the_whole(network, monkeypatch):
    rng = np.random.default_rng(3)
    some = points([(f"o{i}", *rng.uniform([-9000, 0], [39000, 10000])) for i in range(23)])
    router = matrix.prepare(network)
    whole = pd.concat(matrix.blocks(router, some, some), ignore_index=True)
    monkeypatch.setattr(matrix, "BLOCK_ENTRIES", 100)
    parts = list(matrix.blocks(router, some, some))
    assert len(parts) > 3
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_a_closed_link_is_not_used(network):
    a, b, c = ([(name, x, 5000)] for name, x in (("a", 5000), ("b", 15000), ("c", 25000)))
    shut = closed(network, [1])
    assert minutes(shut, a, b)[0, 0] == minutes(network, a, b)[0, 0] == 10
    assert minutes(network, a, c)[0, 0] == 30
    assert np.isnan(minutes(shut, a, c)[0, 0])
    with pytest.raises(NetworkError, match="0 à 1"):
        closed(network, [5])
