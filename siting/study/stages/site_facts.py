"""What the criteria of a study's candidate sites are computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import contracts as tables
from siting.config.census import Census
from siting.contracts import Column, Table
from siting.measures import coverage as coverages
from siting.ranking import criteria
from siting.ranking.criteria import Reach, SiteFacts
from siting.sources import sirene
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.ranking.criteria import Float64, Minutes
    from siting.study.prepared import PreparedStudy

PREMISES = {"floor_area": "floor_area_m2", "rent": "rent_eur_month"}


def gather(base: PreparedStudy, access: pd.DataFrame) -> SiteFacts:
    """Gather the facts of a study's candidates; times are from the resident to the site.

    Parameters
    ----------
    base
        The study's ground.
    access
        Table `access.csv` of the first service.
    """
    read, router = base.read, base.router
    sites = router.network.attach(read.candidates)

    def reach(points: pd.DataFrame | None) -> Reach | None:
        if points is None:
            return None
        minutes = matrix.dense(router, router.network.attach(points), sites).minutes
        return Reach(np.ones(len(points)), minutes)

    def to_nearest(places: pd.DataFrame | None) -> Minutes | None:
        if places is None:
            return None
        if places.empty:  # a list that has none near
            return np.full(len(read.candidates), np.nan, np.float32)
        times = matrix.dense(router, sites, router.network.attach(places))
        found: Minutes = coverages.nearest(times)["minutes"].to_numpy(np.float32)
        return found

    seats = reach(chefs_lieux(base))
    assert seats is not None  # noqa: S101 - there are communes
    people = base.cells["population"].to_numpy(np.float64)
    return SiteFacts(
        commune_codes=read.candidates["commune_code"].to_numpy(object),
        people=Reach(people, matrix.dense(router, base.demand, sites).minutes),
        minutes_now=access["minutes"].to_numpy(),
        communes=read.communes["code"].to_numpy(object),
        commune_minutes=seats.minutes,
        independents=reach(independents(base)),
        everyday=reach(everyday(base)),
        minutes_to_tiers_lieu=to_nearest(read.tiers_lieux),
        minutes_to_station=to_nearest(read.stations),
        broadband=read.broadband,
        tiers_lieux=reach(read.tiers_lieux),
        minutes_to_bus=to_nearest(read.bus_stops),
        minutes_to_carpool=to_nearest(read.carpool_areas),
        services_here=services_here(read.everyday, read.candidates),
        spared=spared(base),
        entered=entered(read.evidence, read.candidates, base.study.candidates),
        minutes_to_relay=_to_relay(base, to_nearest),
        days=_days(base),
        fewest=fewest(base),
    )


def fewest(base: PreparedStudy) -> int:
    """Count of likely users below which none is told: that of the census."""
    return (base.study.census or Census()).fewest


def _days(base: PreparedStudy) -> Callable[[Minutes], Float64] | None:
    """Days a month by minutes, where a survey says it and a criterion needs it."""
    asked = base.study.survey
    needed = {criteria.parse(one.id).definition.layer for one in base.study.criteria}
    if asked is None or asked.answers is None or "survey" not in needed:
        return None
    # only where it is asked for
    from siting.study.stages import answers as study_answers  # noqa: PLC0415

    return study_answers.fitted(base.study, base.read).days


def _to_relay(
    base: PreparedStudy, to_nearest: Callable[[pd.DataFrame | None], Minutes | None]
) -> Minutes | None:
    """Minutes from each site to the nearest relay; None where no relay is known."""
    asked = base.study.offers
    needed = {criteria.parse(one.id).name for one in base.study.criteria}
    if asked is None or "minutes_to_relay" not in needed:
        return None
    # only where it is asked for
    from siting.study.stages import offers as study_offers  # noqa: PLC0415

    relays = study_offers.register(base.study).relays(asked)
    return to_nearest(relays) if len(relays) else None


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
    found = pd.DataFrame(index=sites["id"])
    for name, column in PREMISES.items():
        if column in sites:
            contract = Column(column, "float", name, required=False, minimum=0)
            table = tables.check(sites[[column]], Table("candidates", (contract,)), file)
            found[name] = table[column].to_numpy(np.float64)
    if evidence is not None:
        wide = evidence.pivot_table(index="site_id", columns="criterion", values="value")
        found = wide.reindex(sites["id"]).combine_first(found)
    return found.reset_index(drop=True)


def spared(base: PreparedStudy) -> dict[str, Float64]:
    """What each site alone would spare, where the study asks for it and a criterion needs it."""
    asked = base.study.effects
    needed = {criteria.parse(one.id).definition.layer for one in base.study.criteria}
    if asked is None or "effects" not in needed:
        return {}
    # only where it is asked for: it is dear
    from siting.study.stages import effects as study_effects  # noqa: PLC0415

    return study_effects.by_site(base, asked)


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
