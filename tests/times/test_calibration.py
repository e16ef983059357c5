"""Class speeds fitted to observed times come back to the speeds that the times were made with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siting import contracts as tables
from siting.errors import InputError
from siting.network import osm, roads
from siting.times import calibration, matrix

TRIPS = calibration.TripWays(map, None)


def trips(network, count, seed):
    rng = np.random.default_rng(seed)
    vertex = rng.integers(0, len(network.lon), 2 * count)
    columns = {
        "id": [str(i) for i in range(count)],
        "origin_lon": network.lon[vertex[::2]],
        "origin_lat": network.lat[vertex[::2]],
        "destination_lon": network.lon[vertex[1::2]],
        "destination_lat": network.lat[vertex[1::2]],
    }
    return pd.DataFrame(columns)


def timed(network, table):
    return table.assign(minutes=TRIPS.minutes(network, {}, table)).dropna()


@pytest.fixture(scope="module")
def network(samples):
    return osm.read(samples / "osm" / "andorra.osm.pbf")


def test_fit_finds_the_speeds_behind_the_times(network):
    truth = {"primary": 0.8, "secondary": 1.15, "residential": 0.7}
    observed = timed(roads.rescaled(network, truth), trips(network, 60, 4))
    observed = tables.check(observed, calibration.OBSERVED, "observed")
    found = calibration.calibrate(network, observed)
    assert found.factors["primary"] == pytest.approx(0.8, abs=0.03)
    assert found.factors["secondary"] == pytest.approx(1.15, abs=0.06)
    assert found.after.mean_absolute_share < 0.02 < found.before.mean_absolute_share
    assert found.after.median_ratio == pytest.approx(1, abs=0.01)
    assert found.after.rmse_minutes < found.before.rmse_minutes / 4
    assert len(found.trips) + found.left_out == len(observed)


def test_fit_holds_on_trips_that_it_did_not_see(network):
    truth = {"primary": 0.85, "secondary": 0.9, "tertiary": 0.8}
    driven = roads.rescaled(network, truth)
    rng = np.random.default_rng(6)
    seen = timed(driven, trips(network, 60, 5))
    seen["minutes"] *= rng.lognormal(0, 0.1, len(seen))
    found = calibration.calibrate(network, seen)
    other = timed(driven, trips(network, 40, 8))
    fitted = TRIPS.minutes(roads.rescaled(network, found.factors), found.factors, other)
    before = TRIPS.minutes(network, {}, other)
    errors = [np.abs(m / other["minutes"] - 1).mean() for m in (fitted, before)]
    assert errors[0] < errors[1] / 2


def test_rescaled_network_keeps_turns_and_waits(network):
    same = roads.rescaled(network, {})
    assert np.array_equal(same.graph.duration, network.graph.duration)
    half = roads.rescaled(network, dict.fromkeys(network.classes, 0.5))
    turn = network.graph.duration - network.duration[network.arc_edge]
    assert np.array_equal(half.graph.duration - half.duration[half.arc_edge], turn)
    assert (
        half.duration[half.duration > 0].sum() > 1.95 * network.duration[network.duration > 0].sum()
    )
    places = pd.DataFrame({"id": ["a"], "lon": [network.lon[50]], "lat": [network.lat[50]]})
    assert matrix.dense(matrix.prepare(half), half.attach(places), half.attach(places)).minutes == 0


def test_times_are_those_of_the_matrix(network):
    table = trips(network, 12, 9)
    ends = [
        network.attach(
            pd.DataFrame({"id": table["id"], "lon": table[f"{k}_lon"], "lat": table[f"{k}_lat"]})
        )
        for k in ("origin", "destination")
    ]
    expected = np.diag(matrix.dense(matrix.prepare(network), *ends).minutes)
    apart = ends[0].local.edge != ends[1].local.edge
    assert TRIPS.minutes(network, {}, table)[apart] == pytest.approx(expected[apart], abs=1e-4)


def test_trips_that_cannot_be_used(network):
    far = trips(network, 2, 1).assign(minutes=10.0)
    far[["origin_lat", "destination_lat"]] += 0.4
    with pytest.raises(InputError) as caught:
        calibration.calibrate(network, far)
    assert caught.value.key == "no_usable_trips"
