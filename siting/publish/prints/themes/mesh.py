"""Communes by services of a basket, and those that are centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.measures import baskets
from siting.outputs.print_sheet import Fill
from siting.publish.prints.base import gathered
from siting.publish.prints.wording import counts
from siting.publish.sources import TIMES
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.prints.base import PrintBase


def mesh(page: PrintBase) -> PrintSheet | str:
    """Communes by services of a basket, and those that are centres."""
    result = page.result
    wanted = result.study.measures and result.study.measures.mesh
    table = result.measures.get("centres")
    if not wanted or table is None:
        return "mesh"
    rows = page.communes.merge(
        table.drop(columns="name"), left_on="code", right_on="commune_code", how="left"
    )
    items = rows["items"].to_numpy(float)
    centre = rows["centre"].fillna(value=False).to_numpy(bool)
    groups = {
        "none": items == 0,
        "some": (items > 0) & (items < wanted.minimum_items),
        "many": (items >= wanted.minimum_items) & ~centre,
        "centre": centre,
    }
    scale = page.theme.palette
    colours = (page.theme.colours.background, scale[0], scale[1], scale[-2])
    values = {
        "items": f"{wanted.minimum_items}",
        "people": texts.number(wanted.minimum_attracted),
    }
    fills = [
        page.commune_fill(t(f"print.mesh.{key}", **values), kept, colour)
        for (key, kept), colour in zip(groups.items(), colours, strict=True)
    ]
    if np.isnan(items).any():
        fills.append(page.commune_fill(t("print.no_value"), np.isnan(items), "", "no_data"))
    notes, caveat = [], ""
    if page.status("everyday") == "modelled":
        caveat = t("print.mesh.modelled")
        every = gathered(page.communes.geometry.to_numpy())
        fills.append(Fill(t("print.modelled_services"), "", "", every, "modelled"))
        notes.append(t("print.services_note"))
    people = rows.loc[centre, "attracted_people"].to_numpy(float)
    circles = page.circles(rows[centre], people, "print.mesh.sign")
    basket = baskets.load(wanted.basket)
    titles = {str(key): title for key, title in basket.title.items()}
    named = titles.get(texts.language(), basket.id)
    count = int(centre.sum())
    key = {0: "headline_none", 1: "headline_one"}.get(count, "headline")
    return page.sheet(
        "mesh",
        t("print.mesh.what"),
        t(f"print.mesh.{key}", count=count, modelled=caveat),
        (t("print.mesh.legend"), t("print.mesh.unit", basket=named)),
        fills,
        circles,
        t("print.mesh.alt", classes=counts(fills)),
        notes,
        (*TIMES, "everyday"),
    )
