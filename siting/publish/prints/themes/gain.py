"""What a plan changes: minutes gained or lost, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siting.outputs import scales, signs
from siting.outputs.print_sheet import Name, Signs
from siting.publish import gains
from siting.publish.prints.wording import counts
from siting.publish.sources import TIMES
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.outputs.print_sheet import Fill, PrintSheet
    from siting.publish.plans import PlannedTimes
    from siting.publish.prints.base import PrintBase
PANEL = 0.6  # of the size of a sign, on a small map


def gain(page: PrintBase, plan: PlannedTimes) -> PrintSheet:
    """Cells by minutes gained with a plan, and the sites that it opens."""
    service = page.result.study.services[0]
    then = plan.access.set_index("cell_id")["minutes"]
    cells = page.cells(service.id)
    changes = gains.Gains(
        cells["minutes"].to_numpy(np.float64),
        cells["cell_id"].map(then).to_numpy(np.float64),
        cells["population"].to_numpy(np.float64),
    )
    fills = _fills(page, cells, changes)
    chosen, names = _chosen(page, plan)
    sheet = page.sheet(
        f"gain-{plan.key}",
        t("print.gain.what", plan=plan.name),
        changes.headline(page.limit, plan.name),
        (t("print.gain.legend"), t("print.gain.unit", service=service.name)),
        [*fills, *page.modelled()],
        [*_standing(page, plan, service.id, service.name), *chosen],
        t("print.gain.alt", plan=plan.name, classes=counts(fills)),
        [t("print.modelled_note")] if page.result.cells_modelled else [],
        (*TIMES, f"services.{service.id}", "candidates"),
        names,
    )
    return replace(sheet, subject=plan.name)


def together(page: PrintBase, sheets: Sequence[PrintSheet]) -> PrintSheet:
    """The plans side by side under one legend; each panel's sentence tells what differs."""
    first = sheets[0]
    panels = tuple(map(_panel, sheets))
    labels = {fill.label: fill for sheet in sheets for fill in sheet.fills}
    signs_shown = {sign.label: sign for sheet in sheets for sign in sheet.signs}
    return replace(
        first,
        name="gains",
        subject="",
        title=t("print.grouped_title", title=page.result.study.title, what=t("print.gains.what")),
        headline=t("print.gains.headline", count=len(sheets)),
        unit=t("print.gains.unit", service=page.result.study.services[0].name),
        fills=tuple(replace(fill, count="") for fill in labels.values()),
        signs=tuple(
            replace(sign, label=sign.label.replace(" ({count})", ""))
            for sign in signs_shown.values()
        ),
        alt=" ".join(sheet.alt for sheet in sheets),
        table=pd.concat(
            [sheet.table.assign(plan=sheet.subject) for sheet in sheets], ignore_index=True
        ),
        panels=panels,
    )


def _panel(sheet: PrintSheet) -> PrintSheet:
    """A sheet for a small map: smaller signs, the names of main towns and sites alone."""
    small = tuple(
        replace(
            sign, look=replace(sign.look, size=PANEL * sign.look.size, line=PANEL * sign.look.line)
        )
        for sign in sheet.signs
    )
    names = tuple(replace(name, size=min(name.size, 6.0)) for name in sheet.names if name.bold)
    return replace(sheet, signs=small, names=names, table=None)


def _fills(page: PrintBase, cells: pd.DataFrame, changes: gains.Gains) -> list[Fill]:
    """Classes of minutes gained, the rest by kind; a kind that no cell is of has no row."""
    kinds = changes.kinds
    fills = [
        page.fill(label, cells[kinds == kind], colour)
        for kind, (label, colour) in enumerate(
            zip(gains.labels(), scales.gain_colours(page.theme), strict=True)
        )
        if kind <= len(scales.GAINED) + 1 or (kinds == kind).any()
    ]
    if (kinds == gains.NO_TIME).any():
        fills.append(page.fill(t("print.no_time"), cells[kinds == gains.NO_TIME], "", "no_data"))
    return fills


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
