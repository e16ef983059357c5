"""Criteria of the premises themselves: fibre, floor area, rent, host, image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.ranking import broadband_shares
from siting.ranking.definition import Definition, entered_by_hand

if TYPE_CHECKING:
    from siting.ranking.candidate_facts import Float64, SiteFacts


def fibre_at_site(facts: SiteFacts, year: int) -> Float64:
    """Share of the premises of the site's commune that fibre reaches."""
    table = broadband_shares.last_of(facts.broadband, year)
    if table is None:
        return facts.unknown
    share = table["ftth_premises"] / table["premises"].where(table["premises"] > 0)
    return share.reindex(facts.commune_codes).to_numpy(np.float64)


CRITERIA: dict[str, Definition] = {
    "fibre_at_site": Definition(
        families=("premises", "quality"),
        better="more",
        unit="share",
        takes="year",
        layer="broadband",
        compute=fibre_at_site,
        asked_by=("seed",),
    ),
    "floor_area": entered_by_hand("floor_area", ("premises", "quality"), "m2", asked_by=("seed",)),
    "rent": entered_by_hand(
        "rent", ("premises", "cost"), "euros", better="less", asked_by=("seed",)
    ),
    "host": entered_by_hand("host", ("premises", "quality"), "level", asked_by=("seed",)),
    "equipment": entered_by_hand(
        "equipment", ("premises", "quality"), "level", asked_by=("seed",), equipment=True
    ),
    "image": entered_by_hand("image", ("premises", "image"), "level", asked_by=("seed", "cget")),
    "opening_hours": entered_by_hand("opening_hours", ("premises", "availability"), "hours"),
    "price": entered_by_hand("price", ("premises", "cost"), "euros", better="less"),
}
