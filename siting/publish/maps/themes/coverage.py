"""Share of the people within each threshold of a service, commune by commune."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.outputs import scales
from siting.outputs.web_map import Choice, View
from siting.publish.maps import wording
from siting.publish.maps.map_theme import MapTheme
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import MappedResult


def coverage(mapped: MappedResult) -> WebMap:
    """Share of the people within each threshold, a view for each service and threshold."""
    limits = mapped.result.study.thresholds_minutes
    views = []
    for i, service in enumerate(mapped.services):
        tables = {limit: mapped.covered_communes(service.id, limit) for limit in limits}
        columns = tuple(
            (t("map.share", minutes=f"{limit:g}"), wording.percents(table["covered_share"]))
            for limit, table in tables.items()
        )
        for limit, table in tables.items():
            whole = mapped.covered_whole(service.id, limit)
            covered = table["covered_population"]
            views.append(
                View(
                    legend=t(
                        "maps.coverage.legend",
                        minutes=f"{limit:g}",
                        mode=mapped.mode,
                        service=service.name,
                    ),
                    headline=t(
                        "maps.coverage.headline",
                        covered=texts.number(round(whole["covered_population"])),
                        people=texts.number(round(whole["population"])),
                        share=wording.percent(whole["covered_share"]),
                        minutes=f"{limit:g}",
                        service=service.name,
                    ),
                    scale=scales.shares(mapped.theme),
                    communes=table["covered_share"].to_numpy(np.float64),
                    columns=(
                        *columns,
                        (t("maps.coverage.people", minutes=f"{limit:g}"), wording.numbers(covered)),
                        (t("maps.coverage.beyond"), wording.numbers(table["population"] - covered)),
                    ),
                    notes=mapped.notes,
                    points=(i,),
                )
            )
    choices = [
        Choice(t("maps.choice.service"), tuple(service.name for service in mapped.services)),
        Choice(t("maps.choice.minutes"), tuple(wording.within(limit) for limit in limits)),
    ]
    layers = [mapped.facility_points(service) for service in mapped.services]
    roles = mapped.service_roles()
    first = mapped.first_option
    return mapped.page(mapped.title("coverage"), choices, views, layers, roles, first=first)


THEME = MapTheme("coverage", 10, coverage)
