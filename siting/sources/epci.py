"""EPCI: DGCL's composition of intercommunal bodies (the workbook, or its sheet saved as CSV).

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
    )
]


def read(path: Path) -> pd.DataFrame:
    """Read which EPCI each commune belongs to, also outside the département.

    Returns
    -------
    `code,name,epci_code,epci_name,kind,department`, all text, by code. Codes lose no zero.

    Raises
    ------
    InputError
        See `layouts.read`; or a commune that stands in two bodies.
    """
    frame, _ = layouts.read(path, LAYOUTS)
    frame["code"] = frame["code"].str.zfill(5)
    repeated = frame["code"][frame["code"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="insee", ids=ids)
    order = ["code", "name", "epci_code", "epci_name", "kind", "department"]
    return frame[order].sort_values("code", ignore_index=True)
