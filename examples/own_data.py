# %% [markdown]
# # A planner's own CSV
#
# A spreadsheet of possible rooms, as it comes: here written by the example itself.

# %%
from pathlib import Path

import pandas as pd

import siting

rooms = Path("rooms.csv")
rooms.write_text(
    "id,name,commune_code,lon,lat\n"
    "halle,Old market hall,12089,2.2556,44.5589\n"
    "mairie,Town hall annexe,12300,2.0371,44.3522\n"
    "ecole,Closed school,12105,2,0364,44.2274\n",
    encoding="utf-8",
    newline="\n",
)
print(rooms.read_text(encoding="utf-8"))

# %% [markdown]
# The third row has a decimal comma in an unquoted number, a classic. Nothing is guessed: the study
# is refused with the row and the remedy, before anything is computed.

# %%
study = siting.load("configs/aveyron.yaml").replace(measures=None)
own = study.replace(candidates=str(rooms.resolve()))
try:
    own.run()
except siting.SitingError as problem:
    print(problem.text("en").replace(str(Path.cwd()), "…"))

# %% [markdown]
# Mended, the study ranks the rooms like any candidate.

# %%
mended = rooms.read_text(encoding="utf-8").replace(",2,0364,", ",2.0364,")
rooms.write_text(mended, encoding="utf-8", newline="\n")
ranked = own.run().scores
ranked[["name", "score", "population_gained_20min", "minutes_saved"]].round(1)

# %% [markdown]
# A table that siting knows nothing about is ranked by `siting.score`: each criterion between its
# worst and its best, and an unknown value is not zero but a range from `low` to `high`.

# %%
offers = pd.DataFrame(
    {"id": ["halle", "mairie", "ecole"], "rent": [900, 0, None], "seats": [12, 6, 20]}
)
siting.score(offers, {"rent": "less", "seats": "more"}, {"rent": 2, "seats": 1})
