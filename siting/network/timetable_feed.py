"""What a timetable needs of a feed, and nothing else: plain tables of what runs on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from siting.network.routing import Int32, Int64

Bool = npt.NDArray[np.bool_]


class Feed(Protocol):
    """What a feed says of a day: see `sources.gtfs_days.FeedDay` for the columns."""

    @property
    def path(self) -> Path:
        """The feed."""
        ...

    @property
    def zone(self) -> str:
        """Name of its time zone, empty where it names none."""
        ...

    @property
    def stops(self) -> pd.DataFrame:
        """Where vehicles call."""
        ...

    @property
    def trips(self) -> pd.DataFrame:
        """What runs on the day, the day before or the day after."""
        ...

    @property
    def calls(self) -> pd.DataFrame:
        """When each trip calls at which stop."""
        ...

    @property
    def frequencies(self) -> pd.DataFrame:
        """Trips that leave at equal intervals."""
        ...

    @property
    def transfers(self) -> pd.DataFrame:
        """Rules of changes."""
        ...

    @property
    def unseated(self) -> pd.DataFrame:
        """Trips that nobody may stay seated between."""
        ...

    @property
    def demand(self) -> pd.DataFrame:
        """Transport on demand of the day: from which area to which, when."""
        ...

    @property
    def areas(self) -> pd.DataFrame:
        """Areas of transport on demand."""
        ...

    @property
    def remarks(self) -> Mapping[str, int]:
        """What its reader left out or noted."""
        ...


@dataclass(frozen=True)
class Runs:
    """Runs call by call: see `timetable.Timetable`."""

    first: Int64
    stop: Int32
    arrival: Int32
    departure: Int32
    board: Bool
    alight: Bool
    trip: Int32
