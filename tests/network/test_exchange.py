"""Networks to and from networkx, osmnx and BD TOPO."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from small_roads import PLANE, degrees, plain, points, read, seconds, xml

from siting.errors import InputError
from siting.network import bdtopo, exchange, osm
from siting.times import matrix

RESIDENTIAL = {"highway": "residential"}
NODES = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000), 5: (500, 500)}
WAYS = {
    1: ([1, 2], {"highway": "secondary", "oneway": "yes"}),
    2: ([2, 5, 4], RESIDENTIAL),
    3: ([1, 4, 3], RESIDENTIAL | {"maxspeed": "30"}),
    4: ([3, 2], {"highway": "tertiary", "oneway": "-1"}),
}
PLACES = [(500, 0), (0, 500), (500, 1000), (1000, 500), (250, 750)]


def table(network):
    joined = network.attach(points(*PLACES))
    return matrix.dense(matrix.prepare(network), joined, joined).minutes * 60


def test_networkx_finds_the_same_times(samples):
    network = osm.read(samples / "osm" / "andorra.osm.pbf")
    graph = exchange.to_networkx(network)
    assert graph.number_of_edges() == len(network.graph.tail)
    rng = np.random.default_rng(2)
    vertex = rng.integers(0, len(network.lon), 6)
    places = points(*[(0, 0)] * 6).assign(lon=network.lon[vertex], lat=network.lat[vertex])
    joined = network.attach(places)
    times = matrix.dense(matrix.prepare(network), joined, joined).deciseconds
    out, into = joined.leaving, joined.arriving
    for a in range(6):
        best = {}
        for leg in range(out.first[a], out.first[a + 1]):
            tree = nx.single_source_dijkstra_path_length(
                graph, int(out.node[leg]), weight="duration"
            )
            for node, time in tree.items():
                best[node] = min(best.get(node, np.inf), time + out.duration[leg])
        for b in range(6):
            legs = range(into.first[b], into.first[b + 1])
            least = min(best.get(int(into.node[i]), np.inf) + into.duration[i] for i in legs)
            if joined.local.edge[a] != joined.local.edge[b]:
                assert times[a, b] == least


@pytest.mark.parametrize("simplify", [True, False])
@pytest.mark.parametrize("crs", [None, "EPSG:32631"])
def test_osmnx_graph_gives_the_same_times(tmp_path, simplify, crs):
    import osmnx

    ours = read(tmp_path, xml(NODES, WAYS))
    graph = osmnx.graph_from_xml(tmp_path / "roads.osm", simplify=simplify, retain_all=True)
    if crs:
        graph = osmnx.project_graph(graph, to_crs=crs)
    osmnx.save_graphml(graph, tmp_path / "roads.graphml")
    for theirs in (
        exchange.from_networkx(graph, plain()),
        exchange.read_graphml(tmp_path / "roads.graphml", speeds=plain()),
    ):
        assert table(theirs) == pytest.approx(table(ours), abs=0.3)


def test_given_travel_times_hold():
    graph = nx.MultiDiGraph()
    for i, (x, y) in {1: (0, 0), 2: (1000, 0)}.items():
        lon, lat = degrees(x, y)
        graph.add_node(i, x=lon, y=lat)
    graph.add_edge(1, 2, travel_time=50.0)
    graph.add_edge(2, 1, travel_time=80.0)
    network = exchange.from_networkx(graph, plain())
    assert len(network.length_m) == 1
    assert seconds(network, (0, 0), (1000, 0)) == pytest.approx(50, abs=0.1)
    assert seconds(network, (1000, 0), (500, 0)) == pytest.approx(40, abs=0.1)
    graph.add_edge(1, 2)
    with pytest.raises(InputError) as caught:
        exchange.from_networkx(graph, plain())
    assert caught.value.key == "edge_without_speed"
    graph.add_node(3)
    with pytest.raises(InputError) as caught:
        exchange.from_networkx(graph, plain())
    assert caught.value.key == "node_without_position"


def test_graphml_that_is_none(tmp_path):
    path = tmp_path / "roads.graphml"
    for content in ("", "<graphml>", "<html></html>"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            exchange.read_graphml(path)
        assert caught.value.key in {"not_graphml", "no_roads"}
    with pytest.raises(InputError):
        exchange.read_graphml(tmp_path / "none.graphml")


ROAD = {
    "nature": "Route à 1 chaussée",
    "importance": "4",
    "sens_de_circulation": "Double sens",
    "vitesse_moyenne_vl": 36,
    "acces_vehicule_leger": "Libre",
    "acces_pieton": None,
    "prive": False,
    "urbain": False,
    "etat_de_l_objet": "En service",
}


def sections(*rows):
    """Sections of (coordinates, columns that differ), in Lambert 93, with heights."""
    shapes = [shapely.LineString([(x, y, 500.0) for x, y in drawn]) for drawn, _ in rows]
    table = gpd.GeoDataFrame([ROAD | other for _, other in rows], geometry=shapes, crs=PLANE)
    return table.to_crs("EPSG:2154")


CORNER = [
    ([(0, 0), (1000, 0)], {"sens_de_circulation": "Sens direct"}),
    ([(1000, 1000), (1000, 500), (1000, 0)], {"sens_de_circulation": "Sens inverse"}),
    ([(0, 0), (0, 1000)], {"vitesse_moyenne_vl": 18}),
    ([(0, 1000), (1000, 1000)], {"sens_de_circulation": "Sans objet"}),
    ([(1000, 1000), (2000, 1000)], {"nature": "Sentier", "vitesse_moyenne_vl": 0}),
    ([(0, 0), (1000, 1000)], {"etat_de_l_objet": "En projet"}),
    ([(0, 0), (1000, 1000)], {"acces_vehicule_leger": "Physiquement impossible"}),
]


def test_bdtopo_sections(tmp_path):
    path = tmp_path / "bdtopo.gpkg"
    sections(*CORNER).to_file(path, layer="troncon_de_route")
    network = bdtopo.read(path, speeds=plain())
    assert seconds(network, (0, 0), (1000, 0)) == pytest.approx(100, abs=0.2)
    # the second is drawn southward and driven northward
    assert seconds(network, (1000, 100), (1000, 900)) == pytest.approx(80, abs=0.2)
    assert seconds(network, (1000, 900), (1000, 100)) > 300
    assert seconds(network, (0, 0), (0, 1000)) == pytest.approx(200, abs=0.2)
    assert seconds(network, (0, 1000), (1000, 1000)) == pytest.approx(100, abs=0.2)
    walking = bdtopo.read(path, "foot")
    assert seconds(walking, (1000, 0), (2000, 1000)) == pytest.approx(1440, abs=2)


def test_bdtopo_names_of_the_shapefile():
    short = {full: name.upper() for name, full in bdtopo.SHORT.items()}
    names = {**short, "nature": "NATURE", "importance": "IMPORTANCE"}
    network = bdtopo.from_sections(sections(*CORNER).rename(columns=names), plain())
    assert seconds(network, (1000, 100), (1000, 900)) == pytest.approx(80, abs=0.2)
    assert seconds(network, (0, 0), (0, 1000)) == pytest.approx(200, abs=0.2)


def test_bdtopo_crossing_without_a_shared_end_is_a_bridge():
    table = sections(([(-900, 0), (900, 0)], {}), ([(0, -900), (0, 900)], {}))
    network = bdtopo.from_sections(table, plain(), snap_cap_m=500)
    assert np.isnan(seconds(network, (-800, 0), (0, 800)))


def test_bdtopo_private_section_is_for_its_ends():
    table = sections(*CORNER[:4], ([(0, 0), (1000, 1000)], {"prive": True}))
    network = bdtopo.from_sections(table, plain())
    # round by the corner, for the diagonal is private
    assert seconds(network, (100, 0), (1000, 900)) == pytest.approx(180, abs=0.5)
    assert seconds(network, (500, 1000), (0, 100)) == pytest.approx(50 + 180, abs=0.5)
    assert seconds(network, (500, 500), (1000, 1000)) == pytest.approx(70.7, abs=0.5)


def test_bdtopo_errors(tmp_path):
    table = sections(*CORNER)
    with pytest.raises(InputError) as caught:
        bdtopo.from_sections(table.drop(columns="nature"), plain())
    assert caught.value.key == "missing_column"
    with pytest.raises(InputError) as caught:
        bdtopo.from_sections(table.set_crs(None, allow_override=True), plain())
    assert caught.value.key == "sections_without_crs"
    with pytest.raises(InputError) as caught:
        bdtopo.from_sections(table.iloc[5:], plain())
    assert caught.value.key == "no_roads"
    path = tmp_path / "roads.gpkg"
    with pytest.raises(InputError) as caught:
        bdtopo.read(path)
    assert caught.value.key == "missing_file"
    path.write_bytes(b"not a GeoPackage")
    with pytest.raises(InputError) as caught:
        bdtopo.read(path)
    assert caught.value.key == "not_sections"
