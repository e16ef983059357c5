"""Bad input through the API: one SitingError that names row and remedy, nothing computed."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiPoint, Point

import siting
from siting import texts
from siting.errors import SitingError
from siting.location import solver
from siting.measures import catchments as catchment_measures
from siting.measures import coverage as coverage_measures
from siting.ranking import ranking
from siting.study import run as study_run
from siting.times import isochrones as surfaces
from siting.times import matrix

SITES = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "lon": [2.0, 2.02, 2.03],
        "lat": [44.0, 44.01, 44.02],
        "population": [300, 50, 120],
        "capacity": [2.0, 0.5, 1.0],
        "epci": ["north", "south", "south"],
    }
)
MESH = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 3), (1, 5)]
AT = [(2.0, 44.0), (2.01, 44.0), (2.02, 44.01), (2.03, 44.02), (2.0, 44.02), (2.02, 44.02)]


@pytest.fixture(scope="module")
def roads():
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node, (x, y) in enumerate(AT):
        graph.add_node(node, x=x, y=y)
    for tail, head in MESH:
        graph.add_edge(tail, head, highway="residential", osmid=tail * 10 + head)
        graph.add_edge(head, tail, highway="residential", osmid=tail * 10 + head)
    return siting.read_roads(graph)


@pytest.fixture(scope="module")
def times(roads):
    return siting.travel_times(roads, SITES, SITES)


@pytest.fixture
def idle(monkeypatch):
    """Whatever computes would fail the test."""

    def computed(*_, **__):
        pytest.fail("something was computed")

    for module, name in (
        (matrix, "dense"),
        (matrix, "closest"),
        (matrix, "with_times"),
        (matrix, "prepare"),
        (surfaces, "of_points"),
        (coverage_measures, "coverage"),
        (catchment_measures, "by_method"),
        (solver, "solve"),
        (ranking, "rank"),
        (study_run, "run"),
    ):
        monkeypatch.setattr(module, name, computed)


@pytest.fixture(autouse=True)
def in_english():
    texts.set_language("en")
    yield
    texts.set_language("fr")


def shapes(*geometry, crs=4326):
    return gpd.GeoDataFrame(SITES.drop(columns=["lon", "lat"]), geometry=list(geometry), crs=crs)


PLACED = [Point(2, 44), Point(2.02, 44.01), Point(2.03, 44.02)]
LEVELS = pd.MultiIndex.from_tuples([(1, 1), (1, 2), (2, 1)])
POINTS = {
    "no frame": ([1, 2], "list"),
    "nothing": (None, "NoneType"),
    "no row": (SITES.iloc[:0], "Give at least one row"),
    "identifier twice": (pd.concat([SITES, SITES.iloc[:1]]), "identifiers in “id”: a"),
    "identifier missing": (SITES.assign(id=["a", None, "c"]), "row 1 (from 0), column “id”"),
    "identifier of several": (SITES.assign(id=["a", ["b"], "c"]), "row 1 (from 0)"),
    "column twice": (pd.concat([SITES, SITES[["lon"]]], axis=1), "“lon” stands twice"),
    "levels": (SITES.drop(columns="id").set_index(LEVELS), "reset_index"),
    "no longitude": (SITES.drop(columns="lon"), "“lon” is missing"),
    "missing": (SITES.assign(lon=[2.0, np.nan, 2.0]), "row 1 (from 0), column “lon”"),
    "endless": (SITES.assign(lat=[44.0, 44.0, np.inf]), "row 2 (from 0), column “lat”"),
    "text": (SITES.assign(lon=["2.0", "x", "2.0"]), "row 1 (from 0), column “lon”: value “x”"),
    "comma": (SITES.assign(lon=["2.0", "2,02", "2.0"]), "decimals with a point"),
    "metres": (SITES.assign(lon=SITES["lon"] * 3e5), "Convert the coordinates"),
    "no crs": (shapes(*PLACED, crs=None), "set_crs"),
    "metres said to be degrees": (
        shapes(*PLACED).to_crs(2154).set_crs(4326, allow_override=True),
        "row 0 (from 0), column “lon”",
    ),
    "a line": (
        shapes(PLACED[0], PLACED[1].buffer(0.01), LineString([(2, 44), (2.1, 44)])),
        "row 2 (from 0): a point or a polygon is needed, found LineString",
    ),
    "several points": (shapes(PLACED[0], MultiPoint(PLACED), PLACED[2]), "row 1 (from 0)"),
    "no geometry": (shapes(PLACED[0], None, PLACED[2]), "row 1 (from 0)"),
    "empty geometry": (shapes(PLACED[0], PLACED[1], Point()), "row 2 (from 0)"),
    "no active geometry": (gpd.GeoDataFrame(SITES[["id"]]), "set_geometry"),
}
OF_POINTS = {
    "travel_times origins": ("origins", lambda r, f: siting.travel_times(r, f, SITES)),
    "travel_times destinations": ("destinations", lambda r, f: siting.travel_times(r, SITES, f)),
    "nearest origins": ("origins", lambda r, f: siting.nearest(r, f, SITES)),
    "nearest destinations": ("destinations", lambda r, f: siting.nearest(r, SITES, f)),
    "isochrones": ("places", lambda r, f: siting.isochrones(r, f, [5, 10])),
    "closed": ("at", lambda r, f: r.closed(f)),
}


def refusal(call):
    """What a call is refused with, in English."""
    with pytest.raises(SitingError) as refused:
        call()
    return refused.value.text("en")


@pytest.mark.parametrize("function", OF_POINTS)
@pytest.mark.parametrize("kind", POINTS)
@pytest.mark.usefixtures("idle")
def test_points_are_refused_with_their_row(roads, function, kind):
    name, call = OF_POINTS[function]
    frame, told = POINTS[kind]
    sentence = refusal(lambda: call(roads, frame))
    assert sentence.startswith(name)
    assert told in sentence


@pytest.mark.parametrize("function", OF_POINTS)
def test_degrees_said_to_be_metres_lie_far_from_the_roads(roads, function):
    frame = shapes(*PLACED).set_crs(2154, allow_override=True)
    assert "WGS 84" in refusal(lambda: OF_POINTS[function][1](roads, frame))


def numbers(name):
    """Frames whose column of numbers is wrong."""
    return {
        "no frame": ([1, 2], "list"),
        "no row": (SITES.iloc[:0], "Give at least one row"),
        "identifier twice": (pd.concat([SITES, SITES.iloc[:1]]), "identifiers in “id”: a"),
        "identifier left out": (SITES.iloc[1:], "identifiers without a row: a"),
        "no column": (SITES.drop(columns=name), f"“{name}” is missing"),
        "missing": (SITES.assign(**{name: [1, np.nan, 1]}), f"row 1 (from 0), column “{name}”"),
        "negative": (SITES.assign(**{name: [1, 1, -1]}), f"row 2 (from 0), column “{name}”"),
        "endless": (SITES.assign(**{name: [np.inf, 1, 1]}), f"row 0 (from 0), column “{name}”"),
        "text": (SITES.assign(**{name: ["1", "many", "1"]}), "value “many”"),
    }


OF_NUMBERS = {
    "coverage people": (
        *("people", "population"),
        lambda times, frame: siting.coverage(times, frame, [5, 10]),
    ),
    "catchments people": (
        *("people", "population"),
        lambda times, frame: siting.catchments(times, frame, SITES),
    ),
    "catchments supply": (
        *("supply", "capacity"),
        lambda times, frame: siting.catchments(times, SITES, frame),
    ),
    "locate people": (
        *("people", "population"),
        lambda times, frame: siting.locate(times, frame, model="p-median", p=1),
    ),
    "to_access people": (
        *("people", "population"),
        lambda times, frame: times.to_access(frame, SITES),
    ),
    "to_access supply": (
        *("supply", "capacity"),
        lambda times, frame: times.to_access(SITES, frame),
    ),
}


@pytest.mark.parametrize("function", OF_NUMBERS)
@pytest.mark.parametrize("kind", numbers("population"))
@pytest.mark.usefixtures("idle")
def test_numbers_are_refused_with_their_row(times, function, kind):
    if function.startswith("to_access"):
        pytest.importorskip("access", reason="of the extra interchange")
    name, column, call = OF_NUMBERS[function]
    frame, told = numbers(column)[kind]
    sentence = refusal(lambda: call(times, frame))
    assert name in sentence
    assert told in sentence


LONG = pd.DataFrame({"origin_id": ["a", "b", "c"], "destination_id": "a", "minutes": [0.0, 5, 9]})
TIMES = {
    "no frame": ([1], "list"),
    "no row": (LONG.iloc[:0], "Give at least one row"),
    "no column": (LONG.drop(columns="minutes"), "“minutes” is missing"),
    "no end": (LONG.drop(columns="destination_id"), "“destination_id” is missing"),
    "column twice": (LONG.assign(travel_time=1.0), "“minutes” stands twice"),
    "identifier missing": (LONG.assign(origin_id=["a", None, "c"]), "row 1 (from 0)"),
    "negative": (LONG.assign(minutes=[0.0, -1, 2]), "row 1 (from 0), column “minutes”"),
    "endless": (LONG.assign(minutes=[0.0, 1, np.inf]), "row 2 (from 0), column “minutes”"),
    "text": (LONG.assign(minutes=["0", "soon", "2"]), "value “soon”"),
    "pair twice": (pd.concat([LONG, LONG.iloc[:1]]), "a/a"),
}
OF_TIMES = {
    "coverage": lambda times: siting.coverage(times, SITES, [10]),
    "catchments": lambda times: siting.catchments(times, SITES, SITES.iloc[:1]),
    "locate": lambda times: siting.locate(times, SITES, model="p-median", p=1),
}


@pytest.mark.parametrize("function", OF_TIMES)
@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.usefixtures("idle")
def test_matrices_are_refused_with_their_row(function, kind):
    frame, told = TIMES[kind]
    assert told in refusal(lambda: OF_TIMES[function](frame))


NO_NUMBER = ("3", None, True, np.nan, np.inf, -1, [1])
ARGUMENTS = {
    "limit": lambda roads, _, value: siting.travel_times(roads, SITES, SITES, limit=value),
    "k": lambda roads, _, value: siting.nearest(roads, SITES, SITES, k=value),
    "minutes": lambda roads, _, value: siting.isochrones(roads, SITES, [value]),
    "cell_m": lambda roads, _, value: siting.isochrones(roads, SITES, [5], cell_m=value),
    "factors": lambda roads, _, value: roads.slower({"residential": value}),
    "thresholds": lambda _, times, value: siting.coverage(times, SITES, [value]),
    "bands": lambda _, times, value: siting.catchments(times, SITES, SITES, bands=[(10, value)]),
    "p": lambda _, times, value: siting.locate(times, SITES, model="p-median", p=value),
    "seconds": lambda _, times, value: siting.locate(
        times, SITES, model="p-median", p=1, seconds=value
    ),
    "gap": lambda _, times, value: siting.locate(times, SITES, model="p-median", p=1, gap=value),
    "max_minutes": lambda _, times, value: siting.locate(
        times, SITES, model="mclp", p=1, max_minutes=value
    ),
    "weights": lambda *_, value: siting.score(SITES, {"population": "more"}, {"population": value}),
}
MAY_BE_NONE = ("limit", "seconds", "p", "max_minutes")


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.parametrize("value", NO_NUMBER, ids=repr)
@pytest.mark.usefixtures("idle")
def test_arguments_that_are_no_numbers_are_refused_by_their_name(roads, times, name, value):
    if value is None and name in MAY_BE_NONE:
        pytest.skip("nothing is said")
    call = ARGUMENTS[name]
    sentence = refusal(
        lambda: call(value=value) if name == "weights" else call(roads, times, value)
    )
    assert name in sentence
    assert "expected" in sentence


TABLES = {
    "no frame": ([1], {}, {}, "list"),
    "no row": (SITES.iloc[:0], {"lon": "more"}, {"lon": 1}, "Give at least one row"),
    "twice": (pd.concat([SITES, SITES]), {"lon": "more"}, {"lon": 1}, "in “id”: a"),
    "text": (SITES.assign(lon=["1", "x", "2"]), {"lon": "more"}, {"lon": 1}, "row 1 (from 0)"),
    "endless": (SITES.assign(lon=[1, 2, np.inf]), {"lon": "more"}, {"lon": 1}, "row 2 (from 0)"),
    "no column": (SITES, {"rent": "less"}, {"rent": 1}, "“rent”"),
    "no direction": (SITES, {"lon": "up"}, {"lon": 1}, "write “more”"),
    "a list": (SITES, ["lon"], {"lon": 1}, "a dictionary"),
    "no weight": (SITES, {"lon": "more", "lat": "more"}, {"lon": 1}, "lat"),
    "nothing": (SITES, {}, {}, "weights refused"),
    "no weight at all": (SITES, {"lon": "more"}, {"lon": 0}, "weights refused"),
    "weights without end": (
        *(SITES, {"lon": "more", "lat": "more"}, {"lon": 1e308, "lat": 1e308}),
        "weights refused",
    ),
}


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.usefixtures("idle")
def test_tables_to_score_are_refused_with_their_row(kind):
    table, criteria, weights, told = TABLES[kind]
    assert told in refusal(lambda: siting.score(table, criteria, weights))


OTHERS = {
    "zone": (lambda _, t: siting.coverage(t, SITES.drop(columns="epci"), [5], by="epci"), "“epci”"),
    "empty zone": (
        lambda _, t: siting.coverage(t, SITES.assign(epci=["x", None, "y"]), [5], by="epci"),
        "row 1 (from 0), column “epci”",
    ),
    "one threshold": (lambda _, t: siting.coverage(t, SITES, 5), "a list"),
    "method": (lambda _, t: siting.catchments(t, SITES, SITES, method="4sfca"), "“4sfca”"),
    "flat bands": (lambda _, t: siting.catchments(t, SITES, SITES, bands=[10, 20]), "bands[0]"),
    "site": (
        lambda _, t: siting.locate(t, SITES, model="p-median", p=1, existing=["z"]),
        "(existing): z",
    ),
    "site as text": (
        lambda _, t: siting.locate(t, SITES, model="p-median", p=1, existing="a"),
        "existing",
    ),
    "no roads": (lambda *_: siting.travel_times("region.osm.pbf", SITES, SITES), "read_roads"),
    "no roads near": (lambda *_: siting.nearest(None, SITES, SITES), "read_roads"),
    "no roads around": (lambda *_: siting.isochrones(3, SITES, [5]), "read_roads"),
    "one minute": (lambda r, _: siting.isochrones(r, SITES, 5), "minutes"),
    "factors": (lambda r, _: r.slower([0.5]), "a dictionary"),
    "class": (lambda r, _: r.slower({"canal": 0.5}), "“canal”"),
    "unreached": (lambda _, t: t.cost_matrix("far"), "unreached"),
    "source": (lambda *_: siting.read_roads(3), "source"),
    "file": (lambda *_: siting.read_roads("nowhere.osm.pbf"), "nowhere.osm.pbf"),
    "no files": (lambda *_: siting.read_roads([]), "source"),
    "one file of two": (lambda *_: siting.read_roads(["x.osm.pbf", 3]), "source"),
    "three bounds": (lambda *_: siting.read_roads("x.osm.pbf", within=(1, 42, 2)), "within"),
    "bounds reversed": (lambda *_: siting.read_roads("x.osm.pbf", within=(2, 42, 1, 43)), "within"),
    "bounds as text": (lambda *_: siting.read_roads("x.osm.pbf", within="Rodez"), "within"),
    "ground in metres": (
        lambda *_: siting.read_roads("x.osm.pbf", within=Point(6e5, 6e6).buffer(9)),
        "within",
    ),
    "ground of no area": (
        lambda *_: siting.read_roads("x.osm.pbf", within=LineString([(1, 42), (2, 43)])),
        "within",
    ),
    "ground without crs": (
        lambda *_: siting.read_roads("x.osm.pbf", within=gpd.GeoSeries([Point(1, 42).buffer(1)])),
        "set_crs",
    ),
    "ground of a graph": (
        lambda *_: siting.read_roads(nx.MultiDiGraph(), within=(1, 42, 2, 43)),
        "within",
    ),
    "mode": (lambda *_: siting.read_roads("x.osm.pbf", "boat"), "“boat”"),
    "period": (lambda *_: siting.read_roads("x.osm.pbf", period="noon"), "“noon”"),
    "department": (lambda *_: siting.read_roads("x.osm.pbf", department="Aveyron"), "“Aveyron”"),
    "path": (lambda *_: siting.load(3), "path"),
    "study": (lambda *_: siting.load("nowhere.yaml"), "nowhere.yaml"),
    "key": (lambda *_: siting.load("configs/aveyron.yaml").replace(threshold=[5]), "threshold"),
}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.usefixtures("idle")
def test_other_arguments_are_refused_by_their_name(roads, times, kind):
    call, told = OTHERS[kind]
    assert told in refusal(lambda: call(roads, times))


def test_models_refuse_what_they_do_not_know(times):
    assert "“q-median”" in refusal(lambda: siting.locate(times, SITES, model="q-median", p=1))
    assert "max_minutes" in refusal(lambda: siting.locate(times, SITES, model="mclp", p=1))
    assert "“m”" in refusal(lambda: siting.locate(times, SITES, model="mclp", p=1, m=5))


def test_every_public_function_is_asked_something_wrong():
    functions = {name for name in siting.__all__ if name[0].islower() and name != "__version__"}
    asked = " ".join([*OF_POINTS, *OF_NUMBERS, *OF_TIMES, "score", "read_roads", "load"])
    assert all(name in asked for name in functions)
