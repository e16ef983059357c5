"""SIRENE: independents among the establishments that `sirene_stock` reads, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

NO_EMPLOYEE = ("", "NN", "00")


def independents(stock: pd.DataFrame, activities: Sequence[str]) -> pd.DataFrame:
    """Establishments without an employee, of the named activities.

    Parameters
    ----------
    stock
        Active ones, as `sirene_stock.read` gives them.
    activities
        NAF codes or prefixes (`62`, `62.01Z`); empty: all.
    """
    kept = stock["employees"].isin(NO_EMPLOYEE)
    if activities:
        kept &= stock["activity"].str.startswith(tuple(activities))
    return stock[kept].reset_index(drop=True)


def placed(stock: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Give every establishment a position: its own where known, else its commune's chef-lieu.

    Returns
    -------
    Columns of `stock`, `id` (the SIRET) and `placed_at_commune`; establishments of communes that
    are not in the table are left out.
    """
    seats = communes.set_index("code")[["chef_lieu_lon", "chef_lieu_lat"]]
    here = stock[stock["commune_code"].isin(seats.index)].reset_index(drop=True)
    seat = seats.reindex(here["commune_code"]).reset_index(drop=True)
    unknown = here["lon"].isna() | here["lat"].isna()
    return here.assign(
        id=here["siret"],
        lon=here["lon"].where(~unknown, seat["chef_lieu_lon"]),
        lat=here["lat"].where(~unknown, seat["chef_lieu_lat"]),
        placed_at_commune=unknown,
    )
