"""Premises and those with fibre, by commune, as the criteria on fibre read them."""

from __future__ import annotations

import pandas as pd


def last_of(broadband: pd.DataFrame | None, year: int) -> pd.DataFrame | None:
    """Give `premises,ftth_premises` by commune at the last date of a year; None: no such date.

    Parameters
    ----------
    broadband
        `code,date,premises,ftth_premises`, or None.
    """
    if broadband is None:
        return None
    dates = pd.to_datetime(broadband["date"])
    of_year = broadband[dates.dt.year == year]
    if of_year.empty:
        return None
    last = of_year[dates[of_year.index] == dates[of_year.index].max()]
    return last.set_index("code")[["premises", "ftth_premises"]].astype(float)
