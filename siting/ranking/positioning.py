"""Criteria of positioning: likely users, services, other places and fibre around a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.ranking import broadband_shares
from siting.ranking.definition import (
    Definition,
    count_within,
    entered_by_hand,
    minutes_to_nearest,
)

if TYPE_CHECKING:
    from siting.ranking.candidate_facts import Float64, SiteFacts

AROUND_MINUTES = 20  # of the criterion on premises without fibre around


def expected_use(facts: SiteFacts, _: int) -> Float64:
    """Days a month that likely users would come, by the survey's fall of use with minutes."""
    users = facts.around.get("establishments")
    if facts.days is None or users is None:
        return facts.unknown
    days = facts.days(users.minutes.ravel()).reshape(users.minutes.shape)
    total: Float64 = users.weight @ days
    return total


def services_here(facts: SiteFacts, _: int) -> Float64:
    """Everyday services in the commune of the site."""
    return facts.unknown if facts.services_here is None else facts.services_here


def without_fibre_around(facts: SiteFacts, year: int) -> Float64:
    """Share of premises without fibre in the communes whose chef-lieu is within 20 minutes."""
    premises_of = broadband_shares.last_of(facts.broadband, year)
    seats = facts.around.get("chefs_lieux")
    if premises_of is None or seats is None or facts.communes is None:
        return facts.unknown
    here = premises_of.reindex(facts.communes)
    known = here.notna().all(axis=1).to_numpy()
    near = (seats.minutes[known] <= np.float32(AROUND_MINUTES)).astype(np.float64)
    premises = here["premises"].to_numpy(np.float64)[known] @ near
    fibre = here["ftth_premises"].to_numpy(np.float64)[known] @ near
    share: Float64 = np.divide(fibre, premises, out=facts.unknown, where=premises > 0)
    return 1 - share


CRITERIA: dict[str, Definition] = {
    "independents": count_within(
        "establishments",
        ("positioning", "availability"),
        "establishments",
        persons=True,
        asked_by=("seed",),
    ),
    "expected_use": Definition(
        families=("positioning", "availability"),
        better="more",
        unit="days",
        layer="survey",
        around="establishments",
        compute=expected_use,
        asked_by=("seed",),
    ),
    "minutes_to_relay": minutes_to_nearest(
        "relays", ("positioning", "information"), read_as="offers"
    ),
    "everyday_services": count_within(
        "everyday", ("positioning", "availability"), "services", asked_by=("seed", "schema")
    ),
    "services_here": Definition(
        families=("positioning", "availability"),
        better="more",
        unit="services",
        layer="everyday",
        compute=services_here,
        asked_by=("seed", "schema"),
    ),
    "without_fibre_around": Definition(
        families=("positioning", "availability"),
        better="more",
        unit="share",
        takes="year",
        layer="broadband",
        around="chefs_lieux",
        compute=without_fibre_around,
        asked_by=("seed",),
    ),
    "minutes_to_tiers_lieu": minutes_to_nearest(
        "tiers_lieux", ("positioning", "choice"), better="more"
    ),
    "tiers_lieux": count_within(
        "tiers_lieux", ("positioning", "choice"), "tiers_lieux", asked_by=("seed", "cget")
    ),
    "information": entered_by_hand("information", ("positioning", "information"), "level"),
}
