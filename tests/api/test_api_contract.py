"""The API gives what the command line gives, to the bit, in any process."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import small_study
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

import siting
from siting import cli
from siting.errors import InputError
from siting.location import plan_files
from siting.outputs import tables

SIDE = 4
INSIDE = st.floats(0, 0.03).map(lambda degrees: round(degrees, 5))
PLACES = st.lists(st.tuples(INSIDE, INSIDE), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    """A square mesh of roads as an OSM extract, a corner of it one-way."""
    nodes = [
        f'<node id="{n + 1}" version="1" lat="{44 + n % SIDE / 100}" lon="{2 + n // SIDE / 100}"/>'
        for n in range(SIDE * SIDE)
    ]
    ways = []
    for number, (tail, head) in enumerate(nx.grid_2d_graph(SIDE, SIDE).edges, 1):
        ends = [x * SIDE + y + 1 for x, y in (tail, head)]
        oneway = '<tag k="oneway" v="yes"/>' if 1 in ends else ""
        refs = "".join(f'<nd ref="{end}"/>' for end in ends)
        tag = '<tag k="highway" v="residential"/>'
        ways.append(f'<way id="{number}" version="1">{refs}{tag}{oneway}</way>')
    path = tmp_path_factory.mktemp("roads") / "mesh.osm"
    content = f'<osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>'
    path.write_text(content, encoding="utf-8", newline="\n")
    return path


@pytest.fixture(scope="module")
def roads(extract):
    return siting.read_roads(extract)


def points(places, letter):
    """A frame of places, metres apart from the mesh's corner."""
    return pd.DataFrame(
        {
            "id": [f"{letter}{number}" for number in range(len(places))],
            "lon": [2 + east for east, _ in places],
            "lat": [44 + north for _, north in places],
        }
    )


def called(*words):
    with pytest.raises(SystemExit) as ended:
        cli.main([str(word) for word in words])
    assert ended.value.code == 0


@settings(max_examples=4, deadline=None)
@given(PLACES, PLACES, st.one_of(st.none(), st.integers(1, 9)))
def test_times_are_those_of_the_command_line_to_the_bit(
    extract, roads, tmp_path_factory, homes, sites, limit
):
    folder = tmp_path_factory.mktemp("times")
    origins, destinations = points(homes, "h"), points(sites, "s")
    origins.to_csv(folder / "o.csv", index=False)
    destinations.to_csv(folder / "d.csv", index=False)
    limited = () if limit is None else ("--limit", limit)
    files = ("--origins", folder / "o.csv", "--destinations", folder / "d.csv")
    called("times", "--roads", extract, *files, *limited, "-o", folder / "t.parquet")
    written = pd.read_parquet(folder / "t.parquet")
    table = siting.travel_times(roads, origins, destinations, limit=limit).table
    same_bits(table, written)


def same_bits(table, written):
    """Whether two long tables hold the same minutes to the bit, and the same names."""
    assert table["minutes"].to_numpy().tobytes() == written["minutes"].to_numpy().tobytes()
    for column in ("origin_id", "destination_id", "reason"):
        assert table[column].astype(str).tolist() == written[column].astype(str).tolist()


@settings(max_examples=4, deadline=None)
@given(PLACES, PLACES, st.integers(1, 3), st.one_of(st.none(), st.integers(1, 9)))
def test_the_nearest_are_those_of_the_command_line_to_the_bit(
    extract, roads, tmp_path_factory, homes, sites, k, limit
):
    folder = tmp_path_factory.mktemp("nearest")
    origins, destinations = points(homes, "h"), points(sites, "s")
    origins.to_csv(folder / "o.csv", index=False)
    destinations.to_csv(folder / "d.csv", index=False)
    limited = () if limit is None else ("--limit", limit)
    files = ("--origins", folder / "o.csv", "--destinations", folder / "d.csv", "--nearest", k)
    called("times", "--roads", extract, *files, *limited, "-o", folder / "n.parquet")
    table = siting.nearest(roads, origins, destinations, k=k, limit=limit)
    same_bits(table, pd.read_parquet(folder / "n.parquet"))


@settings(max_examples=3, deadline=None)
@given(PLACES, st.sampled_from([[2, 5], [1.5], [3, 4, 8]]), st.booleans())
def test_isochrones_are_those_of_the_command_line_to_the_bit(
    extract, roads, tmp_path_factory, sites, limits, towards
):
    folder = tmp_path_factory.mktemp("isochrones")
    places = points(sites, "s")
    places.to_csv(folder / "p.csv", index=False)
    asked = ("--points", folder / "p.csv", "--minutes", ",".join(map(str, limits)))
    way = () if towards else ("--from",)
    called("isochrones", "--roads", extract, *asked, *way, "-o", folder / "i.gpkg")
    written = gpd.read_file(folder / "i.gpkg")
    shapes = siting.isochrones(roads, places, limits, towards=towards)
    assert shapes["id"].tolist() == written["id"].tolist()
    assert shapes["minutes"].tolist() == written["minutes"].tolist()
    assert shapes.geometry.to_wkb().tolist() == written.geometry.to_wkb().tolist()


MATRICES = st.lists(st.lists(st.integers(0, 600), min_size=3, max_size=3), min_size=1, max_size=5)


@settings(max_examples=2, deadline=None)
@given(MATRICES, st.integers(1, 2), st.sampled_from(["p-median", "p-center", "mclp"]))
def test_plans_are_those_of_the_command_line_to_the_byte(tmp_path_factory, tenths, p, model):
    folder = tmp_path_factory.mktemp("plans")
    minutes = pd.DataFrame(tenths, columns=list("xyz")).rename_axis("origin_id").reset_index() / 10
    long = minutes.melt("origin_id", var_name="destination_id", value_name="minutes")
    long["origin_id"] = [f"h{number * 10:.0f}" for number in long["origin_id"]]
    people = pd.DataFrame({"id": long["origin_id"].unique()})
    people["weight"] = [1.5, 2, 3, 4, 5][: len(tenths)]
    long.to_parquet(folder / "m.parquet")
    people.to_csv(folder / "d.csv", index=False)
    asked = {"max_minutes": 20} if model == "mclp" else {}
    options = ("--max-minutes", 20) if asked else ()
    files = ("--matrix", folder / "m.parquet", "--demand", folder / "d.csv")
    called("locate", *files, "--model", model, "-p", p, *options, "-o", folder / "command.csv")
    plan = siting.locate(long, people, model=model, p=p, population="weight", **asked)
    plan_files.write(plan, folder / "api.csv")
    for end in (".csv", "_allocation.csv", ".json"):
        assert (folder / f"api{end}").read_bytes() == (folder / f"command{end}").read_bytes()


@pytest.mark.slow
def test_a_study_is_that_of_the_command_line_to_the_byte(tmp_path):
    path = small_study.write(tmp_path, small_study.keys() | {"thresholds_minutes": [7, 19]})
    called("run", path, "-o", tmp_path / "by_command")
    plain = siting.load(small_study.write(tmp_path, small_study.keys()))
    run = plain.replace(thresholds_minutes=[7, 19]).run()
    frames = {"access": run.access, "coverage": run.coverage, "scores": run.scores, **run.tables}
    for name, table in frames.items():
        tables.write_csv(tmp_path / f"{name}.csv", table)
        written = tmp_path / "by_command" / f"{name}.csv"
        assert (tmp_path / f"{name}.csv").read_bytes() == written.read_bytes(), name
    same_cover(run)
    same_ranking(run)


def same_cover(run):
    """`siting.coverage` gives what the study says, from the minutes that it computed."""
    for name, access in run.access.groupby("service"):
        long = access.rename(columns={"cell_id": "origin_id", "facility_id": "destination_id"})
        people = access.merge(run.cells[["cell_id", "commune_code"]]).rename(
            columns={"cell_id": "id"}
        )
        cover = siting.coverage(long, people, [7, 19], by="commune_code")
        table = run.coverage.query("zone_kind == 'commune'")
        of_study = table[table["service"] == name]
        of_study = of_study.rename(columns={"zone_code": "zone"})
        both = cover.merge(of_study, on=["zone", "threshold_minutes"])
        assert len(both) == len(cover) == len(of_study)
        for figure in ("population", "covered_population", "covered_share"):
            assert both[f"{figure}_x"].tolist() == both[f"{figure}_y"].tolist()


def same_ranking(run):
    """`siting.score` gives the scores of the study, from its raw values."""
    scores = run.run.scores
    criteria = {c.id: c.definition.better for c in scores.criteria}
    weights = dict(zip(criteria, scores.weights, strict=True))
    ranked = siting.score(run.scores.rename(columns={"site_id": "id"}), criteria, weights)
    assert ranked["id"].tolist() == run.scores["site_id"].tolist()
    assert ranked["score"].tolist() == run.scores["score"].tolist()


def kept(value):
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


def test_what_is_public_survives_pickling(roads):
    places = points([(0, 0), (0.03, 0.03)], "p").assign(population=[3, 1])
    times = siting.travel_times(roads, places, places)
    again = siting.travel_times(kept(roads), kept(places), places)
    assert np.array_equal(kept(times).dense(), again.dense())
    plan = siting.locate(times, places, model="p-median", p=1)
    assert kept(plan).chosen == plan.chosen
    study = siting.load("configs/aveyron.yaml")
    assert kept(study) == study
    error = kept(InputError("missing_file", file="a.csv"))
    assert error.text("en") == InputError("missing_file", file="a.csv").text("en")


def minutes(roads, places):
    return siting.travel_times(roads, places, places).dense().tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("way", [w for w in multiprocessing.get_all_start_methods() if w != "fork"])
def test_processes_compute_the_same(roads, way):
    places = points([(0, 0), (0.03, 0.03), (0.01, 0.02)], "p")
    context = multiprocessing.get_context(way)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert pool.submit(minutes, roads, places).result() == minutes(roads, places)


def test_a_notebook_shows_each_object(roads):
    places = points([(0, 0), (0.03, 0.03)], "p").assign(population=[3, 1])
    times = siting.travel_times(roads, places, places)
    plan = siting.locate(times, places, model="p-median", p=1)
    study = siting.load("configs/aveyron.yaml")
    assert "Optimum prouvé" in plan._repr_html_()
    assert "p0" in plan._repr_html_()
    for said in ("aveyron", "France Services", "10, 15, 20, 30", "minutes_saved"):
        assert said in study._repr_html_()
    for shown in (roads, times, plan, study):
        assert "<" in shown._repr_html_()


def test_each_name_stands_on_the_page_of_the_api():
    page = (Path(__file__).parents[2] / "docs" / "en" / "api.md").read_text(encoding="utf-8")
    for name in set(siting.__all__) - {"__version__"}:
        assert f"siting.{name}\n" in page, name
    assert "deprecat" in page


def halves(extract, folder):
    """The mesh in two extracts that share the nodes and one column of ways."""
    content = extract.read_text(encoding="utf-8")
    head, *ways = content.removesuffix("</osm>").split("<way ")
    middle = len(ways) // 2
    paths = []
    for name, part in (("west", ways[: middle + 2]), ("east", ways[middle - 2 :])):
        paths.append(folder / f"{name}.osm")
        text = head + "".join(f"<way {way}" for way in part) + "</osm>"
        paths[-1].write_text(text, encoding="utf-8", newline="\n")
    return paths


def test_several_extracts_are_one_network(extract, roads, tmp_path):
    places = points([(0, 0), (0.03, 0.03), (0.01, 0.02)], "p")
    whole = siting.travel_times(roads, places, places).dense()
    joined = siting.read_roads(halves(extract, tmp_path))
    assert np.array_equal(siting.travel_times(joined, places, places).dense(), whole)


def test_roads_are_read_within_a_box_or_a_polygon(extract, roads):
    west, south, east, north = bounds = (1.995, 43.995, 2.015, 44.035)
    cut = siting.read_roads(extract, within=bounds)
    assert 0 < len(cut.network.length_m) < len(roads.network.length_m)
    places = points([(0, 0), (0.01, 0.03)], "p")
    polygon = gpd.GeoSeries([box(west, south, east, north)], crs=4326)
    for ground in (polygon.iloc[0], polygon.to_crs(2154), polygon.to_frame("geometry")):
        same = siting.read_roads([extract], within=ground)
        assert np.array_equal(
            siting.travel_times(same, places, places).dense(),
            siting.travel_times(cut, places, places).dense(),
        )
    with pytest.raises(InputError):
        siting.read_roads(extract, within=(5, 45, 6, 46))


def test_what_goes_out_is_no_road_network_and_is_refused(roads, tmp_path):
    import osmnx

    path = tmp_path / "roads.graphml"
    osmnx.save_graphml(roads.to_osmnx(), path)
    for source in (roads.to_osmnx(), path, [path]):
        with pytest.raises(InputError, match="to_osmnx"):
            siting.read_roads(source)
