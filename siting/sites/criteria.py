"""Criteria: what each is, and its raw value for every candidate site.

A criterion's id may end with its own minutes (`population_gained_20min`) or year
(`fibre_at_site_2026`); the part before names its definition in `DEFINITIONS`. A value that cannot
be known (no table, no date, no way there) is NaN: unknown, never zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Float64 = npt.NDArray[np.float64]
Minutes = npt.NDArray[np.float32]

ID = re.compile(r"^(?P<name>[a-z_]+?)(?:_(?P<number>\d+)(?P<unit>min)?)?$")


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
    """What the criteria are computed from; an absent layer is None.

    Attributes
    ----------
    commune_codes
        Commune of each site, shape (sites,).
    people
        Demand cells.
    minutes_now
        Minutes from each cell to the nearest existing facility, NaN where there is none.
    independents, everyday
        Likely users and everyday services, as points.
    minutes_to_tiers_lieu, minutes_to_station
        Minutes from each site to the nearest one, shape (sites,).
    communes
        Code of each commune that `commune_minutes` speaks of.
    commune_minutes
        float32, shape (communes, sites): from each chef-lieu to every site.
    broadband
        `code,date,premises,ftth_premises`.
    """

    commune_codes: npt.NDArray[np.object_]
    people: Reach
    minutes_now: Minutes
    communes: npt.NDArray[np.object_]
    commune_minutes: Minutes
    independents: Reach | None = None
    everyday: Reach | None = None
    minutes_to_tiers_lieu: Minutes | None = None
    minutes_to_station: Minutes | None = None
    broadband: pd.DataFrame | None = None


@dataclass(frozen=True)
class Definition:
    """A kind of criterion.

    Attributes
    ----------
    family
        Family that it belongs to.
    better
        `more` or `less`: which values are better.
    unit
        Unit of the raw value.
    takes
        What the number in the id is: minutes, a year, or nothing.
    layer
        Table that it draws on, by its key in the configuration.
    compute
        From the facts and the id's number to one value a site.
    """

    family: Literal["accessibility", "positioning", "digital", "transport"]
    better: Literal["more", "less"]
    unit: str
    takes: Literal["minutes", "year", "nothing"]
    layer: str
    compute: Callable[[SiteFacts, int], Float64]


@dataclass(frozen=True)
class Criterion:
    """A criterion of a study: its id, its definition, and the number that the id holds."""

    id: str
    name: str
    number: int
    definition: Definition


def _within(reach: Reach | None, minutes: int, sites: int) -> Float64:
    """What lies within so many minutes of each site."""
    if reach is None:
        return np.full(sites, np.nan)
    inside = (reach.minutes <= np.float32(minutes)).astype(np.float64)
    total: Float64 = reach.weight @ inside
    return total


def population_gained(facts: SiteFacts, minutes: int) -> Float64:
    """People within the threshold of the site and of no existing facility."""
    beyond = ~(facts.minutes_now <= np.float32(minutes))
    people = Reach(facts.people.weight * beyond, facts.people.minutes)
    return _within(people, minutes, len(facts.commune_codes))


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
        return np.full(len(facts.commune_codes), np.nan)
    mean: Float64 = facts.people.weight[known] @ saved / total
    return mean


def _shares(facts: SiteFacts, year: int) -> pd.DataFrame | None:
    """Premises and those with fibre at the last date of a year, by commune."""
    if facts.broadband is None:
        return None
    dates = pd.to_datetime(facts.broadband["date"])
    of_year = facts.broadband[dates.dt.year == year]
    if of_year.empty:
        return None
    last = of_year[dates[of_year.index] == dates[of_year.index].max()]
    return last.set_index("code")[["premises", "ftth_premises"]].astype(float)


def fibre_at_site(facts: SiteFacts, year: int) -> Float64:
    """Share of the premises of the site's commune that fibre reaches."""
    table = _shares(facts, year)
    if table is None:
        return np.full(len(facts.commune_codes), np.nan)
    share = table["ftth_premises"] / table["premises"].where(table["premises"] > 0)
    return share.reindex(facts.commune_codes).to_numpy(np.float64)


def without_fibre_around(facts: SiteFacts, year: int, minutes: float = 20) -> Float64:
    """Share of premises without fibre in the communes whose chef-lieu is within 20 minutes."""
    table = _shares(facts, year)
    sites = len(facts.commune_codes)
    if table is None:
        return np.full(sites, np.nan)
    here = table.reindex(facts.communes).dropna()
    rows = pd.Index(facts.communes).get_indexer(here.index)
    near = (facts.commune_minutes[rows] <= np.float32(minutes)).astype(np.float64)
    premises = here["premises"].to_numpy(np.float64) @ near
    fibre = here["ftth_premises"].to_numpy(np.float64) @ near
    share: Float64 = np.divide(fibre, premises, out=np.full(sites, np.nan), where=premises > 0)
    return 1 - share


def _given(values: Minutes | None, facts: SiteFacts) -> Float64:
    if values is None:
        return np.full(len(facts.commune_codes), np.nan)
    return values.astype(np.float64)


DEFINITIONS: Mapping[str, Definition] = {
    "population_gained": Definition(
        "accessibility", "more", "people", "minutes", "", population_gained
    ),
    "minutes_saved": Definition("accessibility", "more", "min", "nothing", "", minutes_saved),
    "independents": Definition(
        "positioning",
        "more",
        "establishments",
        "minutes",
        "establishments",
        lambda facts, minutes: _within(facts.independents, minutes, len(facts.commune_codes)),
    ),
    "everyday_services": Definition(
        "positioning",
        "more",
        "services",
        "minutes",
        "everyday",
        lambda facts, minutes: _within(facts.everyday, minutes, len(facts.commune_codes)),
    ),
    "fibre_at_site": Definition("digital", "more", "share", "year", "broadband", fibre_at_site),
    "without_fibre_around": Definition(
        "digital", "more", "share", "year", "broadband", without_fibre_around
    ),
    "minutes_to_tiers_lieu": Definition(
        "positioning",
        "more",
        "min",
        "nothing",
        "tiers_lieux",
        lambda facts, _: _given(facts.minutes_to_tiers_lieu, facts),
    ),
    "minutes_to_station": Definition(
        "transport",
        "less",
        "min",
        "nothing",
        "stations",
        lambda facts, _: _given(facts.minutes_to_station, facts),
    ),
}


def parse(criterion_id: str) -> Criterion:
    """Find a criterion by its id.

    Raises
    ------
    ConfigError
        There is none; the message lists those that exist.
    """
    match = ID.match(criterion_id)
    definition = DEFINITIONS.get(match["name"]) if match else None
    if match and definition:
        found = {(True, True): "minutes", (True, False): "year", (False, False): "nothing"}
        if found[match["number"] is not None, match["unit"] is not None] == definition.takes:
            return Criterion(criterion_id, match["name"], int(match["number"] or 0), definition)
    raise ConfigError("unknown_criterion", criterion=criterion_id, known=", ".join(known_ids()))


def known_ids() -> list[str]:
    """Ids that a configuration may name, with examples of their number."""
    example = {"minutes": "_20min", "year": "_2026", "nothing": ""}
    return [name + example[one.takes] for name, one in DEFINITIONS.items()]


def values(criteria: list[Criterion], facts: SiteFacts) -> pd.DataFrame:
    """Raw values: one row a site, one column a criterion (its id), NaN where unknown."""
    columns = {one.id: one.definition.compute(facts, one.number) for one in criteria}
    return pd.DataFrame(columns, index=range(len(facts.commune_codes)))
