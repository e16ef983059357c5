"""Opening hours of facilities: who opens a few hours a week, and who a study leaves out for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import contracts
from siting.contracts import Column, Table
from siting.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.config.study import ServiceKeys

FEW_HOURS = 10.0
"""Hours a week under which a place is open a day and a half at most: it is told as such."""
HOURS = Column(
    "weekly_hours", "float", "opening hours", "h a week", required=False, minimum=0, maximum=168
)
_HOURS_ALONE = Table("facilities", (HOURS,), may_be_empty=True)


def weekly(places: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Hours a week of each place, NaN where nothing is known of them."""
    if HOURS.name not in places.columns:
        return np.full(len(places), np.nan)
    hours = pd.to_numeric(places[HOURS.name], errors="coerce")
    known: npt.NDArray[np.float64] = hours.to_numpy(np.float64, na_value=np.nan)
    return known


def least(service: ServiceKeys) -> float:
    """Hours a week below which a place of a service opens little: its minimum, or `FEW_HOURS`."""
    return FEW_HOURS if service.minimum_hours is None else service.minimum_hours


def opens_little(places: pd.DataFrame, minimum: float = FEW_HOURS) -> npt.NDArray[np.bool_]:
    """Whether each place is known to open for fewer hours a week than a minimum."""
    few: npt.NDArray[np.bool_] = weekly(places) < minimum
    return few


def require(service: ServiceKeys, places: pd.DataFrame) -> None:
    """Refuse a minimum of hours that the list of a service cannot be held against.

    Raises
    ------
    InputError
        The list has no hours, an hour is not one, or no place opens for so long.
    """
    minimum = service.minimum_hours
    if minimum is None:
        return
    file = service.facilities
    if HOURS.name not in places.columns or np.isnan(weekly(places)).all():
        raise InputError("hours_unknown", file=file, column=HOURS.name, service=service.name)
    contracts.check(places[[HOURS.name]], _HOURS_ALONE, file)
    if opens_little(places, minimum).all():
        raise InputError("hours_too_many", file=file, minimum=f"{minimum:g}", service=service.name)


def parted(service: ServiceKeys, places: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Places that count for a service, and those that open for less than its minimum.

    A place whose hours are not known counts: unknown is not zero.
    """
    if service.minimum_hours is None:
        return places, places.iloc[:0]
    few = opens_little(places, service.minimum_hours)
    return places[~few].reset_index(drop=True), places[few].reset_index(drop=True)
