"""Schools: the ministry's directory (Annuaire de l'éducation). Contacts are not read.

The identifier (UAI) is that of an establishment: its annexes bear it too. A row is a place, so that
the second place of an identifier is `…-2`. The directory also lists places where no pupil sits:
inspectorates, guidance, medico-social establishments; see `USUAL`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import layouts, places
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
LAYOUTS = [Layout("annuaire de l'éducation", _NAMES, {"etat": "state", "libelle_nature": "nature"})]
NOT_OPEN = ("FERME", "A OUVRIR")
USUAL = ("Ecole", "Collège", "Lycée", "EREA")
"""Types of the places where pupils sit, kept where a study names no kind."""


def read(path: Path) -> pd.DataFrame:
    """Read the places that are open, those that will close (`A FERMER`) among them.

    Returns
    -------
    See `places.read`; `kind` is the producer's (`Ecole`, `Collège`, `Service Administratif`…), and
    `nature` its finer one (`ECOLE MATERNELLE`), empty in editions without it.

    Raises
    ------
    InputError
        See `places.read`.
    """
    frame, _ = layouts.read(path, LAYOUTS)
    frame = frame.drop_duplicates()
    rank = frame.groupby("id").cumcount() + 1
    annexe = (rank > 1) & (frame["id"].str.strip() != "")
    frame["id"] = frame["id"].where(~annexe, frame["id"] + "-" + rank.astype(str))
    typed = places.checked(frame, path)
    is_open = ~typed["state"].str.strip().str.upper().isin(NOT_OPEN)
    return typed[is_open].drop(columns="state").reset_index(drop=True)
