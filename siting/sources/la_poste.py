"""La Poste: points of contact of the postal network (offices, agencies, relays)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import places
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LAYOUTS = [
    Layout(
        "points de contact (noms techniques)",
        {
            "identifiant_a": "id",
            "libelle_du_site": "name",
            "caracteristique_du_site": "kind",
            "code_insee": "commune_code",
            "longitude": "lon",
            "latitude": "lat",
        },
    ),
    Layout(
        "points de contact (libellés)",
        {
            "Identifiant_A": "id",
            "Libellé_du_site": "name",
            "Caractéristique_du_site": "kind",
            "Code_INSEE": "commune_code",
            "Longitude": "lon",
            "Latitude": "lat",
        },
    ),
]


def read(path: Path) -> pd.DataFrame:
    """Read the points of contact: see `places.read`."""
    return places.read(path, LAYOUTS)
