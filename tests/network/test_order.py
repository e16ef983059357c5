"""The order of a hierarchy: any graph ends, threads do not matter, chains stay shallow."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.network import hierarchy as hierarchies
from siting.network import order
from siting.network.kernels import dissection, reduction
from siting.network.routing import Legs, RoutingGraph
from siting.times import search, sweeps


def graph(n, tail, head, duration=None):
    tail, head = (np.asarray(v, np.int32).ravel() for v in (tail, head))
    return RoutingGraph(
        n, tail, head, np.ones(len(tail), np.int32) if duration is None else duration
    )


def complete(n):
    tail, head = np.divmod(np.arange(n * n), n)
    return graph(n, tail[tail != head], head[tail != head])


def star(n):
    return graph(n, np.zeros(n - 1), np.arange(1, n))


def path(n):
    return graph(n, np.arange(n - 1), np.arange(1, n))


def wheel(n):
    rim = np.arange(1, n)
    return graph(n, np.concatenate([0 * rim, rim]), np.concatenate([rim, rim % (n - 1) + 1]))


def two_hubs(n):
    return graph(n, np.repeat([0, 1], n - 2), np.tile(np.arange(2, n), 2))


def grid(side):
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    return graph(side * side, tail, head)


def random(n, degree, seed):
    rng = np.random.default_rng(seed)
    return graph(n, *rng.integers(0, n, (2, n * degree // 2)))


def parts_apart(n):
    whole = grid(n)
    shift = whole.n_nodes
    return graph(2 * shift, [whole.tail, whole.tail + shift], [whole.head, whole.head + shift])


ANY = {
    "nothing": (graph(0, [], []), 0, 0),
    "one node": (graph(1, [], []), 0, 0),
    "no arc": (graph(50_000, [], []), 0, 0),
    "loops": (graph(100, np.arange(100), np.arange(100)), 0, 0),
    "100,000 parallel arcs": (graph(2, np.zeros(100_000), np.ones(100_000)), 1, 1),
    "complete 60": (complete(60), 60 * 59 // 2, 59),
    "complete 65": (complete(65), 65 * 64 // 2, 64),
    "complete 400": (complete(400), 400 * 399 // 2, 399),
    "star": (star(100_000), 99_999, 1),
    "path": (path(100_000), 200_000, 20),
    "wheel": (wheel(100_000), 400_000, 60),
    "two hubs": (two_hubs(100_000), 199_998, 3),
    "grid": (grid(100), 250_000, 500),
    "grids apart": (parts_apart(60), 160_000, 300),
    "random": (random(2000, 4, 1), 400_000, 1000),
}


@pytest.fixture(scope="module", autouse=True)
def compiled():
    hierarchies.build(grid(150))


@pytest.mark.parametrize("name", ANY)
def test_any_graph_ends(name):
    roads, most_arcs, deepest = ANY[name]
    start = time.process_time()
    made = hierarchies.build(roads)
    assert time.process_time() - start < 10
    assert len(made.head) <= most_arcs
    assert made.depth.max(initial=0) <= deepest
    assert np.array_equal(np.sort(made.number), np.arange(roads.n_nodes))


def test_large_parts_are_cut_by_way_of_a_coarse_graph():
    roads = grid(200)  # 40,000 nodes, of which all but the corners stay
    assert roads.n_nodes > dissection.LARGE
    x, y = (v.astype(float) for v in np.divmod(np.arange(roads.n_nodes), 200))
    made = hierarchies.build(roads, x, y)
    assert made.depth.max() < 6 * 200
    # one separator of about a side, and two halves
    tops = np.sort(made.size)[::-1]
    assert tops[0] == roads.n_nodes
    assert (made.size > roads.n_nodes // 2).sum() < 2 * 200


def test_the_same_order_for_any_number_of_threads(monkeypatch):
    roads = random(30_000, 3, 5)
    rng = np.random.default_rng(2)
    x, y = rng.random((2, roads.n_nodes)).astype(np.float32)
    ranks = []
    for cores in (1, 2, 5):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        made = order.nested_dissection(roads.n_nodes, roads.tail, roads.head, x, y)
        ranks.append(made.rank[made.place].tobytes())
    assert len(set(ranks)) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 2**31), st.floats(0.2, 4), st.booleans())
def test_simple_graph_is_that_of_a_set_of_pairs(n, seed, degree, placed):
    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, n, (2, int(n * degree))).astype(np.int32)
    place = (rng.permutation(n) if placed else np.arange(n)).astype(np.int32)
    first, near = reduction.simple_graph(n, tail, head, place)
    pairs = {(int(place[a]), int(place[b])) for a, b in zip(tail, head, strict=True) if a != b}
    expected = sorted(pairs | {(b, a) for a, b in pairs})
    owner = np.repeat(np.arange(n), np.diff(first))
    assert list(zip(owner.tolist(), near.tolist(), strict=True)) == expected


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(0, 2**31), st.floats(0.5, 3))
def test_what_is_eliminated_has_few_neighbours(n, seed, degree):
    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, n, (2, int(n * degree))).astype(np.int32)
    first, near = reduction.simple_graph(n, tail, head, np.arange(n, dtype=np.int32))
    around = {v: set(near[first[v] : first[v + 1]].tolist()) for v in range(n)}
    eliminated, gone, last = reduction.eliminate(first, near)
    for v in eliminated.tolist():
        neighbours = around.pop(v)
        assert len(neighbours) <= 2
        for u in neighbours:
            around[u] = (around[u] | neighbours) - {u, v}
    assert all(len(neighbours) > 2 for neighbours in around.values())
    nodes, start, to = reduction.core(first, last, near, gone)
    left = {int(v): set(nodes[to[start[i] : start[i + 1]]].tolist()) for i, v in enumerate(nodes)}
    assert left == around


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("located", [True, False])
def test_times_equal_dijkstra(seed, located):
    rng = np.random.default_rng(seed)
    n = 30_000 if seed == 0 else 3000
    side = rng.random((n, 2))
    # near neighbours along a curve of the plane, some far apart, one-ways and zero times
    along = np.argsort(side[:, 0] // 0.02 + side[:, 1] * (1 - 2 * ((side[:, 0] // 0.02) % 2)))
    tail = np.concatenate([along[:-1], along[:-40], rng.integers(0, n, 60)])
    head = np.concatenate([along[1:], along[40:], rng.integers(0, n, 60)])
    kept = rng.random(len(tail)) < 0.9
    tail, head = (v[kept].astype(np.int32) for v in (tail, head))
    duration = rng.integers(0, 900, 2 * len(tail)).astype(np.int32)
    roads = RoutingGraph(n, np.concatenate([tail, head]), np.concatenate([head, tail]), duration)
    made = hierarchies.build(roads, *(side.T if located else (None, None)))
    metric = hierarchies.customize(made, duration)
    drawn = rng.choice(n, 40, replace=False).astype(np.int32)
    at = Legs(np.arange(41), drawn, np.zeros(40, np.int32))
    found = sweeps.many_to_many(made, metric, at, at)
    assert (found == search.many_to_many(roads, at, at)).all()
