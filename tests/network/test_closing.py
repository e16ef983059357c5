"""Roads closed and speeds changed on a copy: the same as a network that never had them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from siting.errors import NetworkError
from siting.network import hierarchy as hierarchies
from siting.network import osm, roads, speeds
from siting.network.routing import CLOSED
from siting.times import matrix
from siting.times.search import UNREACHED


@pytest.fixture(scope="module")
def network(samples):
    chosen = speeds.load(None, mode="car", period="off_peak", department="")
    return osm.read(samples / "osm" / "andorra.osm.pbf", mode="car", speeds=chosen)


def points(network, count, seed):
    rng = np.random.default_rng(seed)
    vertex = rng.choice(len(network.lon), count, replace=False)
    ids = [str(i) for i in range(count)]
    return pd.DataFrame({"id": ids, "lon": network.lon[vertex], "lat": network.lat[vertex]})


@pytest.fixture(scope="module")
def router(network):
    return matrix.prepare(network)


def test_one_tree_a_destination_gives_the_dense_times(network, router):
    here, there = points(network, 300, 1), points(network, 7, 2)
    legs = network.attach(here), network.attach(there)
    expected = matrix.dense(router, *legs).deciseconds
    assert np.array_equal(matrix.towards(router, *legs).deciseconds, expected)
    for one in range(len(there)):
        alone = network.attach(there.iloc[[one]])
        found = matrix.towards(router, legs[0], alone).deciseconds
        assert np.array_equal(found[:, 0], expected[:, one])
    assert (expected != UNREACHED).mean() > 0.5


def test_a_closed_road_is_not_driven(network, router):
    here, there = points(network, 40, 3), points(network, 5, 4)
    # close the edge that most routes need: that of a destination's neighbourhood
    edges = roads.edges_at(network, points(network, 25, 5))
    shut = roads.closed(network, edges)
    legs = shut.attach(here), shut.attach(there)
    found = matrix.dense(matrix.prepare(shut), *legs).deciseconds
    again = [shut.rejoined(network.attach(p)) for p in (here, there)]
    arcs = roads.arcs_of(network, edges)
    metric = hierarchies.update(
        router.hierarchy, router.metric, arcs, np.full(len(arcs), CLOSED, np.int32)
    )
    quick = matrix.towards(matrix.Router(shut, router.hierarchy, metric), *again).deciseconds
    assert np.array_equal(quick, found)
    before = matrix.dense(router, network.attach(here), network.attach(there)).deciseconds
    assert (found >= before).all()
    assert (found > before).any()
    graph = nx.MultiDiGraph()
    g = shut.graph
    open_arcs = g.duration < CLOSED
    graph.add_weighted_edges_from(
        zip(g.tail[open_arcs], g.head[open_arcs], g.duration[open_arcs], strict=True)
    )
    leaving, arriving = legs[0].leaving, legs[1].arriving
    for i in range(0, 40, 8):
        best = {}
        for leg in range(leaving.first[i], leaving.first[i + 1]):
            lengths = nx.single_source_dijkstra_path_length(graph, leaving.node[leg])
            for node, length in lengths.items():
                total = length + leaving.duration[leg]
                best[node] = min(best.get(node, UNREACHED), total)
        for j in range(5):
            ways = [
                best[arriving.node[leg]] + arriving.duration[leg]
                for leg in range(arriving.first[j], arriving.first[j + 1])
                if arriving.node[leg] in best
            ]
            assert found[i, j] <= min(ways, default=UNREACHED)  # or a direct way on one edge


def test_no_road_to_close_in_the_wild(network):
    with pytest.raises(NetworkError):
        roads.edges_at(network, pd.DataFrame({"id": ["x"], "lon": [1.45], "lat": [42.63]}))
