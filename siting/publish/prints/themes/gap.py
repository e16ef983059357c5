"""Cells by minutes beyond the standard, and the people there by commune."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.outputs import scales
from siting.publish.prints.wording import counts
from siting.publish.sources import TIMES
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.prints.base import PrintBase


def gap(page: PrintBase) -> PrintSheet:
    """Cells by minutes beyond the standard, and the people there by commune."""
    result, service = page.result, page.result.study.services[0]
    fair = result.study.measures and result.study.measures.equity
    standard = fair.standard_minutes if fair else page.limit
    cells = page.cells(service.id)
    minutes = cells["minutes"].astype(np.float32)
    near = (minutes <= np.float32(standard)).to_numpy()
    far = cells[~near]
    beyond = far.assign(excess=far["minutes"].astype(np.float64) - standard)
    tones = scales.beyond_colours(page.theme)
    fills = [
        page.fill(t("print.gap.within"), cells[near], tones[0]),
        *page.classes(beyond, scales.BEYOND, tones[1:], "excess"),
    ]
    people = beyond.groupby("commune_code")["population"].sum()
    rows = page.communes.assign(people=page.communes["code"].map(people).fillna(0.0))
    rows = rows[rows["people"] >= 1]
    lost, total = float(people.sum()), float(cells["population"].sum())
    values = {
        "people": texts.number(round(lost)),
        "share": texts.percent(lost / total),
        "minutes": f"{standard:g}",
        "service": service.name,
        "where": page.whereabouts(far),
    }
    key = {0: "headline_none", 1: "headline_one"}.get(round(lost), "headline")
    circles = page.circles(rows, rows["people"].to_numpy(float), "print.gap.sign")
    return page.sheet(
        "gap",
        t("print.gap.what", minutes=values["minutes"]),
        t(f"print.gap.{key}", **values),
        (t("print.gap.legend", **values), t("print.gap.unit", **values)),
        [*fills, *page.modelled()],
        [*circles, *page.facilities(service.id, service.name)],
        t("print.gap.alt", minutes=values["minutes"], classes=counts(fills)),
        [t("print.modelled_note")] if result.cells_modelled else [],
        (*TIMES, f"services.{service.id}"),
    )
