"""SIRENE: establishments of INSEE's stock (`StockEtablissement`), by column name.

Positions come from INSEE's own geolocated file, joined by siret; an establishment without one is
left without a position, and the study takes it to its commune's chef-lieu with a flag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.sources import reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS = {
    "siret": "siret",
    "statutDiffusionEtablissement": "diffusion",
    "trancheEffectifsEtablissement": "employees",
    "codeCommuneEtablissement": "commune_code",
    "etatAdministratifEtablissement": "state",
    "activitePrincipaleEtablissement": "activity",
    "nomenclatureActivitePrincipaleEtablissement": "nomenclature",
}
NO_EMPLOYEE = ("", "NN", "00")


def read(path: Path) -> pd.DataFrame:
    """Read a stock of establishments, CSV or zip, any layout since 2018.

    Returns
    -------
    `siret,diffusion,employees,commune_code,state,activity,nomenclature`, all text.

    Raises
    ------
    InputError
        See `reading.table`; or a SIRET stands twice.
    """
    frame = reading.table(path, list(COLUMNS), usecols=[]).rename(columns=COLUMNS)
    repeated = frame["siret"][frame["siret"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="siret", ids=ids)
    return frame[list(COLUMNS.values())]


def read_positions(path: Path) -> pd.DataFrame:
    """Read INSEE's geolocated file (semicolons), CSV or zip.

    Returns
    -------
    `siret` (text), `lon`, `lat` (degrees, NaN where unknown) and `quality` (text, `qualite_xy`).
    """
    columns = ["siret", "qualite_xy", "y_latitude", "x_longitude"]
    frame = reading.table(path, columns, separator=";", usecols=[])
    numbers = {
        "lon": reading.numbers(frame, "x_longitude", path),
        "lat": reading.numbers(frame, "y_latitude", path),
    }
    return pd.DataFrame({"siret": frame["siret"], **numbers, "quality": frame["qualite_xy"]})


def independents(stock: pd.DataFrame, activities: Sequence[str]) -> pd.DataFrame:
    """Active establishments without an employee, of the named activities.

    Parameters
    ----------
    stock
        As `read` gives it.
    activities
        NAF codes or prefixes (`62`, `62.01Z`); empty: all.
    """
    kept = (stock["state"] == "A") & stock["employees"].isin(NO_EMPLOYEE)
    if activities:
        kept &= stock["activity"].str.startswith(tuple(activities))
    return stock[kept].reset_index(drop=True)


def placed(
    stock: pd.DataFrame, positions: pd.DataFrame | None, communes: pd.DataFrame
) -> pd.DataFrame:
    """Give establishments a position: their own where known, else their commune's chef-lieu.

    Returns
    -------
    `id,lon,lat,commune_code,placed_at_commune`; establishments of other communes are left out.
    """
    here = stock.merge(
        communes[["code", "chef_lieu_lon", "chef_lieu_lat"]],
        left_on="commune_code",
        right_on="code",
    )
    if positions is None:
        own = pd.DataFrame({"lon": np.nan, "lat": np.nan}, index=here.index)
    else:
        joined = positions.drop_duplicates("siret").set_index("siret")[["lon", "lat"]]
        own = joined.reindex(here["siret"]).reset_index(drop=True)
    unknown = own["lon"].isna() | own["lat"].isna()
    return pd.DataFrame(
        {
            "id": here["siret"],
            "lon": own["lon"].where(~unknown, here["chef_lieu_lon"]),
            "lat": own["lat"].where(~unknown, here["chef_lieu_lat"]),
            "commune_code": here["commune_code"],
            "placed_at_commune": unknown,
        }
    )
