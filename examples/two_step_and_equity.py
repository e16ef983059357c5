# %% [markdown]
# # Sharing the desks, and who gets the least
#
# A near office is of little use when everybody goes there. The two-step floating catchment area
# (2SFCA) shares the supply of each place among the people who compete for it. Demand here: the 285
# communes of Aveyron; supply: the weekly hours of its France Services.

# %%
import networkx as nx
import pandas as pd

import siting

config = siting.load("configs/aveyron.yaml").config
people = pd.read_csv(config.territory.communes, dtype={"code": str}).rename(columns={"code": "id"})
offices = pd.read_csv(config.services[0].facilities, dtype={"code": str})
supply = offices.groupby("code")["weekly_hours"].sum().rename_axis("id").reset_index()
links = pd.read_csv(config.roads.distances, dtype={"from_code": str, "to_code": str})

# %% [markdown]
# Times from anywhere will do, here the embedded table of links between communes, as a long frame.

# %%
graph = nx.from_pandas_edgelist(links, "from_code", "to_code", "minutes")
times = pd.DataFrame(
    [
        (origin, office, minutes)
        for office in supply["id"]
        for origin, minutes in nx.single_source_dijkstra_path_length(
            graph, office, cutoff=30, weight="minutes"
        ).items()
    ],
    columns=["origin_id", "destination_id", "minutes"],
)
hours = {
    method: siting.catchments(times, people, supply, method=method, capacity="weekly_hours")
    for method in ("2sfca", "e2sfca", "3sfca")
}
access = pd.DataFrame(hours).reindex(people["id"]).fillna(0) * 1000
access.describe().round(2)

# %% [markdown]
# Nothing is lost: access weighted by people is the supply that somebody reaches, in hours.

# %%
weights = people.set_index("id")["population"]
print((access.mul(weights, axis=0).sum() / 1000).round(6).to_dict(), supply["weekly_hours"].sum())

# %% [markdown]
# Who gets the least? The Lorenz curve of hours per person, and its Gini index: 0 where all have the
# same, 1 where one has all. A study gives it with `measures: {equity: …}`.

# %%
import matplotlib.pyplot as plt
import numpy as np

from siting.measures import equity

_, axes = plt.subplots(figsize=(6, 5))
for method in access:
    order = access[method].sort_values().index
    share = np.cumsum(weights[order]) / weights.sum()
    hours_of = np.cumsum(access[method][order] * weights[order])
    axes.plot(np.r_[0, share], np.r_[0, hours_of / hours_of.iloc[-1]], label=method)
    print(method, round(equity.gini(access[method], weights), 3))
axes.plot([0, 1], [0, 1], "k:", label="all alike")
axes.set(xlabel="share of the people, least served first", ylabel="share of the hours")
axes.legend()
