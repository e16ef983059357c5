"""The front door: what it exports, what it refuses, and that it gives what the engine gives."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
import time
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import siting
from siting import texts
from siting.api import choices as api_choices
from siting.api import measures as api_measures
from siting.api import roads as api_roads
from siting.api import studies as api_studies
from siting.api import times as api_times
from siting.errors import InputError, SitingError

SIGNATURES = {
    "read_roads": ["source", "mode", "within", "period", "department"],
    "travel_times": ["roads", "origins", "destinations", "limit"],
    "nearest": ["roads", "origins", "destinations", "k", "limit"],
    "isochrones": ["roads", "places", "minutes", "towards", "cell_m"],
    "coverage": ["times", "people", "thresholds", "by", "population"],
    "catchments": ["times", "people", "supply", "method", "bands", "population", "capacity"],
    "load": ["path"],
    "locate": [
        *("times", "people", "model", "p", "population", "existing", "required", "closed"),
        *("seconds", "gap", "parameters"),
    ],
    "score": ["table", "criteria", "weights"],
}
TOWNS = pd.DataFrame(
    {
        "id": ["vella", "canillo", "massana", "julia"],
        "lon": [1.5218, 1.5976, 1.5148, 1.4917],
        "lat": [42.5075, 42.5676, 42.5450, 42.4637],
        "population": [22000, 4000, 9000, 9500],
        "capacity": [3.0, 1.0, 1.0, 2.0],
    }
)


@pytest.fixture(scope="module")
def roads(samples):
    return siting.read_roads(samples / "osm" / "andorra.osm.pbf")


def test_the_public_names_and_their_arguments_do_not_change_unseen():
    import inspect

    for name, arguments in SIGNATURES.items():
        assert list(inspect.signature(getattr(siting, name)).parameters) == arguments
    assert set(SIGNATURES) < set(siting.__all__)
    assert all(getattr(siting, name) is not None for name in siting.__all__)


def test_importing_siting_loads_nothing_heavy():
    code = (
        "import sys, siting; "
        "print([m for m in ('numpy', 'pandas', 'numba', 'pydantic', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="reed_roads"):
        _ = siting.reed_roads


@pytest.mark.parametrize("module", [api_choices, api_measures, api_roads, api_studies, api_times])
def test_the_examples_of_the_docstrings_run(module, samples):
    module = importlib.import_module(module.__name__)
    failed, tried = doctest.testmod(module, extraglobs={"samples": samples})
    assert failed == 0
    assert tried or module is api_roads


def test_a_geodataframe_in_lambert_is_the_same_as_degrees(roads):
    plain = siting.travel_times(roads, TOWNS, TOWNS)
    points = gpd.GeoDataFrame(
        TOWNS[["id"]], geometry=gpd.points_from_xy(TOWNS["lon"], TOWNS["lat"]), crs=4326
    ).to_crs(2154)
    projected = siting.travel_times(roads, points, points.set_index("id"))
    assert np.allclose(plain.dense(), projected.dense(), atol=0.01)
    assert plain.origins == projected.destinations == TOWNS["id"].tolist()


def test_times_are_those_of_the_command_line(roads, samples, tmp_path):
    from siting import cli

    TOWNS[["id", "lon", "lat"]].to_csv(tmp_path / "p.csv", index=False)
    out, points = tmp_path / "t.parquet", str(tmp_path / "p.csv")
    with pytest.raises(SystemExit) as ended:
        cli.main(
            [
                "times",
                *("--roads", str(samples / "osm" / "andorra.osm.pbf"), "--limit", "12"),
                *("--origins", points, "--destinations", points, "-o", str(out)),
            ]
        )
    assert ended.value.code == 0
    table = siting.travel_times(roads, TOWNS, TOWNS, limit=12).table
    written = pd.read_parquet(out)
    pd.testing.assert_frame_equal(table, written.astype(table.dtypes.to_dict()))


def test_nearest_is_the_least_of_the_matrix(roads):
    times = siting.travel_times(roads, TOWNS, TOWNS.iloc[1:])
    near = siting.nearest(roads, TOWNS, TOWNS.iloc[1:], k=2)
    assert near.groupby("origin_id").size().tolist() == [2, 2, 2, 2]
    first = near.drop_duplicates("origin_id").set_index("origin_id")["minutes"]
    assert np.array_equal(first.reindex(times.origins), np.nanmin(times.dense(), axis=1))


def test_coverage_is_the_sum_by_hand(roads):
    times = siting.travel_times(roads, TOWNS, TOWNS.iloc[:1])
    minutes = times.dense()[:, 0]
    table = siting.coverage(times, TOWNS.assign(valley=list("aabb")), [5, 15], by="valley")
    for row in table.itertuples():
        inside = np.array(list("aabb")) == row.zone
        people = TOWNS["population"].to_numpy()
        assert row.population == people[inside].sum()
        assert row.covered_population == people[inside & (minutes <= row.threshold_minutes)].sum()


def test_frames_of_peers_are_read(roads):
    times = siting.travel_times(roads, TOWNS, TOWNS)
    theirs = times.table.rename(
        columns={"origin_id": "from_id", "destination_id": "to_id", "minutes": "travel_time"}
    )
    ours = siting.catchments(times, TOWNS, TOWNS, method="2sfca")
    pd.testing.assert_series_equal(ours, siting.catchments(theirs, TOWNS, TOWNS, method="2sfca"))
    assert np.isclose((ours.to_numpy() * TOWNS["population"]).sum(), TOWNS["capacity"].sum())


def test_a_closed_road_lengthens_and_opens_again(roads):
    before = siting.travel_times(roads, TOWNS, TOWNS).dense()
    middle = pd.DataFrame({"id": ["here"], "lon": [1.5597], "lat": [42.5345]})
    started = time.perf_counter()
    closed = roads.closed(middle)
    assert time.perf_counter() - started < 5
    after = siting.travel_times(closed, TOWNS, TOWNS).dense()
    assert (np.nan_to_num(after, nan=np.inf) >= before - 1e-6).all()
    assert np.array_equal(siting.travel_times(roads, TOWNS, TOWNS).dense(), before)


def test_slower_roads_take_longer(roads):
    slow = roads.slower(dict.fromkeys(roads.network.classes, 0.5))
    before = siting.travel_times(roads, TOWNS, TOWNS).dense()
    after = siting.travel_times(slow, TOWNS, TOWNS).dense()
    off = ~np.eye(len(TOWNS), dtype=bool)
    assert (after[off] > before[off]).all()
    with pytest.raises(SitingError, match="canal"):
        roads.slower({"canal": 0.5})
    with pytest.raises(InputError):
        roads.slower({roads.network.classes[0]: 0.0})


def test_isochrones_are_nested_polygons(roads):
    shapes = siting.isochrones(roads, TOWNS.iloc[:1], [5, 10])
    large, small = shapes.to_crs(25831).geometry
    assert shapes["minutes"].tolist() == [10, 5]
    assert small.difference(large).area < 1
    with pytest.raises(InputError):
        siting.isochrones(roads, TOWNS.iloc[:1], [10, 5])


def test_what_lies_beyond_the_limit_is_refused(roads):
    times = siting.travel_times(roads, TOWNS, TOWNS, limit=10)
    with pytest.raises(InputError, match="20"):
        siting.coverage(times, TOWNS, [10, 20])
    with pytest.raises(InputError, match="julia"):
        siting.coverage(times, TOWNS.iloc[:3], [10])


def test_a_study_is_what_siting_run_gives(tmp_path):
    study = siting.load("configs/telecentres.yaml")
    result = study.run()
    folder = result.write(tmp_path / "out")
    written = pd.read_csv(folder / "scores.csv", dtype={"commune_code": str})
    assert written["site_id"].tolist() == result.scores["site_id"].tolist()
    whole = result.coverage.query("zone_kind == 'department'")["covered_share"]
    assert texts.percent(whole.iloc[0]) in result._repr_html_()
    assert result.map("access")._repr_html_().startswith("<iframe")
    fewer = study.replace(thresholds_minutes=[15])
    assert fewer.config.thresholds_minutes == (15.0,)
    assert study.config.thresholds_minutes != (15.0,)
    with pytest.raises(SitingError, match="thresholds"):
        study.replace(thresholds=[15])


def test_a_plan_is_the_best_of_all_plans(roads):
    times = siting.travel_times(roads, TOWNS, TOWNS)
    minutes, people = times.dense().astype(float), TOWNS["population"].to_numpy()
    plan = siting.locate(times, TOWNS, model="p-median", p=2)
    best = min((people @ minutes[:, list(pair)].min(axis=1)) for pair in combinations(range(4), 2))
    assert plan.status == "proven"
    assert np.isclose(plan.objective, best)
    same = siting.locate(times.table, TOWNS, model="p-median", p=2)
    assert sorted(plan.chosen) == sorted(same.chosen)
    with pytest.raises(SitingError, match="p-medion"):
        siting.locate(times, TOWNS, model="p-medion", p=2)
    with pytest.raises(SitingError, match="sites"):
        siting.locate(times, TOWNS, model="p-median", p=2, sites=3)


def test_scores_are_those_of_the_study_that_asks_the_same():
    result = siting.load("configs/telecentres.yaml").run()
    criteria = {c.id: c.definition.better for c in result.run.scores.criteria}
    weights = dict(zip(criteria, result.run.scores.weights, strict=True))
    theirs = result.scores
    ours = siting.score(theirs.rename(columns={"site_id": "id"}), criteria, weights)
    assert ours["id"].tolist() == theirs["site_id"].tolist()
    assert np.allclose(ours["score"], theirs["score"])
    for name in criteria:
        assert np.allclose(ours[f"{name}_norm"], theirs[f"{name}_norm"], equal_nan=True)
