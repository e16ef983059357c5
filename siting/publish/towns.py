"""Which communes a map must name: seats of arrondissements, then the largest towns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

LARGE = 7_000  # people of a town that every map names
FEWEST = 3  # towns that are named where none is so large


def main_towns(communes: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Give the communes that every map names.

    A préfecture or sous-préfecture bears the name of its arrondissement.

    Parameters
    ----------
    communes
        `name,population` and, where the study's table has it, `arrondissement`.

    Returns
    -------
    One truth a commune, in their order.
    """
    people = communes["population"].to_numpy(np.float64)
    if "arrondissement" in communes:
        seat = (communes["name"] == communes["arrondissement"]).to_numpy(bool)
    else:
        seat = np.zeros(len(communes), bool)
    chosen: npt.NDArray[np.bool_] = seat | (people >= LARGE)
    largest = np.argsort(-people, kind="stable")[:FEWEST]
    if chosen.sum() < FEWEST:
        chosen[largest] = True
    return chosen
