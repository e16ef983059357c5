"""The API gives what the command line gives, to the bit, in any process."""

from __future__ import annotations

import multiprocessing
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import siting
from siting import cli
from siting.errors import InputError
from siting.outputs import tables

sys.path.insert(0, str(Path(__file__).parents[1] / "study"))
import small_study

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
    assert table["minutes"].to_numpy().tobytes() == written["minutes"].to_numpy().tobytes()
    for column in ("origin_id", "destination_id", "reason"):
        assert table[column].astype(str).tolist() == written[column].astype(str).tolist()


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
    assert "Aveyron" in study._repr_html_() or study.name in study._repr_html_()
    for shown in (roads, times, plan, study):
        assert "<" in shown._repr_html_()


def test_each_name_stands_on_the_page_of_the_api():
    page = (Path(__file__).parents[2] / "docs" / "en" / "api.md").read_text(encoding="utf-8")
    for name in set(siting.__all__) - {"__version__"}:
        assert f"siting.{name}\n" in page, name
    assert "deprecat" in page
