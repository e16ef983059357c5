"""Lists of places that give a service: siting's own table, or any official list, by its header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.sources import facts, layouts, registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd


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
    known = registry.place_lists()
    for listed in known:
        if listed.recognised is not None and listed.recognised(path):
            return Listed(listed.reader(path), official=True)
    header = layouts.header(path, [layout for listed in known for layout in listed.layouts])
    for listed in known:
        if layouts.fits(header, listed.layouts):
            return Listed(listed.reader(path), official=True)
    return Listed(own(path), official=False)


def stations(path: Path) -> Listed:
    """Read a list of stations: siting's own table, or SNCF's."""
    return read(path, facts.stations)
