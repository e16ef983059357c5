"""Travel time to the nearest facility of each service, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.outputs.web_map import Choice, Points
from siting.publish.maps.map_theme import MapTheme
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import MappedResult


def access(mapped: MappedResult) -> WebMap:
    """Travel time, a view for each service."""
    services = mapped.services
    views = [mapped.access_view(service, (i,)) for i, service in enumerate(services)]
    layers = [mapped.facility_points(service) for service in services]
    # the nearest facility is told by its name in one list of all services
    first = np.cumsum([0, *(len(layer.places) for layer in layers)])
    if len(services) > 1:
        every = Points(
            "", "facility", tuple(p for layer in layers for p in layer.places), shown=False
        )
        views = [
            replace(view, nearest=np.where(view.nearest < 0, -1, view.nearest + start))
            for view, start in zip(views, first, strict=False)
            if view.nearest is not None
        ]
        layers.append(every)
    choice = Choice(t("maps.choice.service"), tuple(service.name for service in services))
    return mapped.page(
        mapped.title("access"),
        [choice],
        views,
        layers,
        mapped.service_roles(),
        near=len(layers) - 1 if first[1:-1].size else 0,
    )


THEME = MapTheme("access", 20, access)
