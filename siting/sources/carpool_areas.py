"""Car-pool areas: the national base of lieux de covoiturage (schema of transport.data.gouv.fr)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import places
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LAYOUTS = [
    Layout(
        "lieux de covoiturage (schéma 0.2 et suivants)",
        {
            "id_lieu": "id",
            "nom_lieu": "name",
            "insee": "commune_code",
            "type": "kind",
            "Xlong": "lon",
            "Ylat": "lat",
        },
        {"ouvert": "open"},
    )
]


def read(path: Path) -> pd.DataFrame:
    """Read the areas that are open: see `places.read`."""
    frame = places.read(path, LAYOUTS)
    closed = frame["open"].str.lower().isin(["false", "non", "0"])
    return frame[~closed].drop(columns="open").reset_index(drop=True)
