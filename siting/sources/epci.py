"""EPCI: composition of intercommunal bodies, by DGCL or by INSEE (workbook, or its sheet as CSV).

INSEE's workbook (`Intercommunalite_Metropole_au_01-01-….xlsx`, in a zip) has five title lines and
`ZZZZZZZZZ` for a commune of no body. DGCL's says more:
The last two columns bear the year of their population (`ptot_2025`, `pmun_2025`): it is the release
of the year before, so their sum is not that of the legal populations of the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.errors import InputError
from siting.sources import layouts
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LAYOUTS = [
    Layout(
        "DGCL epcicom",
        {
            "siren": "epci_code",
            "raison_sociale": "epci_name",
            "nature_juridique": "kind",
            "insee": "code",
            "nom_membre": "name",
        },
        {"dept": "department"},
    ),
    Layout(
        "INSEE Intercommunalité (Composition_communale)",
        {"EPCI": "epci_code", "LIBEPCI": "epci_name", "CODGEO": "code", "LIBGEO": "name"},
        {"DEP": "department", "NATURE_EPCI": "kind"},
    ),
]
NO_BODY = "ZZZZZZZZZ"
ISLANDS = frozenset({"22016", "29083", "29155", "85113"})
"""The only communes of no body since 2017: Bréhat, Sein, Ouessant and Yeu."""
ORDER = ["code", "name", "epci_code", "epci_name", "kind", "department"]


def read(path: Path) -> pd.DataFrame:
    """Read which EPCI each commune belongs to, also outside the département.

    Returns
    -------
    `code,name,epci_code,epci_name,kind,department`, all text, by code. Codes lose no zero; communes
    of no body are left out.

    Raises
    ------
    InputError
        See `layouts.read`; or a commune that stands in two bodies.
    """
    frame, _ = layouts.read(path, LAYOUTS)
    frame = frame.reindex(columns=ORDER, fill_value="")
    frame = frame[(frame["epci_code"] != NO_BODY) & (frame["code"] != "")]
    frame = frame.assign(code=frame["code"].str.zfill(5))
    repeated = frame["code"][frame["code"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="insee", ids=ids)
    return frame.sort_values("code", ignore_index=True)
