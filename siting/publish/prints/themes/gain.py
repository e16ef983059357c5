"""What a plan changes: minutes gained or lost, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting import texts
from siting.outputs import signs
from siting.outputs.print_sheet import Name, Signs
from siting.outputs.scales import GAINED, spread
from siting.publish.prints.wording import class_labels, counts
from siting.publish.sources import TIMES
from siting.texts import text as t

if TYPE_CHECKING:
    import pandas as pd

    from siting.outputs.print_sheet import Fill, PrintSheet
    from siting.publish.plans import PlannedTimes
    from siting.publish.prints.base import PrintBase


def gain(page: PrintBase, plan: PlannedTimes) -> PrintSheet:
    """Cells by minutes gained with a plan, and the sites that it opens."""
    service = page.result.study.services[0]
    then = plan.access.set_index("cell_id")["minutes"]
    cells = page.cells(service.id)
    cells = cells.assign(then=cells["cell_id"].map(then))
    fills = _fills(page, cells)
    chosen, names = _chosen(page, plan)
    sheet = page.sheet(
        f"gain-{plan.key}",
        t("print.gain.what", plan=plan.name),
        _headline(cells, page.limit, plan),
        (t("print.gain.legend"), t("print.gain.unit", service=service.name)),
        [*fills, *page.modelled()],
        [*_standing(page, plan, service.id, service.name), *chosen],
        t("print.gain.alt", plan=plan.name, classes=counts(fills)),
        [t("print.modelled_note")] if page.result.cells_modelled else [],
        (*TIMES, f"services.{service.id}", "candidates"),
        names,
    )
    return replace(sheet, subject=plan.name)


def gained(cells: pd.DataFrame) -> pd.Series:
    """Minutes that each cell gains, negative where lost; NaN where a time is missing."""
    return cells["minutes"].astype(np.float64) - cells["then"].astype(np.float64)


def _fills(page: PrintBase, cells: pd.DataFrame) -> list[Fill]:
    """Classes of minutes gained, the rest by kind; a kind that no cell is of has no row."""
    minutes = gained(cells).to_numpy()
    before, after = cells["minutes"].isna().to_numpy(), cells["then"].isna().to_numpy()
    at = np.searchsorted(np.asarray(GAINED), minutes, side="left")
    colours = spread(page.theme.palette[1:], len(GAINED) + 1)
    background = page.theme.palette[0]
    fills = [page.fill(t("print.gain.same"), cells[minutes == 0], background)]
    for i, label in enumerate(class_labels(GAINED, t("map.minutes"))):
        fills.append(page.fill(label, cells[(minutes > 0) & (at == i)], colours[i]))
    for key, chosen, colour, hatch in (
        ("reached", before & ~after, colours[-1], ""),
        ("lost", (minutes < 0) | (~before & after), page.theme.colours.candidate, ""),
        ("no_time", before & after, "", "no_data"),
    ):
        if chosen.any():
            label = t("print.no_time" if key == "no_time" else f"print.gain.{key}")
            shown = page.fill(label, cells[chosen], colour)
            fills.append(replace(shown, hatch="no_data") if hatch else shown)
    return fills


def _headline(cells: pd.DataFrame, limit: float, plan: PlannedTimes) -> str:
    """Who gains and how much, and how many come within the threshold."""
    people = cells["population"].to_numpy(np.float64)
    minutes = gained(cells).to_numpy()
    faster = minutes > 0
    winners = float(people[faster].sum())
    near, then = (
        cells[column].astype(np.float32).le(np.float32(limit)).to_numpy()
        for column in ("minutes", "then")
    )
    come, leave = float(people[then & ~near].sum()), float(people[near & ~then].sum())
    if round(winners) == 0:
        return t("print.gain.headline_none", plan=plan.name)
    key = "headline_lost" if round(leave) else "headline"
    return t(
        f"print.gain.{key}",
        plan=plan.name,
        people=texts.number(round(winners)),
        mean=texts.number(float(np.average(minutes[faster], weights=people[faster])), 1),
        come=texts.number(round(come)),
        leave=texts.number(round(leave)),
        minutes=f"{limit:g}",
    )


def _standing(page: PrintBase, plan: PlannedTimes, service: str, name: str) -> list[Signs]:
    """Facilities that stay open."""
    table = page.result.facilities
    open_ones = table[~((table["service"] == service) & table["id"].isin(plan.closed))]
    kept = replace(page.result, facilities=open_ones)
    return replace(page, result=kept).facilities(service, name)


def _chosen(page: PrintBase, plan: PlannedTimes) -> tuple[list[Signs], list[Name]]:
    """Sites that the plan opens, and their names."""
    sites = page.whole.candidates.to_crs(page.crs).set_index("id").loc[list(plan.opened)]
    points = shapely.get_coordinates(sites.geometry.to_numpy())
    look = signs.of("chosen", page.theme)
    named = zip(sites["name"], points, strict=True)
    return (
        [Signs(t("print.gain.sign", count="{count}"), points, look)],
        [Name(str(name), float(x), float(y), bold=True) for name, (x, y) in named],
    )
