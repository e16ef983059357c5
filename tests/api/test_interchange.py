"""What people already have goes in, and what they go on with comes out."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest

import siting
from siting.errors import InputError
from siting.sources import filosofi

SIDE = 5
TOWNS = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "lon": [2.001, 2.021, 2.039],
        "lat": [44.001, 44.019, 44.031],
        "population": [300, 50, 120],
        "capacity": [2.0, 0.0, 1.0],
    }
)


@pytest.fixture(scope="module")
def graph():
    """A square mesh of roads, as osmnx gives them."""
    made = nx.MultiDiGraph(crs="epsg:4326")
    for x in range(SIDE):
        for y in range(SIDE):
            made.add_node(x * SIDE + y, x=2 + x / 100, y=44 + y / 100)
    for x in range(SIDE):
        for y in range(SIDE):
            for to in ((x + 1, y), (x, y + 1)):
                if max(to) < SIDE:
                    ends = x * SIDE + y, to[0] * SIDE + to[1]
                    kind = "primary" if x == 2 else "residential"
                    for tail, head in (ends, ends[::-1]):
                        made.add_edge(tail, head, highway=kind, osmid=ends[0] * 99 + ends[1])
    return made


@pytest.fixture(scope="module")
def roads(graph):
    return siting.read_roads(graph)


@pytest.fixture(scope="module")
def times(roads):
    return siting.travel_times(roads, TOWNS, TOWNS)


def test_networkx_finds_our_times_on_the_graph_that_goes_out(roads):
    out = roads.to_osmnx()
    at = {}
    for node, place in out.nodes(data=True):
        at.setdefault((round(place["x"], 6), round(place["y"], 6)), []).append(node)
    ends = [(2.01, 44.01), (2.03, 44.03), (2.02, 44.01)]
    crossings = pd.DataFrame(ends, columns=["lon", "lat"]).rename_axis("id").reset_index()
    ours = siting.travel_times(roads, crossings, crossings).dense()
    for row, start in enumerate(ends):
        reached = nx.multi_source_dijkstra_path_length(out, at[start], weight="travel_time")
        for column, end in enumerate(ends):
            seconds = min(reached[node] for node in at[end])
            assert ours[row, column] == pytest.approx(seconds / 60, abs=0.2)  # a turn at an end


def test_a_graphml_file_is_the_graph_that_it_holds(graph, times, tmp_path):
    import osmnx

    osmnx.save_graphml(graph, tmp_path / "mesh.graphml")
    roads = siting.read_roads(str(tmp_path / "mesh.graphml"))
    assert np.array_equal(siting.travel_times(roads, TOWNS, TOWNS).dense(), times.dense())


def test_access_of_pysal_counts_what_we_count(times):
    access = pytest.importorskip("access", reason="of the extra interchange")
    theirs = times.to_access(TOWNS, TOWNS)
    assert isinstance(theirs, access.Access)
    longest = float(np.nanmax(times.dense()))
    score = theirs.two_stage_fca(name="x", max_cost=longest + 1)["x_capacity"]
    ours = siting.catchments(times, TOWNS, TOWNS, method="2sfca", bands=[(longest + 1, 1)])
    assert np.allclose(score.reindex(ours.index), ours)


def test_a_cost_matrix_has_no_gap(roads, times):
    short = siting.travel_times(roads, TOWNS, TOWNS, limit=2)
    gaps = np.isnan(short.dense())
    assert gaps.any()
    costs = short.cost_matrix(unreached=90)
    assert (costs[gaps] == 90).all()
    assert np.array_equal(costs[~gaps], short.dense()[~gaps].astype(float))
    with pytest.raises(InputError, match="1 minutes"):
        times.cost_matrix(unreached=1)


def test_spopt_takes_the_cost_matrix(times):
    locate = pytest.importorskip("spopt.locate", reason="of the dev dependencies")
    pulp = pytest.importorskip("pulp", reason="of the dev dependencies")
    costs = times.cost_matrix(unreached=600)
    weights = TOWNS["population"].to_numpy()
    solver = pulp.HiGHS(msg=False)
    theirs = locate.PMedian.from_cost_matrix(costs, weights, 1).solve(solver)
    ours = siting.locate(times, TOWNS, model="p-median", p=1)
    assert ours.objective == pytest.approx(pulp.value(theirs.problem.objective), rel=1e-5)


def test_squares_of_insee_are_their_centres(roads):
    names = ["CRS3035RES200mN2357600E3661800", "CRS3035RES200mN2357800E3661800"]
    _, lon, lat = filosofi.centres(pd.Series(names))
    plain = pd.DataFrame({"id": names, "lon": lon, "lat": lat})
    theirs = siting.travel_times(roads, pd.DataFrame({"id": names}), TOWNS)
    assert theirs.origins == names
    assert np.array_equal(
        theirs.dense(), siting.travel_times(roads, plain, TOWNS).dense(), equal_nan=True
    )


def test_hexagons_of_h3_are_their_centres(roads):
    h3 = pytest.importorskip("h3", reason="of the extra interchange")
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(44.02, 2.02, 9), 1))
    lat, lon = zip(*map(h3.cell_to_latlng, cells), strict=True)
    plain = pd.DataFrame({"id": cells, "lon": lon, "lat": lat})
    by_name = siting.travel_times(roads, pd.DataFrame(index=cells), TOWNS)
    assert np.array_equal(by_name.dense(), siting.travel_times(roads, plain, TOWNS).dense())
    with pytest.raises(InputError, match="8f"):
        siting.travel_times(roads, pd.DataFrame({"id": [cells[0], "8fffffffffffffff"]}), TOWNS)


def test_a_row_that_names_no_cell_is_refused(roads):
    names = pd.DataFrame({"id": ["CRS3035RES200mN2357600E3661800", "Rodez"]})
    with pytest.raises(InputError, match="Rodez"):
        siting.travel_times(roads, names, TOWNS)


def test_polygons_of_a_grid_are_taken_by_a_point_inside(roads):
    points = gpd.GeoSeries.from_xy(TOWNS["lon"], TOWNS["lat"], crs=4326).to_crs(2154)
    squares = gpd.GeoDataFrame(TOWNS[["id"]], geometry=points.buffer(50, cap_style="square"))
    near = siting.travel_times(roads, squares, TOWNS).dense()
    assert np.allclose(near, siting.travel_times(roads, TOWNS, TOWNS).dense(), atol=0.1)
