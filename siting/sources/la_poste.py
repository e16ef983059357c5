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
        "points de contact du réseau postal",
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
        "points de contact du réseau postal (avant 2020)",
        {
            "identifiant_du_site": "id",
            "libelle_du_site": "name",
            "caracteristique_du_site": "kind",
            "longitude": "lon",
            "latitude": "lat",
        },
        {"code_insee": "commune_code"},
    ),
]


def read(path: Path) -> pd.DataFrame:
    """Read the points of contact: see `places.read`."""
    return places.read(path, LAYOUTS)
