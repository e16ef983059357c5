"""Who is served: coverage by zone, competition for the same places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.api import arguments, frames
from siting.api.times import TravelTimes
from siting.contracts import LONGEST_MINUTES
from siting.errors import InputError, require_known
from siting.measures import catchments as two_step_measures
from siting.measures import coverage as coverages
from siting.measures import pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.measures.pairs import Pairs

BANDS = ((10.0, 1.0), (20.0, 0.68), (30.0, 0.22))


def pairs_of(times: TravelTimes | pd.DataFrame, origins: pd.Index | None = None) -> Pairs:
    """The pairs of our own times, or of a long frame (also with r5py's names of columns)."""
    if isinstance(times, TravelTimes):
        return times.pairs
    table = frames.matrix(times)
    return pairs.from_long(table, None if origins is None else list(origins))


def coverage(
    times: TravelTimes | pd.DataFrame,
    people: pd.DataFrame,
    thresholds: Sequence[float],
    *,
    by: str | None = None,
    population: str = "population",
) -> pd.DataFrame:
    """People within each threshold of their nearest destination (`minutes <= threshold`).

    Parameters
    ----------
    times
        `travel_times(...)`, or a long frame `origin_id,destination_id,minutes` (also with the
        names of r5py and cafein).
    people
        `id` (of the origins; or the index) and the column of people.
    thresholds
        Minutes, increasing; none beyond the limit of the times.
    by
        Column of `people` that names a zone; without one, all people are one zone.
    population
        Column of `people` that counts them.

    Returns
    -------
    `zone,threshold_minutes,population,covered_population,covered_share`.

    Raises
    ------
    InputError
        A column or an identifier is missing, a value is negative, or a threshold is beyond the
        limit of the times.

    Examples
    --------
    >>> import pandas as pd, siting
    >>> times = pd.DataFrame({"origin_id": ["a", "b"], "destination_id": ["x", "x"],
    ...                       "minutes": [5.0, 25.0]})
    >>> people = pd.DataFrame({"id": ["a", "b"], "population": [100, 300]})
    >>> siting.coverage(times, people, [10, 30])["covered_share"].tolist()
    [0.25, 1.0]
    """
    steps = arguments.numbers(thresholds, "thresholds", least=0, most=LONGEST_MINUTES)
    limit = times.limit if isinstance(times, TravelTimes) else None
    if limit is not None and max(steps, default=0) > limit:
        raise InputError("threshold_beyond_limit", threshold=f"{max(steps):g}", limit=limit)
    ids = pd.Index(frames.table(people, "people")["id"])
    reached = pairs_of(times, ids)
    access = coverages.nearest_pair(reached).rename(columns={"origin_id": "cell_id"})
    access = access.assign(
        service="",
        population=frames.column(people, population, "people", reached.origins).to_numpy(),
    )
    names = frames.names(people, by, "people").to_numpy(str) if by is not None else [""] * len(ids)
    zones = pd.DataFrame({"cell_id": ids, "zone_kind": by or "", "zone_code": names})
    table = coverages.coverage(access, zones.assign(zone_name=names), steps)
    kept = ["zone_code", *coverages.COVERAGE_COLUMNS[4:]]
    return table[kept].rename(columns={"zone_code": "zone"})


def catchments(
    times: TravelTimes | pd.DataFrame,
    people: pd.DataFrame,
    supply: pd.DataFrame,
    *,
    method: str = "e2sfca",
    bands: Sequence[tuple[float, float]] = BANDS,
    population: str = "population",
    capacity: str = "capacity",
) -> pd.Series:
    """Supply within reach of each origin, shared with all who compete for it (2SFCA and its kin).

    Parameters
    ----------
    times
        As in `coverage`.
    people
        `id` and `population` of the origins.
    supply
        `id` and `capacity` of the destinations.
    method
        `2sfca`, `e2sfca`, `3sfca`, `m2sfca`, `kd2sfca`, `bfca` or `raam`; formulas and sources in
        docs/en/measures.md.
    bands
        Minutes and weight of each ring; methods with one limit take the last.

    Returns
    -------
    Score of each origin (index `id`): supply per person; for `raam`, a cost in minutes.

    Raises
    ------
    ConfigError
        The method is unknown.
    InputError
        A column or an identifier is missing, or a value is negative.

    Examples
    --------
    >>> import pandas as pd, siting
    >>> times = pd.DataFrame({"origin_id": ["a", "b", "b"], "destination_id": ["x", "x", "y"],
    ...                       "minutes": [5.0, 8.0, 9.0]})
    >>> people = pd.DataFrame({"id": ["a", "b"], "population": [100, 300]})
    >>> desks = pd.DataFrame({"id": ["x", "y"], "capacity": [4, 3]})
    >>> siting.catchments(times, people, desks, method="2sfca").round(3).tolist()
    [0.01, 0.02]
    """
    require_known("unknown_catchment", (method,), two_step_measures.METHODS)
    rings = [_ring(ring, place) for place, ring in enumerate(arguments.sequence(bands, "bands"))]
    reached = pairs_of(times)
    demand = frames.column(people, population, "people", reached.origins)
    places = frames.column(supply, capacity, "supply", reached.destinations)
    return two_step_measures.by_method(method, reached, demand, places, rings)


def _ring(ring: Any, place: int) -> tuple[float, float]:
    """Minutes and weight of a ring."""
    name = f"bands[{place}]"
    parts = arguments.numbers(ring, name, least=0)
    if len(parts) != 2:
        raise arguments.refused(ring, name, "bands")
    return parts[0], parts[1]
