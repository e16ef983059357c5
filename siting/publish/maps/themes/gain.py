"""What each plan changes: minutes gained, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.outputs import scales
from siting.outputs.web_map import Choice, Points, View
from siting.publish import gains, plans, sources
from siting.publish.maps import wording
from siting.publish.maps.map_theme import MapTheme
from siting.publish.maps.mapped import NothingToShow
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import MappedResult
    from siting.publish.plans import PlannedTimes


def gain(mapped: MappedResult) -> WebMap:
    """Minutes gained with each plan, a view for each."""
    service = mapped.services[0]
    planned = plans.of_study(mapped.result)
    if not planned:
        raise NothingToShow(t("print.missing.plans"))
    marks = {point.name: point for point in mapped.candidate_points.places}
    names = dict(zip(mapped.result.candidates["id"], mapped.result.candidates["name"], strict=True))
    layers, views = [mapped.facility_points(service)], []
    for plan in planned:
        places = tuple(marks[names[site]] for site in plan.opened)
        layers.append(Points(t("maps.candidates.sites", plan=plan.name), "plan", places))
        views.append(_view(mapped, plan, (0, len(layers) - 1)))
    roles = (*sources.TIMES, f"services.{service.id}", "candidates")
    choice = Choice(t("maps.choice.plan"), tuple(plan.name for plan in planned))
    return mapped.page(mapped.title("gain"), [choice], views, layers, roles)


def _view(mapped: MappedResult, plan: PlannedTimes, points: tuple[int, ...]) -> View:
    """Minutes gained with a plan."""
    service = mapped.services[0]
    then = plan.access.set_index("cell_id")["minutes"].reindex(mapped.result.cells["cell_id"])
    today = mapped.access(service.id)["minutes"].to_numpy(np.float64)
    changes = gains.Gains(today, then.to_numpy(np.float64), mapped.people)
    kinds = changes.kinds
    shown = [
        kind for kind in range(gains.LOST + 1) if kind < gains.REACHED or (kinds == kind).any()
    ]
    labels, colours = gains.labels(), scales.gain_colours(mapped.theme)
    place = np.full(gains.LOST + 2, np.nan)
    place[shown] = range(len(shown))
    before, after = mapped.by_commune(changes.before), mapped.by_commune(changes.then)
    return View(
        legend=t("maps.gain.legend", mode=mapped.mode, service=service.name),
        headline=changes.headline(mapped.threshold, plan.name),
        scale=scales.kinds([labels[kind] for kind in shown], [colours[kind] for kind in shown]),
        cells=place[kinds],
        cell_term=t("print.gain.legend"),
        columns=(
            (t("maps.candidates.mean_today"), wording.numbers(before["mean"], 1)),
            (t("maps.candidates.mean_plan"), wording.numbers(after["mean"], 1)),
            (t("maps.gain.saved"), wording.numbers(before["mean"] - after["mean"], 1)),
        ),
        notes=mapped.notes,
        modelled=mapped.result.cells_modelled,
        points=points,
    )


THEME = MapTheme("gain", 35, gain, needs=("candidates",))
