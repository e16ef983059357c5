"""Candidates with their rank, over the people who are far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting import texts
from siting.outputs import signs
from siting.outputs.print_sheet import Name, Signs
from siting.publish.sources import TIMES, ranking_roles
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.prints.base import PrintBase


def candidates(page: PrintBase) -> PrintSheet | str:
    """Candidates with their rank, over the people who are far."""
    result, service = page.result, page.result.study.services[0]
    if result.candidates.empty:
        return "candidates"
    ranked = result.scores.table()
    every = len(ranked)
    own = set(result.communes["code"])
    sites = result.candidates.to_crs(page.crs).set_index("id")
    if result.epci is not None:
        ranked = ranked[ranked["site_id"].map(sites["commune_code"]).isin(own)]
    if ranked.empty:
        return "candidates"
    at = sites.loc[ranked["site_id"]]
    points = shapely.get_coordinates(at.geometry.to_numpy())
    values = {"minutes": f"{page.limit:g}", "service": service.name}
    cells = page.cells(service.id)
    far = ~(cells["minutes"].astype(np.float32) <= np.float32(page.limit))
    fills = [
        page.fill(t("print.candidates.near", **values), cells[~far], page.theme.palette[0]),
        page.fill(t("print.candidates.far", **values), cells[far], page.theme.palette[2]),
    ]
    first = ranked.iloc[0]
    ranks = Signs(
        t("print.candidates.sign", count="{count}"),
        points,
        signs.of("candidate", page.theme),
        numbers=tuple(str(rank) for rank in ranked["rank"]),
    )
    names = [
        Name(name, float(x), float(y), bold=True)
        for name, (x, y) in zip(ranked["name"], points, strict=True)
    ]
    key = "headline_one" if len(ranked) == 1 else "headline"
    tied = ranked["rank"] == first["rank"]
    key = "headline_tied" if tied.sum() > 1 else key
    if len(ranked) > 1 and any(page.status(role) == "modelled" for role in ranking_roles(result)):
        key = "headline_modelled"  # which names none of them the first
    key = f"{key}_cut" if result.epci is not None else key
    score = texts.number(float(first["score"]), 1)
    leading = t("print.and").join(ranked.loc[tied, "name"])
    best = {
        "first": leading,
        "score": score,
        "rank": first["rank"],
        "every": every,
    }
    return page.sheet(
        "candidates",
        t("print.candidates.what"),
        t(f"print.candidates.{key}", count=len(ranked), **best),
        (t("print.candidates.legend"), t("print.candidates.unit", **values)),
        [*fills, *page.modelled()],
        [*page.facilities(service.id, service.name), ranks],
        t("print.candidates.alt", names=", ".join(ranked["name"])),
        [t("print.modelled_note")] if result.cells_modelled else [],
        (*TIMES, f"services.{service.id}", *ranking_roles(result)),
        names,
    )
