"""Criteria: what each is, and its raw value for every candidate site.

A criterion's id may end with its own minutes (`population_gained_20min`) or year
(`fibre_at_site_2026`); the part before names its definition in `DEFINITIONS`. A value that cannot
be known (no table, no date, no way there) is NaN: unknown, never zero. Its name, unit, source and
how it comes about are texts, under `criteria.<name>`.

Three lists of families meet here: the seed project's, the seven dimensions of accessibility of the
CGET, and those of the charter, whose criteria are entered with their evidence. A criterion belongs
to one section (the seed's families, and the charter) and may belong to a dimension of the CGET.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Float64 = npt.NDArray[np.float64]
Minutes = npt.NDArray[np.float32]

Family = Literal[
    "accessibility", "positioning", "premises",
    "time", "availability", "cost", "quality", "choice", "information", "image",
    "ethics", "organisation", "governance", "name_and_theme", "animation",
    "training", "project_support", "participation",
]  # fmt: skip
Asker = Literal["seed", "cget", "charter", "charter_2016", "schema"]
SEED: tuple[Family, ...] = ("accessibility", "positioning", "premises")
CGET: tuple[Family, ...] = (
    "time", "availability", "cost", "quality", "choice", "information", "image",
)  # fmt: skip
CHARTER: tuple[Family, ...] = (
    "ethics",
    "organisation",
    "governance",
    "name_and_theme",
    "animation",
)
CHARTER_2016: tuple[Family, ...] = ("training", "project_support", "participation")
SECTIONS = (*SEED, "charter")
AROUND_MINUTES = 20  # of the criterion on premises without fibre around

ID = re.compile(r"^(?P<name>[a-z][a-z0-9_]*?)(?:_(?P<number>\d+)(?P<unit>min)?)?$")


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
    tiers_lieux
        Existing tiers-lieux, as points.
    minutes_to_bus, minutes_to_carpool
        Minutes from each site to the nearest bus stop and car-pool area, shape (sites,).
    services_here
        Everyday services in the site's commune, shape (sites,).
    spared
        What each site by itself would spare in a year, by measure (`effects`), shape (sites,).
    entered
        Values entered by hand, one row a site, one column a criterion, NaN where not entered.
    minutes_to_relay
        Minutes from each site to the nearest relay (maison de l'emploi), shape (sites,).
    days
        Days a month that one likely user would come, by minutes, as the survey says.
    fewest
        Counts of establishments from 1 to `fewest - 1` are not told.
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
    tiers_lieux: Reach | None = None
    minutes_to_bus: Minutes | None = None
    minutes_to_carpool: Minutes | None = None
    services_here: Float64 | None = None
    spared: Mapping[str, Float64] = field(default_factory=dict)
    entered: pd.DataFrame | None = None
    minutes_to_relay: Minutes | None = None
    days: Callable[[Minutes], Float64] | None = None
    fewest: int = 5


@dataclass(frozen=True)
class Definition:
    """A kind of criterion.

    Attributes
    ----------
    families
        Families that it belongs to; the first one is the seed's or the charter's.
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
    asked_by
        Who asked for it.
    entered
        Whether it is entered by hand.
    equipment
        Whether it counts equipment, which never dominates.
    """

    families: tuple[Family, ...]
    better: Literal["more", "less"]
    unit: str
    takes: Literal["minutes", "year", "nothing"]
    layer: str
    compute: Callable[[SiteFacts, int], Float64]
    asked_by: tuple[Asker, ...]
    entered: bool = False
    equipment: bool = False

    @property
    def family(self) -> Family:
        """The seed's family, or the charter's."""
        return self.families[0]

    @property
    def section(self) -> str:
        """The seed's family, or `charter`."""
        return self.family if self.family in SEED else "charter"


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


def independents(facts: SiteFacts, minutes: int) -> Float64:
    """Likely users within so many minutes; every small count is taken for half of `fewest`.

    Sole traders are people: a table, and a score made of it, must not tell that two of them are
    there. All small counts become one number before anything is computed from them.
    """
    count = _within(facts.independents, minutes, len(facts.commune_codes))
    return np.where((count > 0) & (count < facts.fewest), facts.fewest / 2, count)


def population_gained(facts: SiteFacts, minutes: int) -> Float64:
    """People within the threshold of the site and of no existing facility."""
    beyond = ~(facts.minutes_now <= np.float32(minutes))
    people = Reach(facts.people.weight * beyond, facts.people.minutes)
    return _within(people, minutes, len(facts.commune_codes))


def people_only_here(facts: SiteFacts, minutes: int) -> Float64:
    """People within the threshold of the site, of no facility and of no other candidate."""
    within = facts.people.minutes <= np.float32(minutes)
    lonely = ~(facts.minutes_now <= np.float32(minutes)) & (within.sum(axis=1) == 1)
    return _within(
        Reach(facts.people.weight * lonely, facts.people.minutes), minutes, len(within.T)
    )


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


def without_fibre_around(facts: SiteFacts, year: int) -> Float64:
    """Share of premises without fibre in the communes whose chef-lieu is within 20 minutes."""
    table = _shares(facts, year)
    sites = len(facts.commune_codes)
    if table is None:
        return np.full(sites, np.nan)
    here = table.reindex(facts.communes).dropna()
    rows = pd.Index(facts.communes).get_indexer(here.index)
    near = (facts.commune_minutes[rows] <= np.float32(AROUND_MINUTES)).astype(np.float64)
    premises = here["premises"].to_numpy(np.float64) @ near
    fibre = here["ftth_premises"].to_numpy(np.float64) @ near
    share: Float64 = np.divide(fibre, premises, out=np.full(sites, np.nan), where=premises > 0)
    return 1 - share


def _given(values: npt.NDArray[np.floating] | None, facts: SiteFacts) -> Float64:
    if values is None:
        return np.full(len(facts.commune_codes), np.nan)
    return values.astype(np.float64)


def expected_use(facts: SiteFacts, _: int) -> Float64:
    """Days a month that likely users would come, by the survey's fall of use with minutes."""
    if facts.days is None or facts.independents is None:
        return np.full(len(facts.commune_codes), np.nan)
    minutes = facts.independents.minutes
    days = facts.days(minutes.ravel()).reshape(minutes.shape)
    total: Float64 = facts.independents.weight @ days
    return total


def _spared(measure: str) -> Callable[[SiteFacts, int], Float64]:
    return lambda facts, _: _given(facts.spared.get(measure), facts)


def _entered(
    name: str,
    families: tuple[Family, ...],
    unit: str,
    *,
    better: Literal["more", "less"] = "more",
    asked_by: tuple[Asker, ...] = ("cget",),
    equipment: bool = False,
) -> Definition:
    """Define a criterion that is entered by hand."""

    def compute(facts: SiteFacts, _: int) -> Float64:
        known = facts.entered is not None and name in facts.entered
        return _given(facts.entered[name].to_numpy(np.float64) if known else None, facts)  # type: ignore[index]

    return Definition(
        families,
        better,
        unit,
        "nothing",
        "evidence",
        compute,
        asked_by,
        entered=True,
        equipment=equipment,
    )


def _charter(name: Family, asked_by: Asker) -> Definition:
    return _entered(name, (name,), "level", asked_by=(asked_by,))


DEFINITIONS: Mapping[str, Definition] = {
    "population_gained": Definition(
        ("accessibility", "time"),
        "more",
        "people",
        "minutes",
        "",
        population_gained,
        ("seed", "cget", "schema"),
    ),
    "minutes_saved": Definition(
        ("accessibility", "time"), "more", "min", "nothing", "", minutes_saved, ("seed", "cget")
    ),
    "people_only_here": Definition(
        ("accessibility", "availability"),
        "more",
        "people",
        "minutes",
        "",
        people_only_here,
        ("cget", "schema"),
    ),
    "minutes_to_station": Definition(
        ("accessibility", "time"),
        "less",
        "min",
        "nothing",
        "stations",
        lambda facts, _: _given(facts.minutes_to_station, facts),
        ("seed", "cget"),
    ),
    "minutes_to_bus": Definition(
        ("accessibility", "time"),
        "less",
        "min",
        "nothing",
        "bus_stops",
        lambda facts, _: _given(facts.minutes_to_bus, facts),
        ("seed", "cget"),
    ),
    "minutes_to_carpool": Definition(
        ("accessibility", "time"),
        "less",
        "min",
        "nothing",
        "carpool_areas",
        lambda facts, _: _given(facts.minutes_to_carpool, facts),
        ("seed", "cget"),
    ),
    "road_exposure_spared": Definition(
        ("accessibility", "cost"),
        "more",
        "km",
        "nothing",
        "effects",
        _spared("vehicle_km"),
        ("seed",),
    ),
    "co2_spared": Definition(
        ("accessibility", "cost"), "more", "kg", "nothing", "effects", _spared("co2_kg"), ("seed",)
    ),
    "independents": Definition(
        ("positioning", "availability"),
        "more",
        "establishments",
        "minutes",
        "establishments",
        independents,
        ("seed",),
    ),
    "expected_use": Definition(
        ("positioning", "availability"),
        "more",
        "days",
        "nothing",
        "survey",
        expected_use,
        ("seed",),
    ),
    "minutes_to_relay": Definition(
        ("positioning", "information"),
        "less",
        "min",
        "nothing",
        "offers",
        lambda facts, _: _given(facts.minutes_to_relay, facts),
        ("seed", "cget"),
    ),
    "everyday_services": Definition(
        ("positioning", "availability"),
        "more",
        "services",
        "minutes",
        "everyday",
        lambda facts, minutes: _within(facts.everyday, minutes, len(facts.commune_codes)),
        ("seed", "schema"),
    ),
    "services_here": Definition(
        ("positioning", "availability"),
        "more",
        "services",
        "nothing",
        "everyday",
        lambda facts, _: _given(facts.services_here, facts),
        ("seed", "schema"),
    ),
    "without_fibre_around": Definition(
        ("positioning", "availability"),
        "more",
        "share",
        "year",
        "broadband",
        without_fibre_around,
        ("seed",),
    ),
    "minutes_to_tiers_lieu": Definition(
        ("positioning", "choice"),
        "more",
        "min",
        "nothing",
        "tiers_lieux",
        lambda facts, _: _given(facts.minutes_to_tiers_lieu, facts),
        ("seed", "cget"),
    ),
    "tiers_lieux": Definition(
        ("positioning", "choice"),
        "more",
        "tiers_lieux",
        "minutes",
        "tiers_lieux",
        lambda facts, minutes: _within(facts.tiers_lieux, minutes, len(facts.commune_codes)),
        ("seed", "cget"),
    ),
    "fibre_at_site": Definition(
        ("premises", "quality"), "more", "share", "year", "broadband", fibre_at_site, ("seed",)
    ),
    "floor_area": _entered("floor_area", ("premises", "quality"), "m2", asked_by=("seed",)),
    "rent": _entered("rent", ("premises", "cost"), "euros", better="less", asked_by=("seed",)),
    "host": _entered("host", ("premises", "quality"), "level", asked_by=("seed",)),
    "equipment": _entered(
        "equipment", ("premises", "quality"), "level", asked_by=("seed",), equipment=True
    ),
    "image": _entered("image", ("premises", "image"), "level", asked_by=("seed", "cget")),
    "opening_hours": _entered("opening_hours", ("premises", "availability"), "hours"),
    "price": _entered("price", ("premises", "cost"), "euros", better="less"),
    "information": _entered("information", ("positioning", "information"), "level"),
    **{name: _charter(name, "charter") for name in CHARTER},
    **{name: _charter(name, "charter_2016") for name in CHARTER_2016},
}
LEVELS = 4  # of what is entered as a level: 0 to 4


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
