"""Cells near a service or far from it, of communes connected or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting import texts
from siting.measures import digital as digital_measure
from siting.publish.prints.wording import counts
from siting.publish.sources import TIMES
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.prints.base import PrintBase

QUADRANTS = ("near_connected", "near_unconnected", "far_connected", "far_unconnected")


def digital(page: PrintBase) -> PrintSheet | str:
    """Cells near or far, of communes connected or not."""
    result, read = page.result, page.whole.ground.read
    wanted = result.study.measures and result.study.measures.digital
    if not wanted or read.broadband is None:
        return "digital"
    service = result.study.services[0]
    cells = page.cells(service.id)
    day = max(read.broadband["date"])
    fibre = digital_measure.fibre_share(read.broadband, day)
    where = digital_measure.quadrants(cells, fibre, wanted.minutes, wanted.fibre_share)
    fills = [
        page.fill(
            t(f"print.digital.{quadrant}"),
            cells[(where == quadrant).to_numpy()],
            colour,
            "alternate" if quadrant.endswith("unconnected") else "",
        )
        for quadrant, colour in zip(QUADRANTS, page.theme.quadrants, strict=True)
    ]
    unknown = cells[(where == "").to_numpy()]
    if len(unknown):
        fills.append(page.fill(t("print.no_value"), unknown, "", "no_data"))
    when = pd.Timestamp(day)
    shown = t("charts.day", day=f"{when.day:02}", month=f"{when.month:02}", year=when.year)
    people = float(cells.loc[(where == "far_unconnected").to_numpy(), "population"].sum())
    values = {"service": service.name, "day": shown, "people": texts.number(round(people))}
    unit = {"minutes": f"{wanted.minutes:g}", "share": texts.percent(wanted.fibre_share, 0)}
    key = {0: "headline_none", 1: "headline_one"}.get(round(people), "headline")
    return page.sheet(
        "digital",
        t("print.digital.what"),
        t(f"print.digital.{key}", **values),
        (t("print.digital.legend"), t("print.digital.unit", service=service.name, **unit)),
        fills,
        page.facilities(service.id, service.name),
        t("print.digital.alt", day=shown, classes=counts(fills)),
        [t("print.derived_note")] if result.cells_modelled else [],
        (*TIMES, f"services.{service.id}", "broadband"),
    )
