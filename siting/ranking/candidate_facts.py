"""What the criteria of candidate sites are computed from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

Float64 = npt.NDArray[np.float64]
Minutes = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reach:
    """Weighted points and the minutes from each to every candidate.

    Attributes
    ----------
    weight
        What counts at each point (people, establishments, premises), shape (points,).
    minutes
        float32, shape (points, sites); NaN where there is no time.
    """

    weight: Float64
    minutes: Minutes


@dataclass(frozen=True)
class SiteFacts:
    """What the criteria are computed from; an absent layer has no entry, or is None.

    Attributes
    ----------
    commune_codes
        Commune of each site, shape (sites,).
    people
        Demand cells.
    minutes_now
        Minutes from each cell to the nearest existing facility, NaN where there is none.
    around
        Points and the minutes from each to every site, by layer.
    nearest
        Minutes from each site to the nearest point, by layer; float32, shape (sites,).
    communes
        Code of each commune whose chef-lieu is a point of the layer `chefs_lieux`.
    broadband
        `code,date,premises,ftth_premises`.
    services_here
        Everyday services in the site's commune, shape (sites,).
    spared
        What each site by itself would spare in a year, by measure (`effects`), shape (sites,).
    entered
        Values entered by hand, one row a site, one column a criterion, NaN where not entered.
    returns
        Demand cells, and the shortest absence from home for a way to each site and back by coach
        and train, on any day of the study.
    days
        Days a month that one likely user would come, by minutes, as the survey says.
    fewest
        Counts of persons from 1 to `fewest - 1` are not told.
    """

    commune_codes: npt.NDArray[np.object_]
    people: Reach
    minutes_now: Minutes
    around: Mapping[str, Reach] = field(default_factory=dict)
    nearest: Mapping[str, Minutes] = field(default_factory=dict)
    communes: npt.NDArray[np.object_] | None = None
    broadband: pd.DataFrame | None = None
    services_here: Float64 | None = None
    spared: Mapping[str, Float64] = field(default_factory=dict)
    entered: pd.DataFrame | None = None
    returns: Reach | None = None
    days: Callable[[Minutes], Float64] | None = None
    fewest: int = 5

    @property
    def unknown(self) -> Float64:
        """NaN for each site."""
        return np.full(len(self.commune_codes), np.nan)


def within(reach: Reach, minutes: int) -> Float64:
    """Sum what lies within so many minutes of each site, shape (sites,)."""
    inside = (reach.minutes <= np.float32(minutes)).astype(np.float64)
    total: Float64 = reach.weight @ inside
    return total
