"""COG: INSEE's code officiel géographique, communes of a vintage and their movements since 1943.

`v_commune_<year>.csv` holds communes (COM) beside delegated (COMD) and associated (COMA) communes
and arrondissements (ARM); one code can stand for a COM and for a COMD. `v_mvt_commune_<year>.csv`
(`v_mvtcommune_<year>.csv` until 2022) holds one row for each predecessor and successor of an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import layouts, sound_rows
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COMMUNE_LAYOUTS = [
    Layout(
        "COG v_commune (2022 et suivantes), commune (2019 à 2021)",
        {"TYPECOM": "kind", "COM": "code", "LIBELLE": "name", "DEP": "department"},
        {"REG": "region", "ARR": "arrondissement", "COMPARENT": "parent"},
    )
]
MOVEMENT_LAYOUTS = [
    Layout(
        "COG v_mvt_commune (2022 et suivantes), mvtcommune (2019 à 2021)",
        {
            "MOD": "kind",
            "DATE_EFF": "date",
            "TYPECOM_AV": "type_before",
            "COM_AV": "before",
            "LIBELLE_AV": "name_before",
            "TYPECOM_AP": "type_after",
            "COM_AP": "after",
            "LIBELLE_AP": "name_after",
        },
    )
]


def communes(path: Path, *, kinds: Iterable[str] = ("COM",)) -> pd.DataFrame:
    """Read communes of one vintage.

    Parameters
    ----------
    path
        `v_commune_<year>.csv`, or a zip of it.
    kinds
        TYPECOM kept; a code may stand under several.

    Returns
    -------
    `code,name,kind,department,region,arrondissement,parent`, all text.

    Raises
    ------
    InputError
        See `layouts.read`; no row of these kinds; or a code repeated within a kind.
    """
    frame, _ = layouts.read(path, COMMUNE_LAYOUTS)
    kept = frame[frame["kind"].isin(list(kinds))].reset_index(drop=True)
    if kept.empty:
        raise InputError("empty_table", file=path)
    repeated = kept["code"][kept.duplicated(["kind", "code"])]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="COM", ids=ids)
    order = ["code", "name", "kind", "department", "region", "arrondissement", "parent"]
    return kept[order]


def movements(path: Path) -> pd.DataFrame:
    """Read the movements of communes since 1943.

    Returns
    -------
    `date` (datetime), `kind` (MOD), `type_before,before,name_before,type_after,after,name_after`,
    by date.

    Raises
    ------
    InputError
        See `layouts.read`; or, in more than one row of a hundred, a date that is not YYYY-MM-DD.
    """
    frame, _ = layouts.read(path, MOVEMENT_LAYOUTS)
    dates = pd.to_datetime(frame["date"], format="%Y-%m-%d", errors="coerce")
    undated = sound_rows.bad_value(frame, "date", path, "YYYY-MM-DD", named="DATE_EFF")
    dated = sound_rows.kept(frame.assign(date=dates), dates.isna(), path, undated)
    return dated.sort_values("date", kind="stable").reset_index(drop=True)
