"""Round trips by coach and train: the shortest absence from home, cell by cell, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.measures import return_trips as measure
from siting.outputs import scales
from siting.outputs.web_map import MOST_CLASSES, Choice, View, ViewScale
from siting.publish import durations, sources
from siting.publish.maps import wording
from siting.publish.maps.map_theme import MapTheme
from siting.publish.maps.mapped import NothingToShow
from siting.study.timetable_days import ANY_DAY, ROLE
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.config.study import ServiceKeys
    from siting.outputs.theme import Theme
    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import MappedResult


def return_trips(mapped: MappedResult) -> WebMap:
    """The shortest absence, a view for each service and day, and for any of the days."""
    keys, tables = mapped.result.study.timetables, mapped.result.extras
    if keys is None or "return_trips" not in tables:
        raise NothingToShow(t("maps.no_layer", layer="timetables"))
    trips = tables["return_trips"]
    both = pd.concat([trips, measure.any_day(trips, ANY_DAY)], ignore_index=True)
    days = {day.id: day.name for day in mapped.result.ground.read.timetables}
    days[ANY_DAY] = t("stages.any_day")
    limits = keys.absence_minutes[1 - MOST_CLASSES :]
    views = [
        _view(mapped, both, service, i, (day, name), limits)
        for i, service in enumerate(mapped.services)
        for day, name in days.items()
    ]
    choices = [
        Choice(t("maps.choice.service"), tuple(service.name for service in mapped.services)),
        Choice(t("maps.choice.day"), tuple(days.values())),
    ]
    layers = [mapped.facility_points(service) for service in mapped.services]
    roles = (*mapped.service_roles(), ROLE)
    return mapped.page(mapped.title("return_trips"), choices, views, layers, roles)


def _view(
    mapped: MappedResult,
    trips: pd.DataFrame,
    service: ServiceKeys,
    place: int,
    day: tuple[str, str],
    limits: tuple[float, ...],
) -> View:
    id_, name = day
    own = trips[(trips["service"] == service.id) & (trips["day"] == id_)].set_index("cell_id")
    absence = own["shortest_absence"].reindex(mapped.result.cells["cell_id"])
    people = mapped.result.extras["return_trip_people"]
    chosen = people["service"].eq(service.id) & people["day"].eq(id_)
    within = people[chosen & people["absence_minutes"].eq(limits[-1])]
    rows = within[within["zone_kind"] == "commune"].set_index("zone_code")
    rows = rows.reindex(mapped.result.communes["code"])
    whole = mapped.whole(within)
    invented = sources.any_modelled(mapped.result, ROLE)
    headline = t(
        "maps.return_trips.headline",
        people=texts.number(round(whole["people"])),
        all=texts.number(round(whole["population"])),
        share=wording.percent(whole["share"]),
        lasts=durations.written(limits[-1]),
        service=service.name,
        day=name,
    )
    lasts = durations.written(limits[-1])
    return View(
        legend=t("maps.return_trips.legend", service=service.name, day=name),
        headline=t("maps.return_trips.invented", sentence=headline) if invented else headline,
        scale=_scale(mapped.theme, limits),
        cells=absence.to_numpy(np.float64),
        cell_term=t("maps.return_trips.absence"),
        cell_unit=t("map.minutes"),
        columns=(
            (t("maps.return_trips.share", lasts=lasts), wording.percents(rows["share"])),
            (t("maps.return_trips.people", lasts=lasts), wording.numbers(rows["people"])),
            (t("maps.return_trips.without"), wording.numbers(rows["people_without"])),
        ),
        notes=(*mapped.notes, *([t("maps.return_trips.note")] if invented else [])),
        modelled=mapped.result.cells_modelled or invented,
        points=(place,),
    )


def _scale(theme: Theme, limits: tuple[float, ...]) -> ViewScale:
    """Absences by the study's thresholds; hatched where there is no way there and back."""
    bounds = [durations.written(limit) for limit in limits]
    colours = scales.spread(tuple(theme.palette), len(limits) + 1)
    return ViewScale(limits, scales.between(bounds, ""), colours, t("maps.return_trips.none"))


THEME = MapTheme("return_trips", 25, return_trips)
