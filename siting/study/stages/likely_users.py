"""Likely users of a study's sites: which establishments count, and how many are expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.errors import ConfigError
from siting.survey import census, interest

if TYPE_CHECKING:
    import pandas as pd

    from siting.config import Study
    from siting.study.inputs import Inputs


def register(read: Inputs) -> pd.DataFrame:
    """The register of establishments; raises a ConfigError where there is none."""
    if read.establishments is None:
        raise ConfigError("census_needs_register")
    return read.establishments


def selected(study: Study, read: Inputs) -> pd.DataFrame:
    """Likely users among the establishments of a study, as its census defines them."""
    return census.select(register(read), definition(study))


def definition(study: Study) -> census.LikelyUser:
    """Who counts as a likely user; without `census:`, independents of `independents_naf`."""
    settings = study.census
    plain = (census.Activity(study.independents_naf),) if study.independents_naf else ()
    if settings is None:
        return census.LikelyUser(activities=plain)
    given = tuple(census.Activity(a.naf, a.teleworkable_percent / 100) for a in settings.activities)
    return census.LikelyUser(settings.fewer_than_employees, settings.undeclared, given or plain)


def expected(study: Study, read: Inputs, chosen: pd.DataFrame) -> pd.DataFrame | None:
    """Declared interest blended with the census, by EPCI; None where nobody was asked."""
    settings = study.census
    if settings is None or settings.interest is None:
        return None
    communes = read.communes[["code", "epci_code", "epci_name"]].rename(
        columns={"code": "commune_code"}
    )
    likely = chosen.groupby("commune_code")["teleworkable"].sum()
    count = chosen["commune_code"].value_counts()
    communes = communes.assign(
        establishments=communes["commune_code"].map(count).fillna(0).astype("int64"),
        teleworkable=communes["commune_code"].map(likely).fillna(0.0),
    )
    return interest.blend(communes, interest.read(settings.interest), settings.fewest)


def expected_by_commune(study: Study, read: Inputs) -> pd.Series | None:
    """Expected users of each commune: its likely users, weighted, x the rate of its EPCI.

    They sum to `expected_users` of the EPCI; None where nobody was asked.
    """
    chosen = selected(study, read)
    blended = expected(study, read, chosen)
    if blended is None:
        return None
    communes = read.communes.set_index("code")
    likely = chosen.groupby("commune_code")["teleworkable"].sum().reindex(communes.index)
    rate = communes["epci_code"].map(blended.set_index("epci_code")["rate"])
    return likely.fillna(0.0) * rate.fillna(0.0)
