"""Travel times between frames of points: matrices, nearest places, isochrones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.api import arguments, frames
from siting.api.roads import router_of
from siting.contracts import LONGEST_MINUTES
from siting.errors import InputError
from siting.measures import pairs
from siting.times import isochrones as surfaces
from siting.times import matrix, reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from access import Access

    from siting.api.roads import Roads
    from siting.measures.pairs import Pairs
    from siting.times.matrix import Dense


@dataclass(frozen=True)
class TravelTimes:
    """Times from every origin to every destination.

    Attributes
    ----------
    matrix
        The engine's own: integer deciseconds and the points joined to the roads.
    limit
        Minutes beyond which a pair is left out; None: no limit.
    """

    matrix: Dense
    limit: float | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """Long frame `origin_id,destination_id,minutes,reason`, pairs beyond the limit left out.

        `minutes` is float32; where it is NaN, `reason` says why: `no_route`, `too_far_from_road`.
        """
        return matrix.long(self.matrix, self.limit)

    @cached_property
    def pairs(self) -> Pairs:
        """The same as sparse pairs, which the measures read."""
        return pairs.from_times(self.matrix, self.limit)

    def dense(self) -> npt.NDArray[np.float32]:
        """Minutes, float32, shape (origins, destinations); NaN: no time, or beyond the limit."""
        minutes = self.matrix.minutes
        if self.limit is not None:
            minutes[minutes > np.float32(self.limit)] = np.nan
        return minutes

    def cost_matrix(self, unreached: float) -> npt.NDArray[np.float64]:
        """Minutes as spopt takes them (`from_cost_matrix`): float64, shape (origins, destinations).

        Parameters
        ----------
        unreached
            Minutes of a pair that has no time or is beyond the limit, since spopt knows no gap;
            more than any time counts.

        Raises
        ------
        InputError
            A time is `unreached` or more: a gap would look like a time.
        """
        arguments.number(unreached, "unreached")
        minutes = self.dense().astype(np.float64)
        longest = np.nanmax(minutes, initial=0.0)
        if not longest < unreached:
            raise InputError("unreached_is_reached", value=f"{unreached:g}", longest=f"{longest:g}")
        return np.where(np.isnan(minutes), unreached, minutes)

    def to_access(
        self,
        people: pd.DataFrame,
        supply: pd.DataFrame,
        *,
        population: str = "population",
        capacity: str = "capacity",
    ) -> Access:
        """These times, people and supply as an `access.Access` of PySAL.

        Parameters
        ----------
        people, supply
            `id` (of the origins, of the destinations; or the index) and a column of numbers.
        population, capacity
            Names of those columns.

        Returns
        -------
        Demand, supply and costs by identifier; the cost is called `minutes`, and a pair without a
        time is left out, as in `table`.

        Raises
        ------
        InputError
            A column or an identifier is missing, a value is negative, or the library `access` is
            not there.
        """
        try:
            from access import Access  # noqa: PLC0415 - of the extra `interchange`
        except ImportError as error:
            raise InputError("library_missing", library="access") from error
        demand = frames.column(people, population, "people", self.origins)
        offered = frames.column(supply, capacity, "supply", self.destinations)
        costs = self.table[self.table["minutes"].notna()].drop(columns="reason")
        return Access(
            demand_df=demand.reset_index(),
            demand_index="id",
            demand_value=population,
            supply_df=offered.reset_index(),
            supply_index="id",
            supply_value=capacity,
            cost_df=costs.astype({"origin_id": str, "destination_id": str}),
            cost_origin="origin_id",
            cost_dest="destination_id",
            cost_name="minutes",
        )

    @property
    def origins(self) -> list[str]:
        """Identifiers of the rows of `dense`."""
        return [str(name) for name in self.matrix.origins.ids]

    @property
    def destinations(self) -> list[str]:
        """Identifiers of the columns of `dense`."""
        return [str(name) for name in self.matrix.destinations.ids]

    def _repr_html_(self) -> str:
        return self.table.head(10).to_html(index=False)


def travel_times(
    roads: Roads,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    limit: float | None = None,
) -> TravelTimes:
    """Travel times from every origin to every destination.

    Parameters
    ----------
    roads
        See `read_roads`.
    origins, destinations
        GeoDataFrames of points or polygons (any CRS; a point inside each polygon is taken) with a
        column `id` or else their index as identifiers, or DataFrames `id,lon,lat` in degrees, or
        DataFrames without positions whose `id` names H3 cells or squares of INSEE.
    limit
        Minutes beyond which a pair is left out.

    Returns
    -------
    Times in minutes, from the resident to the place, access legs at both ends included.

    Raises
    ------
    InputError
        A frame is wrong (its row is named), or the limit is not positive.

    Examples
    --------
    >>> import pandas as pd, siting
    >>> roads = siting.read_roads(samples / "osm" / "andorra.osm.pbf")
    >>> towns = pd.DataFrame({"id": ["la Vella", "Canillo"], "lon": [1.5218, 1.5976],
    ...                       "lat": [42.5075, 42.5676]})
    >>> times = siting.travel_times(roads, towns, towns)
    >>> times.dense().shape
    (2, 2)
    >>> list(times.table.columns)
    ['origin_id', 'destination_id', 'minutes', 'reason']
    """
    router = router_of(roads)
    limit = arguments.optional(limit, "limit", above=0)
    start, end = frames.points(origins, "origins"), frames.points(destinations, "destinations")
    attach = router.network.attach
    return TravelTimes(matrix.dense(router, attach(start), attach(end)), limit)


def nearest(
    roads: Roads,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    k: int = 1,
    limit: float | None = None,
) -> pd.DataFrame:
    """The k nearest destinations of each origin, the nearest first.

    Parameters
    ----------
    roads, origins, destinations, limit
        See `travel_times`.
    k
        How many to keep of each origin.

    Returns
    -------
    `origin_id,destination_id,minutes,reason`; an origin that reaches none keeps one row, with its
    reason.

    Raises
    ------
    InputError
        As `travel_times`; k is below 1.

    Examples
    --------
    >>> import pandas as pd, siting
    >>> roads = siting.read_roads(samples / "osm" / "andorra.osm.pbf")
    >>> towns = pd.DataFrame({"id": ["la Vella", "Canillo", "Ordino"],
    ...                       "lon": [1.5218, 1.5976, 1.5333], "lat": [42.5075, 42.5676, 42.5563]})
    >>> siting.nearest(roads, towns[:1], towns[1:])["destination_id"].tolist()
    ['Ordino']
    """
    router = router_of(roads)
    count = arguments.whole(k, "k", 1)
    limit = arguments.optional(limit, "limit", above=0)
    start, end = frames.points(origins, "origins"), frames.points(destinations, "destinations")
    if count == 1 and limit is None and len(end):
        return reach.table(router, router.network.attach(start), router.network.attach(end))
    blocks = matrix.blocks(router, start, end, limit)
    return pd.concat([matrix.closest(block, count) for block in blocks], ignore_index=True)


def isochrones(
    roads: Roads,
    places: pd.DataFrame,
    minutes: Sequence[float],
    *,
    towards: bool = True,
    cell_m: float = surfaces.CELL_M,
) -> gpd.GeoDataFrame:
    """Where a place is reached from within some minutes.

    Parameters
    ----------
    roads
        See `read_roads`.
    places
        Points: see `travel_times`.
    minutes
        Increasing.
    towards
        True for times to the place, False for times from it.
    cell_m
        Side of the grid that is searched, metres, 5 to 5,000: also the tolerance.

    Returns
    -------
    `id,minutes,tolerance_m` and multipolygons (EPSG:4326), the largest of each place first, so that
    smaller ones are drawn over it.

    Raises
    ------
    InputError
        Minutes are not increasing, or a frame is wrong.
    NetworkError
        A place is too far from a road.

    Examples
    --------
    >>> import pandas as pd, siting
    >>> roads = siting.read_roads(samples / "osm" / "andorra.osm.pbf")
    >>> town = pd.DataFrame({"id": ["la Vella"], "lon": [1.5218], "lat": [42.5075]})
    >>> shapes = siting.isochrones(roads, town, [5, 10])
    >>> shapes["minutes"].tolist(), shapes.crs.to_epsg()
    ([10.0, 5.0], 4326)
    """
    router = router_of(roads)
    limits = arguments.numbers(minutes, "minutes", above=0, most=LONGEST_MINUTES)
    if not limits or limits != sorted(set(limits)):
        raise InputError("bad_minutes", value=", ".join(f"{limit:g}" for limit in limits))
    side = arguments.number(cell_m, "cell_m", least=surfaces.FINEST_M, most=surfaces.COARSEST_M)
    points = frames.points(places, "places")
    return surfaces.of_points(router, points, limits, towards=towards, cell_m=side)
