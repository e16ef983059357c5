"""Times peers on one job; run by benchmarks/routing.py in the peers' own environment.

Usage: python routing_peers.py GRAPH.npz OUT.json [ROADS.osm.pbf FOLDER]
GRAPH.npz holds tail, head, duration, lon, lat, sources, targets, mass, limit. OUT.json gives
milliseconds by peer and job, and the distances of the first sources for a check.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd


def timed(action, repeat=2):
    """Milliseconds of the fastest of a few calls, and what the last gave."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - start)
    return best * 1000, result


def routingkit(graph, sources, targets):
    import routingkit_cch as kit

    tail, head = graph["tail"].tolist(), graph["head"].tolist()
    n = len(graph["lon"])
    lat, lon = graph["lat"].tolist(), graph["lon"].tolist()
    order = kit.compute_order_inertial(n, tail, head, lat, lon)
    metric = kit.CCHMetric(
        kit.CCH(order, tail, head, filter_always_inf_arcs=False), graph["duration"].tolist()
    )
    query = kit.CCHOneToMany(metric, targets.tolist())
    few = sources[:100].tolist()
    ms, found = timed(lambda: [query.distances_from(s) for s in few])
    return ms * len(sources) / len(few), np.array(found[:5], float)


def networkit(graph, sources, targets):
    import networkit as nk

    nk.setNumberOfThreads(1)
    n = len(graph["lon"])
    made = nk.Graph(n, weighted=True, directed=True)
    for u, v, w in zip(
        graph["tail"].tolist(), graph["head"].tolist(), graph["duration"].tolist(), strict=True
    ):
        made.addEdge(u, v, w)
    few = sources[:10].tolist()

    def run():
        found = []
        for s in few:
            search = nk.distance.Dijkstra(made, s, storePaths=False)
            search.run()
            found.append(np.array(search.getDistances(asarray=False))[targets])
        return found

    ms, found = timed(run)
    return ms * len(sources) / len(few), np.array(found[:5])


def pandana(graph, sources, targets, mass, limit):
    import pandana as pdna

    n = len(graph["lon"])
    edges = pd.DataFrame({k: graph[k] for k in ("tail", "head", "duration")})
    net = pdna.Network(
        pd.Series(graph["lon"], np.arange(n)),
        pd.Series(graph["lat"], np.arange(n)),
        edges["tail"], edges["head"], edges[["duration"]].astype(float), twoway=False,
    )  # fmt: skip
    some = sources[:50]
    a, b = np.repeat(some, len(targets)), np.tile(targets, len(some))
    ms, found = timed(lambda: net.shortest_path_lengths(a, b), 1)
    matrix = ms * len(sources) / len(some), np.array(found).reshape(len(some), -1)[:5]
    net.set(pd.Series(np.arange(n)), variable=pd.Series(mass), name="mass")
    aggregate, _ = timed(
        lambda: net.aggregate(float(limit), type="sum", decay="flat", name="mass"), 1
    )
    return matrix, aggregate


def osrm(extract, folder, lon, lat, sources, targets):
    import osrm as engine_of
    from credible_routes import osrm_car

    osrm_car(Path(extract), Path(folder), [])
    engine = engine_of.OSRM(
        algorithm="CH", storage_config=str(Path(folder) / "roads.osrm"), use_shared_memory=False
    )
    few = 100
    places = [*sources[:few], *targets]
    asked = engine_of.TableParameters(
        coordinates=[(float(lon[i]), float(lat[i])) for i in places],
        sources=list(range(few)),
        destinations=list(range(few, len(places))),
    )
    ms, _ = timed(lambda: engine.Table(asked))
    return ms * len(sources) / few


def main() -> None:
    warnings.simplefilter("ignore")  # pandana lists every unreachable pair
    graph = np.load(sys.argv[1])
    sources, targets = graph["sources"], graph["targets"]
    result = {}
    ms, check = routingkit(graph, sources, targets)
    result["routingkit"] = {"matrix": ms, "check": check.tolist()}
    ms, check = networkit(graph, sources, targets)
    result["networkit"] = {"matrix": ms, "check": check.tolist()}
    (ms, check), aggregate = pandana(graph, sources, targets, graph["mass"], graph["limit"])
    result["pandana"] = {"matrix": ms, "check": check.tolist(), "aggregate": aggregate}
    if len(sys.argv) > 3:
        sys.path.insert(0, os.fspath(Path(__file__).parent))
        ms = osrm(sys.argv[3], sys.argv[4], graph["lon"], graph["lat"], sources, targets)
        result["osrm"] = {"matrix": ms}
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
