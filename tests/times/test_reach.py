"""The nearest place and the people around, without a matrix: as the matrix gives them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siting.network import osm
from siting.network.routing import DECISECONDS_PER_MINUTE
from siting.times import matrix, reach, search
from siting.times.search import UNREACHED


@pytest.fixture(scope="module")
def network(samples):
    return osm.read(samples / "osm" / "saint_barthelemy.osm.pbf")


@pytest.fixture(scope="module", params=["hierarchy", "dijkstra"])
def router(request, network):
    """The same roads under a hierarchy, and searched without."""
    if request.param == "dijkstra":
        return matrix.Router(network, None, None)
    from siting.network import hierarchy as hierarchies

    made = hierarchies.build(network.graph, *network.positions)
    return matrix.Router(network, made, hierarchies.customize(made, network.graph.duration))


def points(network, count, seed):
    """Points on and off the roads, some too far off, some on one place."""
    rng = np.random.default_rng(seed)
    at = rng.choice(len(network.lon), count)
    at[-3:] = at[:3]
    spread = rng.choice([0.0, 0.0005, 0.01], count)
    lon = network.lon[at] + spread * rng.normal(size=count)
    lat = network.lat[at] + spread * rng.normal(size=count)
    lon[-3:], lat[-3:] = lon[:3], lat[:3]
    return pd.DataFrame({"id": [f"p{i}" for i in range(count)], "lon": lon, "lat": lat})


def test_nearest_is_the_least_of_the_matrix(router, network):
    origins = network.attach(points(network, 300, 1))
    places = network.attach(points(network, 30, 2))
    times = matrix.dense(router, origins, places).deciseconds
    nearest = reach.nearest(router, origins, places)
    least = times.min(axis=1)
    assert nearest.deciseconds.dtype == np.int32
    assert np.array_equal(nearest.deciseconds, least)
    # of equal times the first: three places are there twice
    assert np.array_equal(nearest.place, np.where(least == UNREACHED, -1, times.argmin(axis=1)))
    assert 0 < (least == UNREACHED).sum() < 150
    itself = reach.nearest(router, origins, origins)
    joined = origins.reason == ""
    assert (itself.deciseconds[joined] <= least[joined]).mean() > 0.5


def test_the_table_is_the_closest_of_the_long_one(router, network):
    origins, places = points(network, 200, 1), points(network, 20, 2)
    ends = [network.attach(frame) for frame in (origins, places)]
    whole = matrix.long(matrix.dense(router, *ends))
    pd.testing.assert_frame_equal(reach.table(router, *ends), matrix.closest(whole, 1))
    far = [i for i, reason in enumerate(ends[1].reason) if reason]
    first = matrix.rows(ends[1], far[0], 20)  # the first place is off the roads
    whole = matrix.long(matrix.dense(router, ends[0], first))
    pd.testing.assert_frame_equal(reach.table(router, ends[0], first), matrix.closest(whole, 1))


def test_nobody_has_a_nearest_place_where_there_is_none(router, network):
    origins = network.attach(points(network, 5, 1))
    nowhere = matrix.rows(network.attach(points(network, 5, 2)), 0, 0)
    nearest = reach.nearest(router, origins, nowhere)
    assert (nearest.deciseconds == UNREACHED).all()
    assert (nearest.place == -1).all()


def test_people_within_is_the_sum_over_trees(router, network):
    residents, places = (network.attach(points(network, count, 3)) for count in (200, 40))
    people = np.random.default_rng(0).integers(1, 90, 200).astype(float)
    minutes = [1.0, 3.0, 10.0]
    within = reach.people_within(router, places, residents, people, minutes)
    tree = search.to_places(network.graph, places.arriving)
    legs = residents.leaving
    expected = np.zeros_like(within)
    for i, count in enumerate(people):
        own = slice(legs.first[i], legs.first[i + 1])
        if own.start == own.stop:
            continue  # too far from a road
        node = legs.node[own][legs.duration[own].argmin()]
        for k, limit in enumerate(minutes):
            expected[:, k] += count * (tree[node] <= limit * DECISECONDS_PER_MINUTE)
    assert np.array_equal(within, expected)
    assert 0 < within[:, 0].sum() < within[:, 1].sum() < within[:, 2].sum()


def test_blocks_of_people_do_not_change_the_sums(router, network):
    residents = network.attach(points(network, 100, 3))
    people = np.ones(100)
    whole = reach.people_within(router, residents, residents, people, [5])
    half = matrix.rows(residents, 20, 70)
    assert np.array_equal(reach.people_within(router, half, residents, people, [5]), whole[20:70])
