"""Lists of places that give a service: siting's own table, or any official list, by its header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.sources import (
    carpool_areas,
    facts,
    finess,
    france_services_list,
    la_poste,
    layouts,
    school_directory,
    station_list,
    tiers_lieux_inventory,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from siting.sources.layouts import Layout

READERS: tuple[tuple[Sequence[Layout], Callable[[Path], pd.DataFrame]], ...] = (
    (france_services_list.LAYOUTS, france_services_list.read),
    (tiers_lieux_inventory.LAYOUTS, tiers_lieux_inventory.read),
    (school_directory.LAYOUTS, school_directory.read),
    (la_poste.LAYOUTS, la_poste.read),
    (carpool_areas.LAYOUTS, carpool_areas.read),
    (station_list.LAYOUTS, station_list.read),
    (finess.LAYOUTS, finess.read),
)


@dataclass(frozen=True)
class Listed:
    """Places of a list, and whether it is a producer's: such a list covers more than the area."""

    places: pd.DataFrame
    official: bool

    def __len__(self) -> int:
        """Give the number of places."""
        return len(self.places)


def read(path: Path, own: Callable[[Path], pd.DataFrame] = facts.facilities) -> Listed:
    """Read a list of places.

    Parameters
    ----------
    own
        Reader of siting's own table, where the header is of no known list.

    Returns
    -------
    `id,name,lon,lat,kind,commune_code` and more; positions of an official list may be NaN.

    Raises
    ------
    InputError
        See the reader of the list's layout; that of siting's own table where none is known.
    """
    if finess.recognised(path):
        return Listed(finess.read(path), official=True)
    every = [layout for known, _ in READERS for layout in known]
    header = layouts.header(path, every)
    for known, reader in READERS:
        if layouts.fits(header, known):
            return Listed(reader(path), official=True)
    return Listed(own(path), official=False)


def stations(path: Path) -> Listed:
    """Read a list of stations: siting's own table, or SNCF's."""
    return read(path, facts.stations)
