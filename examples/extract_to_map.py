# %% [markdown]
# # Ten lines from an OSM extract to a map
#
# Any extract of OpenStreetMap will do (`.osm.pbf`, `.osm`, `.osm.bz2`), and any points: here the
# seven parishes of Andorra and two places that might have a hospital, on Andorra's extract as
# `region.osm.pbf`.

# %%
import pandas as pd

import siting

roads = siting.read_roads("region.osm.pbf", mode="car")
parishes = pd.DataFrame(
    {
        "id": ["Andorra la Vella", "Canillo", "Encamp", "Escaldes", "Massana", "Ordino", "Julia"],
        "lon": [1.5218, 1.5976, 1.5801, 1.5341, 1.5148, 1.5333, 1.4917],
        "lat": [42.5075, 42.5676, 42.5361, 42.5089, 42.5450, 42.5563, 42.4637],
        "population": [24211, 5422, 13521, 15300, 10837, 5331, 10306],
    }
)
hospitals = pd.DataFrame({"id": ["north", "south"], "lon": [1.58, 1.51], "lat": [42.536, 42.5]})
times = siting.travel_times(roads, parishes, hospitals)
shapes = siting.isochrones(roads, hospitals, [5, 10, 15])
siting.coverage(times, parishes, [5, 10, 15])

# %% [markdown]
# The isochrones are a GeoDataFrame: what draws it, draws them. `shapes.explore()` gives a map to
# move about in, `shapes.to_file("isochrones.gpkg")` a layer for QGIS.

# %%
axes = shapes.plot("minutes", cmap="YlGnBu_r", legend=True, figsize=(7, 5))
axes.scatter(parishes["lon"], parishes["lat"], s=parishes["population"] / 200, color="black")
axes.set_title("Minutes to the nearer place, by car")
