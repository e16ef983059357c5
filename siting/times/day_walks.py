"""Walks of a day from many homes, found once; homes that walk nowhere are left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siting.times import transit, walking

if TYPE_CHECKING:
    import pandas as pd

    from siting.network.routing import Int64
    from siting.network.timetable import Timetable
    from siting.times.transit import TransitWalks
    from siting.times.walking import Walking


@dataclass(frozen=True)
class DayWalks:
    """Walks of homes that reach a stop or a place on foot.

    Attributes
    ----------
    homes
        Their numbers, increasing.
    out, back
        Walks from them to the places, and from the places to them.
    """

    homes: Int64
    out: TransitWalks
    back: TransitWalks

    def of(self, homes: Int64) -> DayWalks:
        """Those of some of the homes, by number; what walks nowhere has none."""
        kept = np.flatnonzero(np.isin(self.homes, homes))
        stops, places = len(self.out.arriving.first) - 1, self.out.n_places
        back = _back_to(self.back, kept, stops, places)
        out = replace(self.out, leaving=self.out.leaving.of(kept), direct=self.out.direct.of(kept))
        return DayWalks(self.homes[kept], out, back)


def _back_to(back: TransitWalks, kept: Int64, stops: int, places: int) -> TransitWalks:
    """Walks to some of the homes."""
    size = back.n_places
    return replace(
        back,
        arriving=back.arriving.turned(size).of(kept).turned(stops),
        direct=back.direct.turned(size).of(kept).turned(places),
        n_places=len(kept),
    )


def walks(
    way: Walking, timetable: Timetable, homes: pd.DataFrame, places: pd.DataFrame, cap_min: float
) -> DayWalks:
    """Find the walks between homes, stops and places.

    Parameters
    ----------
    homes, places
        `id,lon,lat`.
    cap_min
        Minutes that one walks at most in one go.
    """
    out = transit.access(way, timetable, homes, places, cap_min)
    near = (np.diff(out.leaving.first) > 0) | (np.diff(out.direct.first) > 0)
    kept = np.flatnonzero(near)
    out = replace(out, leaving=out.leaving.of(kept), direct=out.direct.of(kept))
    some, cap = homes.iloc[kept], int(cap_min * 60)
    arriving = walking.from_stops(way, timetable, some, cap)
    back = transit.leaving_from((out.changing, arriving), way, timetable, places, some, cap_min)
    return DayWalks(kept, out, back)
