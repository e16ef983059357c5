"""Cells by minutes beyond the standard, and the people there by commune."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.publish.prints.base import TIMES
from siting.publish.prints.wording import counts
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.prints.base import PrintBase

EXCESS = (5.0, 10.0, 15.0)  # classes of minutes beyond the standard


def gap(page: PrintBase) -> PrintSheet:
    """Cells by minutes beyond the standard, and the people there by commune."""
    result, service = page.result, page.result.study.services[0]
    fair = result.study.measures and result.study.measures.equity
    standard = fair.standard_minutes if fair else page.limit
    cells = page.cells(service.id)
    minutes = cells["minutes"].astype(np.float32)
    near = (minutes <= np.float32(standard)).to_numpy()
    scale = page.theme.palette
    far = cells[~near]
    beyond = far.assign(excess=far["minutes"].astype(np.float64) - standard)
    tones = [scale[round(i)] for i in np.linspace(1, len(scale) - 1, len(EXCESS) + 1)]
    fills = [
        page.fill(t("print.gap.within"), cells[near], scale[0]),
        *page.classes(beyond, EXCESS, tones, "excess"),
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
