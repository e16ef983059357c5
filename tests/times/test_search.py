"""Shortest times between legs, against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.network.routing import Legs, RoutingGraph
from siting.times.search import UNREACHED, many_to_many


def legs(per_point):
    first = np.concatenate([[0], np.cumsum([len(p) for p in per_point])]).astype(np.int64)
    flat = [leg for point in per_point for leg in point]
    node = np.array([n for n, _ in flat], np.int32)
    return Legs(first, node, np.array([d for _, d in flat], np.int32))


@st.composite
def problems(draw):
    n = draw(st.integers(1, 8))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(0, 20)), max_size=25))
    point = st.lists(st.tuples(node, st.integers(0, 20)), max_size=3)
    return (
        n,
        arcs,
        draw(st.lists(point, min_size=1, max_size=4)),
        draw(st.lists(point, min_size=1, max_size=4)),
    )


@settings(max_examples=200, deadline=None)
@given(problems())
def test_equals_networkx(problem):
    n, arcs, sources, targets = problem
    columns = np.array(arcs, np.int32).reshape(-1, 3).T
    graph = RoutingGraph(n, *columns)
    result = many_to_many(graph, legs(sources), legs(targets))
    oracle = nx.MultiDiGraph()
    oracle.add_nodes_from(range(n))
    oracle.add_weighted_edges_from(arcs)
    ways = dict(nx.all_pairs_dijkstra_path_length(oracle))
    for i, source in enumerate(sources):
        for j, target in enumerate(targets):
            found = [d + ways[u][v] + e for u, d in source for v, e in target if v in ways[u]]
            assert result[i, j] == min(found, default=UNREACHED)
