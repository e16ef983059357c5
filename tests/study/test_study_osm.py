"""Studies and times on OSM extracts, against plain networkx on the same graph."""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import yaml

from siting import config
from siting.cli import app as cli
from siting.network import osm
from siting.publish import run_folder
from siting.sources import points
from siting.study import run as study

EXTRACTS = ["andorra.osm.pbf", "liechtenstein-latest.osm.pbf"]


def quiet(_):
    return None


def random_points(network, count, seed):
    """Points near vertices of the roads."""
    rng = np.random.default_rng(seed)
    at = rng.choice(len(network.lon), count, replace=False)
    return pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(count)],
            "lon": (network.lon[at] + rng.normal(0, 0.002, count)).round(6),
            "lat": (network.lat[at] + rng.normal(0, 0.002, count)).round(6),
        }
    )


def oracle(network, origins, destinations):
    """Minutes by networkx: legs are arcs to and from a node for each point."""
    graph = nx.DiGraph()
    best = {}
    g = network.graph
    for u, v, d in zip(g.tail.tolist(), g.head.tolist(), g.duration.tolist(), strict=True):
        best[u, v] = min(best.get((u, v), d), d)
    graph.add_weighted_edges_from((u, v, d) for (u, v), d in best.items())
    start, end = network.attach(origins), network.attach(destinations)
    for i in range(len(origins)):
        graph.add_node(("o", i))
        for leg in range(start.leaving.first[i], start.leaving.first[i + 1]):
            graph.add_edge(
                ("o", i), int(start.leaving.node[leg]), weight=int(start.leaving.duration[leg])
            )
    for j in range(len(destinations)):
        graph.add_node(("d", j))
        for leg in range(end.arriving.first[j], end.arriving.first[j + 1]):
            graph.add_edge(
                int(end.arriving.node[leg]), ("d", j), weight=int(end.arriving.duration[leg])
            )
    direct = {}
    for i, j, d in zip(*(v.tolist() for v in network.direct(start, end)), strict=True):
        direct[i, j] = min(direct.get((i, j), d), d)
    found = np.full((len(origins), len(destinations)), np.inf)
    for i in range(len(origins)):
        ways = nx.single_source_dijkstra_path_length(graph, ("o", i))
        for j in range(len(destinations)):
            found[i, j] = min(ways.get(("d", j), np.inf), direct.get((i, j), np.inf))
    return found / 600


@pytest.mark.parametrize("name", EXTRACTS)
@pytest.mark.parametrize("mode", ["car", "foot"])
def test_siting_times_equals_networkx(samples, tmp_path, name, mode):
    network = osm.read(samples / "osm" / name, mode)
    random_points(network, 9, 1).to_csv(tmp_path / "a.csv", index=False)
    random_points(network, 9, 2).to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(SystemExit) as done:
        cli.main(
            ["times", "--roads", str(samples / "osm" / name), "--mode", mode,
             "--origins", str(tmp_path / "a.csv"), "--destinations", str(tmp_path / "b.csv"),
             "-o", str(tmp_path / "out.parquet")]
        )  # fmt: skip
    assert done.value.code == 0
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert list(table.columns) == ["origin_id", "destination_id", "minutes", "reason"]
    assert table["minutes"].dtype == np.float32
    expected = oracle(network, points.read(tmp_path / "a.csv"), points.read(tmp_path / "b.csv"))
    found = table["minutes"].to_numpy().reshape(expected.shape)
    assert np.isnan(found).tolist() == np.isinf(expected).tolist()
    known = np.isfinite(expected)
    assert known.sum() >= 50
    assert found[known] == pytest.approx(expected[known], abs=1e-4)
    assert ((table["reason"] == "") == table["minutes"].notna()).all()


@pytest.fixture
def andorra(samples, tmp_path):
    """A study of two made-up communes on the roads of Andorra."""
    tables = {
        "communes.csv": "code,name,population,epci_code,epci_name,chef_lieu_lon,chef_lieu_lat\n"
        "A,Ouest,500,1,Une,1.49,42.53\nB,Est,300,1,Une,1.62,42.54\n",
        "facilities.csv": "id,name,code,lon,lat,kind\nf,Mairie,A,1.52,42.507,fixed\n",
        "candidates.csv": "id,name,commune_code,lon,lat\nc1,Ordino,A,1.533,42.556\n"
        "c2,Canillo,B,1.5997,42.5676\n",
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    squares = [
        f'{{"type":"Feature","properties":{{"code":"{code}","name":"{code}"}},"geometry":'
        f'{{"type":"Polygon","coordinates":[[[{w},42.45],[{e},42.45],[{e},42.62],[{w},42.62],'
        f"[{w},42.45]]]}}}}"
        for code, w, e in (("A", 1.43, 1.56), ("B", 1.56, 1.72))
    ]
    text = '{"type":"FeatureCollection","features":[' + ",".join(squares) + "]}"
    (tmp_path / "communes.geojson").write_text(text, encoding="utf-8")
    content = {
        "name": "andorra",
        "title": "Andorre",
        "territory": {
            "vintage": "2013-01-01",
            "crs": "EPSG:25831",
            "department": {"code": "AD", "name": "Andorre"},
            "communes": "communes.csv",
            "boundaries": "communes.geojson",
        },
        "roads": {"osm": str(samples / "osm" / "andorra.osm.pbf"), "mode": "car"},
        "services": [{"id": "hall", "name": "Mairie", "facilities": "facilities.csv"}],
        "candidates": "candidates.csv",
        "criteria": [{"id": "population_gained_20min", "weight": 1}],
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path / "study.yaml"


def test_a_study_runs_on_an_extract(andorra, tmp_path):
    result = study.run(config.load(andorra), quiet)
    whole = result.coverage[result.coverage["zone_kind"] == "department"]
    assert set(whole["population"]) == {800}
    covered = whole["covered_population"].to_numpy()
    assert (np.diff(covered) >= 0).all()
    assert covered[-1] > 0
    lost = result.access[result.access["minutes"].isna()]
    assert (lost["reason"] != "").all()
    folder = run_folder.write(result, tmp_path / "out", quiet)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["figures"]["roads"]["edges"] > 1000
    assert "OpenStreetMap" in (folder / "map.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["check", "run"])
def test_an_extract_cut_in_half_is_one_clear_error(andorra, samples, capsys, command):
    whole = (samples / "osm" / "andorra.osm.pbf").read_bytes()
    cut = andorra.parent / "half.osm.pbf"
    cut.write_bytes(whole[: len(whole) // 2])
    text = andorra.read_text(encoding="utf-8")
    andorra.write_text(
        text.replace(str(samples / "osm" / "andorra.osm.pbf"), "half.osm.pbf"), encoding="utf-8"
    )
    words = ["--out", str(andorra.parent / "out")] if command == "run" else []
    with pytest.raises(SystemExit) as done:
        cli.main([command, str(andorra), *words])
    assert done.value.code == 2
    said = capsys.readouterr().err
    assert "half.osm.pbf" in said
    assert "Traceback" not in said
    assert not (andorra.parent / "out").exists()
