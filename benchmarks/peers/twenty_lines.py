"""The same work by siting and by peers: lines of code, seconds and memory of each.

Usage: python twenty_lines.py EXTRACT.osm.pbf [PYTHON]

The work: read the roads, drive from homes to places, count who is within ten minutes and what each
home is offered (2SFCA), choose three places (p-median). Each way runs in a process of its own, the
peers' by PYTHON (an environment with osmnx, pandana, cafein, access and spopt; this one if none).
Making the points, and an XML copy of the extract for osmnx, is not counted.
"""

from __future__ import annotations

import ast
import inspect
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

HOMES, PLACES, MINUTES = 300, 20, 10


def siting(extract, homes, places):
    import siting as s

    roads = s.read_roads(extract)
    times = s.travel_times(roads, homes, places)
    covered = s.coverage(times, homes, [MINUTES])["covered_share"].iloc[0]
    offered = s.catchments(times, homes, places, method="2sfca", bands=[(MINUTES, 1)])
    plan = s.locate(times, homes, model="p-median", p=3)
    return covered, offered.sum(), plan.objective


def decided(minutes, homes, places):
    import pulp
    from access import Access
    from spopt.locate import PMedian

    people = homes.set_index("id")["population"]
    covered = people[minutes.min(axis=1) <= MINUTES].sum() / people.sum()
    costs = minutes.rename_axis("o").reset_index().melt("o", var_name="d", value_name="c").dropna()
    demand, supply = homes[["id", "population"]], places[["id", "capacity"]]
    model = Access(
        demand_df=demand, demand_index="id", demand_value="population",
        supply_df=supply, supply_index="id", supply_value="capacity",
        cost_df=costs, cost_origin="o", cost_dest="d", cost_name="c",
    )  # fmt: skip
    offered = model.two_stage_fca("x", max_cost=MINUTES)["x_capacity"]
    plan = PMedian.from_cost_matrix(minutes.fillna(1e4).to_numpy(), people.to_numpy(), 3)
    plan = plan.solve(pulp.PULP_CBC_CMD(msg=False))
    return covered, offered.sum(), pulp.value(plan.problem.objective)


def osmnx_networkx(extract, homes, places):
    import networkx as nx
    import osmnx as ox

    roads = ox.graph_from_xml(extract.with_suffix(""), simplify=False)
    keep = {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential"}
    keep |= {f"{kind}_link" for kind in keep} | {"living_street", "service"}
    edges = roads.edges(keys=True, data="highway")
    roads.remove_edges_from([edge[:3] for edge in edges if edge[3] not in keep])
    roads = ox.simplify_graph(roads)
    roads = ox.truncate.largest_component(roads, strongly=True)
    roads = ox.add_edge_travel_times(ox.add_edge_speeds(roads))
    starts = ox.nearest_nodes(roads, homes.lon, homes.lat)
    ends = ox.nearest_nodes(roads, places.lon, places.lat)
    back = roads.reverse()
    reached = [nx.single_source_dijkstra_path_length(back, e, weight="travel_time") for e in ends]
    seconds = [[one_place.get(s, np.nan) for one_place in reached] for s in starts]
    return pd.DataFrame(seconds, index=homes["id"], columns=places["id"]) / 60


def pandana(extract, homes, places):
    import osmnx as ox
    import pandana as pdna

    roads = ox.graph_from_xml(extract.with_suffix(""), simplify=False)
    keep = {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential"}
    keep |= {f"{kind}_link" for kind in keep} | {"living_street", "service"}
    edges = roads.edges(keys=True, data="highway")
    roads.remove_edges_from([edge[:3] for edge in edges if edge[3] not in keep])
    roads = ox.truncate.largest_component(roads, strongly=True)
    roads = ox.add_edge_travel_times(ox.add_edge_speeds(roads))
    nodes, edges = ox.graph_to_gdfs(roads)
    edges = edges.reset_index()
    network = pdna.Network(
        nodes["x"], nodes["y"], edges["u"], edges["v"], edges[["travel_time"]], twoway=False
    )
    starts = network.get_node_ids(homes["lon"], homes["lat"])
    ends = network.get_node_ids(places["lon"], places["lat"])
    pairs = [(s, e) for s in starts for e in ends]
    seconds = network.shortest_path_lengths(*zip(*pairs, strict=True))
    table = np.reshape(seconds, (len(starts), len(ends)))
    return pd.DataFrame(table, index=homes["id"], columns=places["id"]) / 60


def cafein(extract, homes, places):
    import cafein as c

    roads = c.StreetNetwork.from_osm(extract, modes=["car"])
    points = [
        gpd.GeoDataFrame(f[["id"]], geometry=gpd.points_from_xy(f.lon, f.lat), crs=4326)
        for f in (homes, places)
    ]
    times = c.TravelTimeMatrix(roads, *points, transport_mode="car", output_time_units="seconds")
    wide = times.pivot_table("travel_time", "from_id", "to_id") / 60
    return wide.reindex(index=homes["id"], columns=places["id"])


WAYS = {way.__name__: way for way in (siting, osmnx_networkx, pandana, cafein)}


def lines(function):
    """Lines of code of a function, its head and its `return` left out."""
    body = ast.parse(inspect.getsource(function)).body[0]
    return len(ast.unparse(body).splitlines()) - 2


def points(extract):
    """Homes and places near the nodes of the roads, drawn with a seed."""
    import osmium

    kept = []
    for way in osmium.FileProcessor(str(extract)).with_locations():
        if way.is_way() and way.tags.get("highway") in ("residential", "tertiary", "secondary"):
            kept += [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
    rng = np.random.default_rng(12)
    drawn = np.array(kept)[rng.choice(len(kept), HOMES + PLACES, replace=False)]
    frame = pd.DataFrame(drawn, columns=["lon", "lat"])
    frame.insert(0, "id", [f"p{number}" for number in frame.index])
    homes = frame[:HOMES].assign(population=rng.integers(1, 200, HOMES))
    return homes, frame[HOMES:].assign(capacity=1.0).reset_index(drop=True)


def run(name, folder):
    """One way, measured: what a process of its own writes."""
    homes, places = (pd.read_csv(folder / f"{part}.csv") for part in ("homes", "places"))
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    told = WAYS[name](folder / "roads.osm.pbf", homes, places)
    answer = told if name == "siting" else decided(told, homes, places)
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measured = [seconds, megabytes, *map(float, answer)]
    (folder / f"{name}.json").write_text(json.dumps(measured), encoding="utf-8")


def copied(extract, folder):
    """What every way reads: the extract, an XML copy of it, the points."""
    import osmium

    (folder / "roads.osm.pbf").write_bytes(extract.read_bytes())
    with osmium.SimpleWriter(str(folder / "roads.osm")) as writer:
        for thing in osmium.FileProcessor(str(extract)):
            if not thing.is_relation():
                writer.add(thing)
    for name, frame in zip(("homes", "places"), points(extract), strict=True):
        frame.to_csv(folder / f"{name}.csv", index=False)


def main(extract, peers_python):
    """Every way in turn, a line each."""
    print(f"{'way':28}{'lines':>6}{'seconds':>9}{'MB':>7}  within {MINUTES} min, 2SFCA, p-median")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied(extract, folder)
        for way, function in WAYS.items():
            python = sys.executable if way == "siting" else peers_python
            command = [python, __file__, "--way", way, str(folder)]
            ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
            count = lines(function) + (0 if way == "siting" else lines(decided))
            label = way if way == "siting" else f"{way} + access + spopt"
            written = folder / f"{way}.json"  # since peers print of their own
            if ended.returncode or not written.exists():
                print(f"{label:28}{count:6}  {ended.stderr.strip().splitlines()[-1]}")
                continue
            seconds, megabytes, *answer = json.loads(written.read_text(encoding="utf-8"))
            shown = ", ".join(f"{value:.4g}" for value in answer)
            print(f"{label:28}{count:6}{seconds:9.1f}{megabytes:7.0f}  {shown}")


if __name__ == "__main__":
    if sys.argv[1] == "--way":
        run(sys.argv[2], Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else sys.executable)
