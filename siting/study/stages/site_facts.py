"""What the criteria of a study's candidate sites are computed from.

One function gathers it, for `siting run` and for the workshop; what differs is where the times come
from (`SiteTimes`): a matrix computed at once, or columns kept place by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from siting import contracts
from siting.config.census import Census
from siting.contracts import Column, Table
from siting.measures import coverage as coverages
from siting.ranking import criteria
from siting.ranking.candidate_facts import Reach, SiteFacts
from siting.sources import sirene
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from siting.config import Study
    from siting.network.routing import Attachment
    from siting.ranking.candidate_facts import Float64, Minutes
    from siting.ranking.definition import Criterion
    from siting.study.prepared import PreparedStudy

PREMISES = {"floor_area": "floor_area_m2", "rent": "rent_eur_month"}
PEOPLE = "people"  # the layer of demand cells


class SiteTimes(Protocol):
    """Times between the points of a layer and the candidate sites."""

    def to_sites(self, layer: str) -> Minutes:
        """Minutes from each point to each site, float32, shape (points, sites); NaN: no way."""

    def to_nearest(self, layer: str) -> Minutes:
        """Minutes from each site to the nearest point, float32, shape (sites,); NaN: no way."""


@dataclass(frozen=True)
class StudyFacts:
    """What the criteria of a study draw on that no scenario changes.

    Attributes
    ----------
    criteria
        Those of the study.
    layers
        Points (`id,lon,lat`…) of each layer that a criterion needs; one that the study lacks has
        no entry.
    days
        Days a month by minutes, where a survey says it and a criterion needs it.
    fewest
        Count of persons below which none is told: that of the census.
    """

    criteria: tuple[Criterion, ...]
    layers: Mapping[str, pd.DataFrame]
    days: Callable[[Minutes], Float64] | None
    fewest: int


@dataclass(frozen=True)
class MatrixTimes:
    """Times to the candidates of a study, all computed at once.

    Attributes
    ----------
    base
        The study.
    layers
        See `StudyFacts`.
    sites
        The candidates, joined to the roads.
    """

    base: PreparedStudy
    layers: Mapping[str, pd.DataFrame]
    sites: Attachment

    def to_sites(self, layer: str) -> Minutes:
        """Minutes from each point to each site: see `SiteTimes`."""
        router = self.base.router
        joined = self.base.demand if layer == PEOPLE else self._joined(layer)
        minutes: Minutes = matrix.dense(router, joined, self.sites).minutes
        return minutes

    def to_nearest(self, layer: str) -> Minutes:
        """Minutes from each site to the nearest point: see `SiteTimes`."""
        times = matrix.dense(self.base.router, self.sites, self._joined(layer))
        minutes: Minutes = coverages.nearest(times)["minutes"].to_numpy(np.float32)
        return minutes

    def _joined(self, layer: str) -> Attachment:
        return self.base.router.network.attach(self.layers[layer])


def parsed(study: Study) -> tuple[Criterion, ...]:
    """Give the criteria of a study.

    Raises
    ------
    ConfigError
        One is unknown.
    """
    return tuple(criteria.parse(weighted.id) for weighted in study.criteria)


def unchanging(base: PreparedStudy) -> StudyFacts:
    """Gather what no scenario changes."""
    chosen = parsed(base.study)
    needed = {c.definition.around for c in chosen} | {c.definition.nearest for c in chosen}
    points = {layer: _points(base, layer) for layer in sorted(needed - {""})}
    layers = {layer: table for layer, table in points.items() if table is not None}
    return StudyFacts(chosen, layers, _days(base, chosen), fewest(base.study))


def gather(
    base: PreparedStudy,
    fixed: StudyFacts,
    minutes_now: Minutes,
    times: SiteTimes | None = None,
) -> SiteFacts:
    """Gather the facts of a study's candidates; times are from the resident to the site.

    Parameters
    ----------
    base
        The study; its candidates and its roads may be those of a scenario.
    fixed
        What `unchanging` gives of it.
    minutes_now
        Minutes from each cell to the nearest facility of the first service, NaN where there is
        none.
    times
        Where times are taken from; computed where None.
    """
    read, sites = base.read, base.read.candidates
    if times is None:
        times = MatrixTimes(base, fixed.layers, base.router.network.attach(sites))
    around, nearest = {}, {}
    for criterion in fixed.criteria:
        layer = criterion.definition.around
        if layer in fixed.layers and layer not in around:
            empty = np.zeros((0, len(sites)), np.float32)
            minutes = times.to_sites(layer) if len(fixed.layers[layer]) else empty
            around[layer] = Reach(np.ones(len(minutes)), minutes)
        layer = criterion.definition.nearest
        if layer in fixed.layers and layer not in nearest:
            none = np.full(len(sites), np.nan, np.float32)  # of a list that has none near
            nearest[layer] = times.to_nearest(layer) if len(fixed.layers[layer]) else none
    return SiteFacts(
        commune_codes=sites["commune_code"].to_numpy(object),
        people=Reach(base.cells["population"].to_numpy(np.float64), times.to_sites(PEOPLE)),
        minutes_now=minutes_now,
        around=around,
        nearest=nearest,
        communes=read.communes["code"].to_numpy(object),
        broadband=read.broadband,
        services_here=services_here(read.everyday, sites),
        spared=spared(base),
        entered=entered(read.evidence, sites, base.study.candidates),
        returns=returns(base),
        days=fixed.days,
        fewest=fixed.fewest,
    )


def fewest(study: Study) -> int:
    """Count of persons below which none is told: that of the census."""
    return (study.census or Census()).fewest


def _points(base: PreparedStudy, layer: str) -> pd.DataFrame | None:
    """Points of a layer of criteria, `id,lon,lat`…; None where the study has no such table."""
    contracts: Mapping[str, Callable[[], pd.DataFrame | None]] = {
        "bus_stops": lambda: base.read.bus_stops,
        "carpool_areas": lambda: base.read.carpool_areas,
        "chefs_lieux": lambda: chefs_lieux(base),
        "establishments": lambda: independents(base),
        "everyday": lambda: everyday(base),
        "relays": lambda: _relays(base.study),
        "stations": lambda: base.read.stations,
        "tiers_lieux": lambda: base.read.tiers_lieux,
    }
    return contracts[layer]()


def _days(
    base: PreparedStudy, chosen: tuple[Criterion, ...]
) -> Callable[[Minutes], Float64] | None:
    """Days a month by minutes, where a survey says it and a criterion needs it."""
    survey = base.study.survey
    needed = {criterion.definition.layer for criterion in chosen}
    if survey is None or survey.answers is None or "survey" not in needed:
        return None
    # only where it is asked for
    from siting.study.stages import answers as study_answers  # noqa: PLC0415

    return study_answers.fitted(base.study, base.read).days


def _relays(study: Study) -> pd.DataFrame | None:
    """Places that send people on; None where no relay is known."""
    if study.offers is None:
        return None
    # only where it is asked for
    from siting.study.stages import offers as study_offers  # noqa: PLC0415

    relays = study_offers.register(study).relays(study.offers)
    return relays if len(relays) else None


def services_here(everyday: pd.DataFrame | None, sites: pd.DataFrame) -> Float64 | None:
    """Everyday services in the commune of each site; None where there is no table."""
    if everyday is None:
        return None
    count = everyday["commune_code"].value_counts()
    return np.array([float(count.get(code, 0)) for code in sites["commune_code"]])


def entered(evidence: pd.DataFrame | None, sites: pd.DataFrame, file: object) -> pd.DataFrame:
    """What was entered of the sites: one row a site, one column a criterion.

    Premises are also described by columns of the candidates' table; evidence comes first.

    Raises
    ------
    InputError
        Such a column holds something else than a number.
    """
    facts = pd.DataFrame(index=sites["id"])
    for name, column in PREMISES.items():
        if column in sites:
            contract = Column(column, "float", name, required=False, minimum=0)
            table = contracts.check(sites[[column]], Table("candidates", (contract,)), file)
            facts[name] = table[column].to_numpy(np.float64)
    if evidence is not None:
        wide = evidence.pivot_table(index="site_id", columns="criterion", values="value")
        facts = wide.reindex(sites["id"]).combine_first(facts)
    return facts.reset_index(drop=True)


def spared(base: PreparedStudy) -> dict[str, Float64]:
    """What each site alone would spare, where the study asks for it and a criterion needs it."""
    effects = base.study.effects
    needed = {criteria.parse(criterion.id).definition.layer for criterion in base.study.criteria}
    if effects is None or "effects" not in needed:
        return {}
    # only where it is asked for: it is dear
    from siting.study.stages import effects as study_effects  # noqa: PLC0415

    return study_effects.by_site(base, effects)


def returns(base: PreparedStudy) -> Reach | None:
    """Absences for a way to each candidate and back, where a criterion needs them."""
    needed = {criteria.parse(criterion.id).definition.layer for criterion in base.study.criteria}
    if base.study.timetables is None or "timetables" not in needed:
        return None
    # only where it is asked for: its kernels
    from siting.study.stages import return_trips  # noqa: PLC0415

    people = base.cells["population"].to_numpy(np.float64)
    return Reach(people, return_trips.to_candidates(base))


def chefs_lieux(base: PreparedStudy) -> pd.DataFrame:
    """Chefs-lieux of the study's communes, as points."""
    return seats(base.read.communes)


def seats(communes: pd.DataFrame) -> pd.DataFrame:
    """Chefs-lieux of communes, as points."""
    names = {"code": "id", "chef_lieu_lon": "lon", "chef_lieu_lat": "lat"}
    return communes.rename(columns=names).assign(commune_code=communes["code"])


def independents(base: PreparedStudy) -> pd.DataFrame | None:
    """Likely users among the establishments, as points; None where there is no register."""
    stock = base.read.establishments
    if stock is None:
        return None
    chosen = sirene.independents(stock, base.study.independents_naf)
    return sirene.placed(chosen, base.read.communes)


def everyday(base: PreparedStudy) -> pd.DataFrame | None:
    """Everyday services that have a position; None where there is no table."""
    table = base.read.everyday
    return None if table is None else table.dropna(subset=["lon", "lat"])
