"""One job shared by two processes: the same figures as in one, for matrices, draws and fits."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from siting import cluster
from siting.errors import SitingError
from siting.ranking import smaa, weightings
from siting.ranking.outranking import Thresholds
from siting.ranking.scales import Scale, Values
from siting.study import extract_roads, kept
from siting.times import calibration, matrix

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared():
    """Two processes."""
    with cluster.spread(2, None) as spread:
        yield spread


@pytest.fixture(scope="module")
def roads(samples):
    """Roads that the processes open by their path."""
    extract = samples / "osm" / "saint_barthelemy.osm.pbf"
    return extract_roads.RoadsOfExtract((extract,), "car", "off_peak", None, "")


def places(network, count, seed):
    vertex = np.random.default_rng(seed).integers(0, len(network.lon), count)
    ids = [f"{seed}-{i}" for i in range(count)]
    return pd.DataFrame({"id": ids, "lon": network.lon[vertex], "lat": network.lat[vertex]})


def test_origins_of_a_matrix(shared, roads, tmp_path, monkeypatch):
    monkeypatch.setattr(matrix, "BLOCK_ENTRIES", 300)  # so that there are several parts
    network = roads.network()
    assert list(kept.folder().glob("roads-*.kept"))  # what the other processes open
    start, end = places(network, 40, 1), places(network, 30, 2)
    for name, how in (("here", (map, None)), ("shared", (shared, roads))):
        count = matrix.write(tmp_path / name, roads(), start, end, 20, 3, *how)
        assert count == pq.read_metadata(tmp_path / name).num_rows > 40
    assert (tmp_path / "here").read_bytes() == (tmp_path / "shared").read_bytes()


def test_trips_of_a_calibration(shared, roads, monkeypatch):
    monkeypatch.setattr(calibration, "TRIPS", 5)
    network = roads.network()
    start, end = places(network, 20, 3), places(network, 20, 4)
    observed = pd.DataFrame({"id": start["id"], "minutes": np.arange(1.0, 21.0)})
    for name, ends in (("origin", start), ("destination", end)):
        observed = observed.assign(**{f"{name}_{axis}": ends[axis] for axis in ("lon", "lat")})
    here = calibration.calibrate(network, observed)
    there = calibration.calibrate(network, observed, shared, roads.network)
    assert here.factors == there.factors
    assert here.trips.equals(there.trips)


@pytest.mark.parametrize("method", ["sum", "promethee", "electre"])
def test_draws_of_a_ranking(shared, method):
    raw = np.random.default_rng(7).integers(0, 9, (6, 3)).astype(float)
    raw[2, 1] = np.nan  # unknown values are drawn too
    ids, names = np.array([f"s{i}" for i in range(6)]), ("a", "b", "c")
    scale = Scale("min_max", Values(ids, names, np.ones(3, bool), raw))
    thresholds = Thresholds(np.full(3, 0.1), np.full(3, 0.3), np.full(3, np.inf), ("linear",) * 3)
    arguments = (method, scale, weightings.free(3), 5000, 3, thresholds)
    here, there = smaa.smaa(*arguments), smaa.smaa(*arguments, shared)
    for name in ("acceptability", "central", "confidence", "mean_regret", "most_regret"):
        assert getattr(here, name).tobytes() == getattr(there, name).tobytes()


def test_a_part_that_no_process_survives_is_told(shared):
    with pytest.raises(SitingError, match="3"):
        list(shared(end_process, [1]))


def end_process(_):
    os._exit(1)
