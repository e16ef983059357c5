# %% [markdown]
# # A p-median plan and its proof
#
# Where should p hubs stand so that the mean time of the people is least? On the 285 communes of
# Aveyron every commune may have one: for p = 5 there are 15 thousand million plans.

# %%
from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd

import siting

config = siting.load("configs/aveyron.yaml").config
people = pd.read_csv(config.territory.communes, dtype={"code": str}).rename(columns={"code": "id"})
links = pd.read_csv(config.roads.distances, dtype={"from_code": str, "to_code": str})
graph = nx.from_pandas_edgelist(links, "from_code", "to_code", "minutes")
lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="minutes"))
times = pd.DataFrame(
    [(origin, to, minutes) for origin, row in lengths.items() for to, minutes in row.items()],
    columns=["origin_id", "destination_id", "minutes"],
)
plans = {p: siting.locate(times, people, model="p-median", p=p) for p in range(1, 9)}
pd.DataFrame(
    {
        "status": {p: plan.status for p, plan in plans.items()},
        "mean_minutes": {
            p: round(plan.objective / people["population"].sum(), 2) for p, plan in plans.items()
        },
        "gap": {p: plan.gap for p, plan in plans.items()},
    }
).rename_axis("p")

# %% [markdown]
# `proven` means that no plan is better: the lower bound meets the plan. For p = 2 all 40,470 plans
# can be tried, which is a proof of another kind.

# %%
codes = people["id"].tolist()
matrix = times.pivot(index="origin_id", columns="destination_id", values="minutes")
matrix = matrix.loc[codes, codes].to_numpy()
weights = people["population"].to_numpy()
best = min(
    (weights @ np.minimum(matrix[:, one], matrix[:, two]), one, two)
    for one, two in combinations(range(len(codes)), 2)
)
names = people.set_index("id")["name"]
print([names[codes[k]] for k in best[1:]], round(best[0]))
print([names[code] for code in plans[2].chosen], round(plans[2].objective))

# %% [markdown]
# Each hub more saves less.

# %%
import matplotlib.pyplot as plt

_, axes = plt.subplots(figsize=(6, 4))
means = [plan.objective / weights.sum() for plan in plans.values()]
axes.plot(list(plans), means, marker="o")
axes.set(xlabel="hubs", ylabel="mean minutes of the people", ylim=(0, None))
