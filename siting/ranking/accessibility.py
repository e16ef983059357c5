"""Criteria of accessibility: who gains, how many minutes, what is spared on the road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.ranking.candidate_facts import Reach, within
from siting.ranking.definition import Definition, minutes_to_nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.ranking.candidate_facts import Float64, SiteFacts


def population_gained(facts: SiteFacts, minutes: int) -> Float64:
    """People within the threshold of the site and of no existing facility."""
    beyond = ~(facts.minutes_now <= np.float32(minutes))
    return within(Reach(facts.people.weight * beyond, facts.people.minutes), minutes)


def people_only_here(facts: SiteFacts, minutes: int) -> Float64:
    """People within the threshold of the site, of no facility and of no other candidate."""
    inside = facts.people.minutes <= np.float32(minutes)
    lonely = ~(facts.minutes_now <= np.float32(minutes)) & (inside.sum(axis=1) == 1)
    return within(Reach(facts.people.weight * lonely, facts.people.minutes), minutes)


def minutes_saved(facts: SiteFacts, _: int) -> Float64:
    """Mean minutes saved an inhabitant of the area, by those for whom the site is nearer.

    People who reach no facility today are left out: a saving from infinity has no mean.
    """
    known = ~np.isnan(facts.minutes_now)
    now = facts.minutes_now[known].astype(np.float64)
    to_site = facts.people.minutes[known].astype(np.float64)
    saved = np.maximum(now[:, None] - np.where(np.isnan(to_site), np.inf, to_site), 0)
    total = facts.people.weight[known].sum()
    if total == 0:
        return facts.unknown
    mean: Float64 = facts.people.weight[known] @ saved / total
    return mean


def population_with_return_trip(facts: SiteFacts, minutes: int) -> Float64:
    """People who can go to the site and be home the same day in so many minutes, on some day."""
    return facts.unknown if facts.returns is None else within(facts.returns, minutes)


def _spared(measure: str) -> Callable[[SiteFacts, int], Float64]:
    def compute(facts: SiteFacts, _: int) -> Float64:
        return facts.spared.get(measure, facts.unknown)

    return compute


CRITERIA: dict[str, Definition] = {
    "population_gained": Definition(
        families=("accessibility", "time"),
        better="more",
        unit="people",
        takes="minutes",
        compute=population_gained,
        asked_by=("seed", "cget", "schema"),
    ),
    "minutes_saved": Definition(
        families=("accessibility", "time"),
        better="more",
        unit="min",
        compute=minutes_saved,
        asked_by=("seed", "cget"),
    ),
    "people_only_here": Definition(
        families=("accessibility", "availability"),
        better="more",
        unit="people",
        takes="minutes",
        compute=people_only_here,
        asked_by=("cget", "schema"),
    ),
    "population_with_return_trip": Definition(
        families=("accessibility", "availability"),
        better="more",
        unit="people",
        takes="minutes",
        layer="timetables",
        compute=population_with_return_trip,
        asked_by=("seed", "cget"),
    ),
    "minutes_to_station": minutes_to_nearest("stations", ("accessibility", "time")),
    "minutes_to_bus": minutes_to_nearest("bus_stops", ("accessibility", "time")),
    "minutes_to_carpool": minutes_to_nearest("carpool_areas", ("accessibility", "time")),
    "road_exposure_spared": Definition(
        families=("accessibility", "cost"),
        better="more",
        unit="km",
        layer="effects",
        compute=_spared("vehicle_km"),
        asked_by=("seed",),
    ),
    "co2_spared": Definition(
        families=("accessibility", "cost"),
        better="more",
        unit="kg",
        layer="effects",
        compute=_spared("co2_kg"),
        asked_by=("seed",),
    ),
}
