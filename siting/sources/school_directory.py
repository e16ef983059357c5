"""Schools: the ministry's directory (Annuaire de l'éducation). Contacts are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import places
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_NAMES = {
    "identifiant_de_l_etablissement": "id",
    "nom_etablissement": "name",
    "type_etablissement": "kind",
    "code_commune": "commune_code",
    "longitude": "lon",
    "latitude": "lat",
}
LAYOUTS = [Layout("annuaire de l'éducation", _NAMES, {"etat": "state"})]
NOT_OPEN = ("FERME", "A OUVRIR")


def read(path: Path) -> pd.DataFrame:
    """Read the schools that are open, those that will close (`A FERMER`) among them.

    Returns
    -------
    See `places.read`; `kind` is the producer's (`Ecole`, `Collège`, `Lycée`…).

    Raises
    ------
    InputError
        See `places.read`.
    """
    frame = places.read(path, LAYOUTS)
    is_open = ~frame["state"].str.strip().str.upper().isin(NOT_OPEN)
    return frame[is_open].drop(columns="state").reset_index(drop=True)
