"""Who is beyond each threshold, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import scales
from siting.outputs.web_map import Choice, View
from siting.publish import sources
from siting.publish.maps import wording
from siting.publish.maps.map_theme import MapTheme
from siting.publish.maps.mapped import NothingToShow
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import MappedResult


def gaps(mapped: MappedResult) -> WebMap:
    """Who is beyond each threshold, and by how much."""
    limits = mapped.result.study.thresholds_minutes
    views = []
    for i, service in enumerate(mapped.services):
        minutes = mapped.access(service.id)["minutes"].to_numpy(np.float32)
        if np.isnan(minutes).all():
            raise NothingToShow(t("maps.no_values"))
        commune = mapped.result.cells["commune_code"].to_numpy()
        worst = pd.Series(minutes).groupby(commune).max().reindex(mapped.result.communes["code"])
        for limit in limits:
            table = mapped.covered_communes(service.id, limit)
            whole = mapped.covered_whole(service.id, limit)
            people = table["population"]
            beyond = people - table["covered_population"]
            left = round(whole["population"] - whole["covered_population"])
            over = np.where(minutes <= np.float32(limit), 0.0, minutes.astype(np.float64) - limit)
            views.append(
                View(
                    legend=t(
                        "maps.gaps.legend",
                        minutes=f"{limit:g}",
                        mode=mapped.mode,
                        service=service.name,
                    ),
                    headline=t(
                        {0: "maps.gaps.headline_none", 1: "maps.gaps.headline_one"}.get(
                            left, "maps.gaps.headline"
                        ),
                        people=texts.number(left),
                        share=wording.percent(1 - whole["covered_share"]),
                        minutes=f"{limit:g}",
                        service=service.name,
                        where=mapped.whereabouts(minutes, limit),
                    ),
                    scale=scales.beyond(limit, mapped.theme),
                    cells=over,
                    cell_term=t("maps.gaps.term"),
                    cell_unit=t("map.minutes"),
                    columns=(
                        (t("maps.gaps.people", minutes=f"{limit:g}"), wording.numbers(beyond)),
                        (
                            t("maps.gaps.part"),
                            wording.percents(
                                beyond / table["population"].where(table["population"] > 0)
                            ),
                        ),
                        (t("maps.gaps.worst"), wording.numbers(worst, 1)),
                    ),
                    notes=mapped.notes,
                    modelled=mapped.result.cells_modelled,
                    points=(i, len(mapped.services)),
                )
            )
    choices = [
        Choice(t("maps.choice.service"), tuple(service.name for service in mapped.services)),
        Choice(t("maps.choice.minutes"), tuple(wording.within(limit) for limit in limits)),
    ]
    layers = [
        *(mapped.facility_points(service) for service in mapped.services),
        mapped.candidate_points,
    ]
    roles = (*mapped.service_roles(), *sources.ranking_roles(mapped.result))
    first = mapped.first_option
    return mapped.page(mapped.title("gaps"), choices, views, layers, roles, first=first)


THEME = MapTheme("gaps", 60, gaps)
