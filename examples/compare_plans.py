# %% [markdown]
# # Compare two plans and draw the difference
#
# A study is frozen; `replace` gives a copy with keys changed and checked. Here two what-ifs: a
# France Services in Decazeville, or in Villefranche-de-Rouergue.

# %%
import pandas as pd

import siting

study = siting.load("configs/aveyron.yaml").replace(measures=None)
today = study.run()
plans = {
    name: study.replace(what_if={"open": [site]}).run()
    for name, site in (
        ("Decazeville", "decazeville"),
        ("Villefranche", "villefranche-de-rouergue"),
    )
}

# %% [markdown]
# People within each threshold, today and under each plan: the figures of `siting compare`.

# %%
shares = {"today": today, **plans}
pd.DataFrame(
    {
        name: run.coverage.query("zone_kind == 'department'")
        .set_index("threshold_minutes")["covered_population"]
        .round()
        .astype(int)
        for name, run in shares.items()
    }
)

# %% [markdown]
# The difference, cell by cell: where each plan is nearer than the other.

# %%
minutes = {name: run.access.set_index("cell_id")["minutes"] for name, run in plans.items()}
cells = today.cells.set_index("cell_id")
gap = (minutes["Decazeville"] - minutes["Villefranche"]).reindex(cells.index)
moved = gap.abs() > 0.5
people = cells["population"]
for name, nearer in (("Decazeville", gap < -0.5), ("Villefranche", gap > 0.5)):
    print(f"{people[nearer].sum():,.0f} people are better off with {name}")

# %%
axes = today.communes.to_crs(cells.crs).boundary.plot(color="0.8", linewidth=0.4, figsize=(7, 6))
cells[moved].plot(gap[moved], ax=axes, cmap="PuOr", vmin=-25, vmax=25, legend=True, markersize=2)
axes.set_title("Minutes: Decazeville's plan less Villefranche's")
axes.set_axis_off()
