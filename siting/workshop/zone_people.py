"""People within thresholds, zone by zone, of a scenario and against today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.ranking.candidate_facts import Float64, Minutes

CURVE_MINUTES = 60


@dataclass(frozen=True)
class ZonePeople:
    """Which zone has which cells, and the people of both.

    Attributes
    ----------
    people
        Of each cell, shape (cells,).
    zones
        `zone_kind,zone_code,zone_name,population`.
    zone, cell
        Row of a zone and a cell that it has, pair by pair, shape (pairs,).
    """

    people: Float64
    zones: pd.DataFrame
    zone: npt.NDArray[np.intp]
    cell: npt.NDArray[np.intp]

    def covered(
        self, minutes: Minutes, now: Minutes, thresholds: Sequence[float]
    ) -> tuple[Float64, Float64, Float64]:
        """People within each threshold, who come within it, who leave it; (zones, thresholds).

        Parameters
        ----------
        minutes, now
            From each cell in the scenario and today, NaN where there is no way.
        """
        beyond = len(thresholds)  # how many thresholds a cell is beyond, in the scenario and today
        limits = np.asarray(thresholds, np.float32)
        then, before = (np.searchsorted(limits, each) for each in (minutes, now))
        kinds, zones = (beyond + 1) ** 2, len(self.zones)
        kind = (then * (beyond + 1) + before)[self.cell] + self.zone * kinds
        people = np.bincount(kind, self.people[self.cell], minlength=zones * kinds)
        by = people.reshape(zones, beyond + 1, beyond + 1)  # a zone's, beyond how many, and today
        covered, gained, lost = (np.zeros((zones, beyond)) for _ in range(3))
        for j in range(beyond):
            covered[:, j] = by[:, : j + 1].sum(axis=(1, 2))
            gained[:, j] = by[:, : j + 1, j + 1 :].sum(axis=(1, 2))
            lost[:, j] = by[:, j + 1 :, : j + 1].sum(axis=(1, 2))
        return covered, gained, lost

    def curve(self, minutes: Minutes) -> Float64:
        """People within 0 to 60 minutes, shape (61,)."""
        beyond = np.float32(CURVE_MINUTES + 1)
        step = np.ceil(np.fmin(minutes, beyond)).astype(np.intp)  # NaN is beyond as well
        people = np.bincount(step, self.people, minlength=CURVE_MINUTES + 2)
        return np.cumsum(people, dtype=np.float64)[: CURVE_MINUTES + 1]


def of_cells(zones: pd.DataFrame, communes: pd.Series, people: Float64) -> ZonePeople:
    """Give the people of zones.

    Parameters
    ----------
    zones
        `zone_kind,zone_code,zone_name,commune_code`, one row a commune of a zone.
    communes
        Commune of each cell.
    people
        Of each cell.
    """
    keys = ["zone_kind", "zone_code", "zone_name"]
    names = zones[keys].drop_duplicates().reset_index(drop=True)
    number = pd.MultiIndex.from_frame(names).get_indexer(pd.MultiIndex.from_frame(zones[keys]))
    rows = pd.DataFrame({"commune": zones["commune_code"].to_numpy(), "zone": number})
    cells = pd.DataFrame({"commune": communes.to_numpy(), "cell": np.arange(len(communes))})
    both = cells.merge(rows, on="commune")
    zone, cell = both["zone"].to_numpy(np.intp), both["cell"].to_numpy(np.intp)
    population = np.bincount(zone, people[cell], minlength=len(names))
    return ZonePeople(people, names.assign(population=population), zone, cell)
