"""What the criteria of a study's candidate sites are computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.measures import coverage as coverages
from siting.sites.criteria import Reach, SiteFacts
from siting.sources import sirene
from siting.times import matrix

if TYPE_CHECKING:
    import pandas as pd

    from siting.ground import Ground
    from siting.sites.criteria import Minutes


def gather(base: Ground, access: pd.DataFrame) -> SiteFacts:
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
    )


def chefs_lieux(base: Ground) -> pd.DataFrame:
    """Chefs-lieux of the study's communes, as points."""
    names = {"code": "id", "chef_lieu_lon": "lon", "chef_lieu_lat": "lat"}
    communes = base.read.communes
    return communes.rename(columns=names).assign(commune_code=communes["code"])


def independents(base: Ground) -> pd.DataFrame | None:
    """Likely users among the establishments, as points; None where there is no register."""
    stock = base.read.establishments
    if stock is None:
        return None
    chosen = sirene.independents(stock, base.study.independents_naf)
    return sirene.placed(chosen, base.read.communes)


def everyday(base: Ground) -> pd.DataFrame | None:
    """Everyday services that have a position; None where there is no table."""
    table = base.read.everyday
    return None if table is None else table.dropna(subset=["lon", "lat"])
