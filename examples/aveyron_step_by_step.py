# %% [markdown]
# # The Aveyron study, step by step
#
# The embedded study asks who reaches one of the 37 France Services of Aveyron, and which of 19
# candidate sites would help most.

# %%
import siting

study = siting.load("configs/aveyron.yaml")
study.config.thresholds_minutes

# %% [markdown]
# **Check** reads every file and computes nothing: what became of the rows of each table. A problem
# would be a `SitingError` that names its file, row or key, all of them at once.

# %%
quality = study.check()
quality.query("table == 'establishments' and value > 0")[["what", "detail", "value"]]

# %% [markdown]
# **Run** computes what the configuration asks for. Here without its measures, to be quick.

# %%
result = study.replace(measures=None).run()
department = result.coverage.query("zone_kind == 'department'")
department[["threshold_minutes", "covered_share"]].round(3)

# %% [markdown]
# **Who is far?** The people of each EPCI beyond 20 minutes, the most first.

# %%
epci = result.coverage.query("zone_kind == 'epci' and threshold_minutes == 20")
far = epci.assign(beyond=epci["population"] - epci["covered_population"])
far.nlargest(5, "beyond")[["zone_name", "beyond"]].round().to_string(index=False)

# %% [markdown]
# **Where?** Communes by the mean minutes of their people. The population of the cells is modelled
# within each commune: the figure of a commune is sounder than that of a cell.

# %%
axes = result.communes.plot("minutes", cmap="YlOrRd", legend=True, figsize=(7, 6))
axes.set_title("Minutes to the nearest France Services (mean over the people)")
axes.set_axis_off()

# %% [markdown]
# **Which site?** Best first, each criterion raw and between 0 and 1. `result.map("candidates")`
# shows the same on a map; `result.write(folder)` writes all that `siting run` writes.

# %%
result.scores[["name", "score", "population_gained_20min", "minutes_saved"]].head().round(1)
