"""Checks of what a study opens, closes and pays for: `roads:`, `what_if:`, `plans:`, `site_costs:`.

They make no table of their own: the whole run is computed on what they leave, `siting compare` and
the workshop read plans and costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.errors import ConfigError
from siting.study import prepared
from siting.study import scenario as what_if

if TYPE_CHECKING:
    from siting.config import Study
    from siting.study.inputs import Inputs


def check_roads(study: Study, read: Inputs) -> None:
    """Refuse roads that the run could not build; no route is searched.

    Raises
    ------
    SitingError
        A speed file is wrong, a closed road or link is unknown, or the table does not fit.
    """
    prepared.check_roads(study, read)


def check(study: Study, read: Inputs) -> None:
    """Refuse plans that open or close what is not there.

    Raises
    ------
    ConfigError
        See `scenario.with_plan`.
    """
    there = read.services[study.services[0].id]
    for plan in study.plans.values():
        what_if.with_plan(there, read.candidates, plan.sites, plan.close, study.what_if)


def check_costs(study: Study, read: Inputs) -> None:
    """Refuse a cost of a site that is not a candidate.

    Raises
    ------
    ConfigError
        Which.
    """
    unknown = sorted(set(study.site_costs) - set(read.candidates["id"]))
    if unknown:
        raise ConfigError("site_costs_unknown", sites=", ".join(unknown), file=study.candidates)
