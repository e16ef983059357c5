"""Sweeps on the hierarchy, against scipy's Dijkstra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.network import hierarchy as hierarchies
from siting.network.routing import CLOSED, Legs, RoutingGraph
from siting.times import search, sweeps
from siting.times.sweeps import UNREACHED


def legs(per_point):
    first = np.concatenate([[0], np.cumsum([len(p) for p in per_point])]).astype(np.int64)
    flat = [leg for point in per_point for leg in point]
    node = np.array([n for n, _ in flat], np.int32)
    return Legs(first, node, np.array([d for _, d in flat], np.int32))


def nodes(numbers):
    return legs([[(int(v), 0)] for v in numbers])


@st.composite
def graphs(draw, most=40):
    """One-ways, parallel arcs, zero durations, parts that are not joined, loops."""
    n = draw(st.integers(1, most))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(0, 50)), max_size=4 * n))
    return RoutingGraph(n, *np.array(arcs, np.int32).reshape(-1, 3).T.copy())


def road_like(n, seed=0, closed=0.0):
    """A grid with some streets missing, one way or of no length."""
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(n))
    number = np.arange(side * side).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = rng.random(len(a)) < 0.8
    a, b = a[kept], b[kept]
    back = rng.random(len(a)) < 0.9
    tail = np.concatenate([a, b[back]]).astype(np.int32)
    head = np.concatenate([b, a[back]]).astype(np.int32)
    duration = rng.integers(0, 600, len(tail)).astype(np.int32)
    duration[rng.random(len(tail)) < closed] = CLOSED
    x, y = np.divmod(np.arange(side * side), side)
    return RoutingGraph(side * side, tail, head, duration), x.astype(float), y.astype(float)


def prepared(graph, x=None, y=None):
    made = hierarchies.build(graph, x, y)
    return made, hierarchies.customize(made, graph.duration)


@settings(max_examples=150, deadline=None)
@given(graphs(), st.data())
def test_many_to_many_equals_dijkstra(graph, data):
    node = st.integers(0, graph.n_nodes - 1)
    point = st.lists(st.tuples(node, st.integers(0, 30)), max_size=3)
    sources = legs(data.draw(st.lists(point, min_size=1, max_size=5)))
    targets = legs(data.draw(st.lists(point, min_size=1, max_size=5)))
    found = sweeps.many_to_many(*prepared(graph), sources, targets)
    assert (found == search.many_to_many(graph, sources, targets)).all()


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_all_nodes_nearest_and_within(graph):
    made, metric = prepared(graph)
    n = graph.n_nodes
    every = nodes(range(n))
    times = search.many_to_many(graph, every, every)
    table = sweeps.to_all(made, metric, every)[:, :n]
    assert (times == np.where(table >= CLOSED, UNREACHED, table)[made.number].T).all()
    back = sweeps.to_all(made, metric, every, backward=True)[:, :n]
    assert (np.where(back >= CLOSED, UNREACHED, back)[made.number] == times).all()
    places = nodes(range(0, n, 2))
    time, place = sweeps.nearest(made, metric, places)
    to_places = times[:, ::2]
    assert (time == to_places.min(axis=1)).all()
    assert (place == np.where(time == UNREACHED, -1, to_places.argmin(axis=1))).all()
    for backward, row in ((False, times[0]), (True, times[:, 0])):
        reached, when = sweeps.within(made, metric, nodes([0]), 60, backward=backward)
        expected = np.flatnonzero(row <= 60)
        assert sorted(reached.tolist()) == expected.tolist()
        assert (row[reached] == when).all()


@settings(max_examples=5, deadline=None)
@given(graphs())
def test_a_table_that_is_no_such_table_is_refused(graph):
    """The kernel would write beyond its end."""
    made, metric = prepared(graph)
    every = nodes(range(graph.n_nodes))
    table = sweeps.to_all(made, metric, every)
    expected = table.copy()
    table[:] = 0
    again = sweeps.to_all(made, metric, every, out=table)
    assert again is table
    assert (again == expected).all()
    shifted = np.empty(table.size + 16, np.int32)
    skip = (1 - shifted.ctypes.data // 4) % 16  # one number off the cache line
    for wrong in (
        table[:, :1],
        table.astype(np.int64),
        shifted[skip : skip + table.size].reshape(table.shape),
    ):
        with pytest.raises(ValueError, match="out"):
            sweeps.to_all(made, metric, every, out=wrong)


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(0, 2**31))
def test_mass_within_limits(graph, seed):
    made, metric = prepared(graph)
    n = graph.n_nodes
    mass = np.random.default_rng(seed).integers(0, 100, n).astype(float)
    times = search.many_to_many(graph, nodes(range(n)), nodes(range(n)))
    limits = [0, 30, 100]
    found = sweeps.mass_within(made, metric, nodes(range(n)), mass, limits)
    for t, limit in enumerate(limits):
        assert found[:, t] == pytest.approx((times <= limit) @ mass)


@settings(max_examples=30, deadline=None)
@given(graphs(), st.integers(0, 2**31))
def test_mass_falling_with_time(graph, seed):
    made, metric = prepared(graph)
    n = graph.n_nodes
    mass = np.random.default_rng(seed).integers(0, 100, n).astype(float)
    falling = np.exp(-np.arange(9) / 3)
    times = search.many_to_many(graph, nodes(range(n)), nodes(range(n)))
    seconds = np.minimum(times // 10, len(falling))
    expected = np.append(falling, 0)[seconds] @ mass
    assert sweeps.mass_falling(made, metric, nodes(range(n)), mass, falling) == pytest.approx(
        expected
    )
    backward = sweeps.mass_falling(made, metric, nodes(range(n)), mass, falling, backward=True)
    assert backward == pytest.approx(np.append(falling, 0)[seconds].T @ mass)


def test_hundreds_of_sources_on_a_larger_map():
    graph, x, y = road_like(2500)
    made, metric = prepared(graph, x, y)
    rng = np.random.default_rng(1)
    sources = nodes(rng.choice(graph.n_nodes, 300))
    targets = nodes(rng.choice(graph.n_nodes, 400))
    expected = search.many_to_many(graph, sources, targets)
    assert (sweeps.many_to_many(made, metric, sources, targets) == expected).all()
    assert (
        sweeps.many_to_many(made, metric, targets, sources)
        == search.many_to_many(graph, targets, sources)
    ).all()


def test_coordinates_change_the_order_but_no_time():
    graph, x, y = road_like(900)
    every = nodes(range(0, 900, 7))
    one = sweeps.many_to_many(*prepared(graph, x, y), every, every)
    assert (sweeps.many_to_many(*prepared(graph), every, every) == one).all()


def test_the_number_of_threads_does_not_matter(monkeypatch):
    graph, x, y = road_like(8100)
    every = nodes(range(0, 8100, 40))
    found = []
    for cores in (1, 2, 5):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        made, metric = prepared(graph, x, y)
        found.append((made.node, metric.up.weight, sweeps.many_to_many(made, metric, every, every)))
    for other in found[1:]:
        # the order may differ between machines, the times may not
        assert (other[2] == found[0][2]).all()


def test_closed_arcs_are_not_used():
    graph, x, y = road_like(400, closed=0.2)
    made, metric = prepared(graph, x, y)
    opened = graph.duration < CLOSED
    rest = RoutingGraph(
        graph.n_nodes, graph.tail[opened], graph.head[opened], graph.duration[opened]
    )
    every = nodes(range(400))
    expected = search.many_to_many(rest, every, every)
    assert (sweeps.many_to_many(made, metric, every, every) == expected).all()


def test_no_source_or_no_target():
    graph, x, y = road_like(100)
    made, metric = prepared(graph, x, y)
    assert sweeps.many_to_many(made, metric, legs([]), nodes([1, 2])).shape == (0, 2)
    assert sweeps.many_to_many(made, metric, nodes([1, 2]), legs([])).shape == (2, 0)
    assert (sweeps.many_to_many(made, metric, legs([[]]), nodes([1])) == UNREACHED).all()


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_an_update_gives_what_customizing_again_gives(graph, data):
    made, metric = prepared(graph)
    before = metric.up_weight.copy()
    count = len(graph.tail)
    changed = data.draw(st.lists(st.integers(0, max(count - 1, 0)), max_size=5, unique=True))
    arcs = np.array(changed if count else [], np.int64)
    value = st.one_of(st.integers(0, 90), st.just(int(CLOSED)))
    new = np.array([data.draw(value) for _ in arcs], np.int32)
    updated = hierarchies.update(made, metric, arcs, new)
    duration = graph.duration.copy()
    duration[arcs] = new
    opened = duration < CLOSED
    rest = RoutingGraph(graph.n_nodes, graph.tail[opened], graph.head[opened], duration[opened])
    every = nodes(range(graph.n_nodes))
    expected = search.many_to_many(rest, every, every)
    assert (sweeps.many_to_many(made, updated, every, every) == expected).all()
    assert (metric.up_weight == before).all()
    # twice in a row, and back again
    back = hierarchies.update(made, updated, arcs, graph.duration[arcs])
    assert (
        sweeps.many_to_many(made, back, every, every) == search.many_to_many(graph, every, every)
    ).all()
