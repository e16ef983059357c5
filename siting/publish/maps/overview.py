"""`map.html`: what a run opens with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.outputs import scales
from siting.outputs.theme import DEFAULT, Theme
from siting.outputs.web_map import View
from siting.publish import sources
from siting.publish.maps.mapped import MappedResult, NothingToShow
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.config.study import ServiceKeys
    from siting.outputs.web_map import WebMap
    from siting.study.result import Result


def page(result: Result, theme: Theme = DEFAULT) -> WebMap:
    """`map.html`: access to the first service, its facilities, the candidates by rank."""
    mapped = MappedResult(result, theme)
    service = mapped.services[0]
    views = [known_or_missing(mapped, service)]
    points = [mapped.facility_points(service), mapped.candidate_points]
    roles = (*sources.TIMES, f"services.{service.id}", *sources.ranking_roles(result))
    return mapped.page(result.study.title, (), views, points, roles)


def known_or_missing(mapped: MappedResult, service: ServiceKeys) -> View:
    """The view of a service's access; all hatched where nobody reaches it."""
    try:
        return mapped.access_view(service)
    except NothingToShow:
        blank = np.full(len(mapped.people), np.nan)
        return View(
            legend=t("map.access", mode=mapped.mode),
            headline=t("maps.no_values"),
            scale=scales.minutes(mapped.theme),
            cells=blank,
            cell_term=t("map.time"),
            cell_unit=t("map.minutes"),
            notes=mapped.notes,
        )
