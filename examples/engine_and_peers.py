# %% [markdown]
# # The engine against its peers
#
# The same roads, the same pairs: 300 origins by 300 destinations on Andorra's extract
# (`region.osm.pbf`), by siting, by networkx, by scipy, and by pandana where it is installed. What
# matters first is that the times agree; the seconds depend on the machine: the figure tells them.

# %%
import time

import networkx as nx
import numpy as np
import pandas as pd

import siting

roads = siting.read_roads("region.osm.pbf")
graph = roads.to_osmnx()
rng = np.random.default_rng(12)
nodes = rng.choice(list(graph.nodes), 600, replace=False)
homes, places = (
    pd.DataFrame(
        {
            "id": [str(node) for node in chosen],
            "lon": [graph.nodes[node]["x"] for node in chosen],
            "lat": [graph.nodes[node]["y"] for node in chosen],
        }
    )
    for chosen in (nodes[:300], nodes[300:])
)
siting.travel_times(roads, homes[:2], places[:2])  # the first call loads the kernels
seconds = {}
started = time.perf_counter()
ours = siting.travel_times(roads, homes, places).dense()
seconds["siting"] = time.perf_counter() - started
print(ours.shape, f"{np.isnan(ours).mean():.1%} of the pairs without a time")

# %% [markdown]
# networkx goes from every node at the home to every node at the place: the graph has turns, so that
# a junction is several nodes. 20 homes are enough to compare, and are scaled to 300.

# %%
at: dict[tuple[float, float], list[int]] = {}
for node, place in graph.nodes(data=True):
    at.setdefault((place["x"], place["y"]), []).append(node)
same = [at[graph.nodes[node]["x"], graph.nodes[node]["y"]] for node in nodes]
started = time.perf_counter()
theirs = np.array(
    [
        [min(reached.get(node, np.nan) for node in place) / 60 for place in same[300:]]
        for home in same[:20]
        for reached in [
            nx.multi_source_dijkstra_path_length(graph, set(home), weight="travel_time")
        ]
    ]
)
seconds["networkx"] = (time.perf_counter() - started) * 300 / 20
near = np.abs(ours[:20] - theirs) <= 0.5
print(f"{near.mean():.0%} of the pairs agree within half a minute")

# %% [markdown]
# What is left is at the ends: siting joins a point to a road and charges the turns there, networkx
# starts from a node.

# %%
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

edges = nx.to_pandas_edgelist(graph)
edges = edges.groupby(["source", "target"], as_index=False)["travel_time"].min()
size = len(graph)
sparse = csr_array((edges["travel_time"], (edges["source"], edges["target"])), shape=(size, size))
started = time.perf_counter()
dijkstra(sparse, indices=nodes[:300])
seconds["scipy"] = time.perf_counter() - started
try:
    import pandana
except ImportError:
    pandana = None
if pandana is not None:
    frame = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
    network = pandana.Network(
        frame["x"],
        frame["y"],
        edges["source"],
        edges["target"],
        edges[["travel_time"]],
        twoway=False,
    )
    pairs = np.repeat(nodes[:300], 300), np.tile(nodes[300:], 300)
    started = time.perf_counter()
    network.shortest_path_lengths(*pairs)
    seconds["pandana"] = time.perf_counter() - started

# %%
import matplotlib.pyplot as plt

_, axes = plt.subplots(figsize=(6, 3))
bars = axes.barh(list(seconds), list(seconds.values()))
axes.bar_label(bars, fmt="%.2g s")
axes.set(xlabel="seconds for 300 x 300 times (snapping included for siting)")
