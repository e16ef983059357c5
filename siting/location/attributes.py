"""What tables of sites and of demand say beside identifiers and weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import ModelError
from siting.location.problem import shown

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.problem import Problem


@dataclass(frozen=True)
class Attributes:
    """Capacities, prices, sizes and zones.

    Attributes
    ----------
    sites
        By identifier of the site, columns `capacity` (in the unit of `size`) and `cost` where
        some table of sites has them.
    demand
        By identifier of the demand, columns `size` (what it takes of a capacity; its weight where
        there is none) and `zone` where the table of demand has them.
    """

    sites: pd.DataFrame = field(default_factory=pd.DataFrame)
    demand: pd.DataFrame = field(default_factory=pd.DataFrame)

    def capacities(self, problem: Problem) -> Float64:
        """Capacity of each site of the problem; 0 of one that is closed and has none.

        Raises
        ------
        ModelError
            There is no such column, or a site that may serve has no value.
        """
        return self._of_sites(problem, "capacity", problem.closed)

    def costs(self, problem: Problem) -> Float64:
        """Price of opening each site; 0 of one that has none and is closed or stands already.

        Raises
        ------
        ModelError
            There is no such column, or a site that may be chosen has no value.
        """
        return self._of_sites(problem, "cost", problem.closed | problem.existing)

    def sizes(self, problem: Problem) -> Float64 | None:
        """What each demand takes of a capacity; None where its weight is meant."""
        if "size" not in self.demand:
            return None
        return self.demand["size"].reindex(problem.demand_ids).to_numpy(float)

    def zones(self, problem: Problem) -> npt.NDArray[Any]:
        """Zone of each demand.

        Raises
        ------
        ModelError
            There is no such column.
        """
        if "zone" not in self.demand:
            raise ModelError("column_needed", parameter="floor", column="zone")
        return self.demand["zone"].reindex(problem.demand_ids).to_numpy(object)

    def _of_sites(self, problem: Problem, column: str, idle: npt.NDArray[np.bool_]) -> Float64:
        """Value of each site; 0 where it is unknown of an idle one."""
        if column not in self.sites:
            raise ModelError("column_needed", parameter=column, column=column)
        values = self.sites[column].reindex(problem.site_ids).to_numpy(float)
        unknown = np.isnan(values) & ~idle
        if unknown.any():
            ids = shown(problem.site_ids[unknown])
            raise ModelError("site_value_missing", column=column, ids=ids)
        return np.where(np.isnan(values), 0.0, values)
