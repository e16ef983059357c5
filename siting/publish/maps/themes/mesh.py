"""How many facilities are in reach, by service; the centres-bourgs where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.measures import mesh as meshes
from siting.measures import pairs, redundancy
from siting.outputs import scales
from siting.outputs.web_map import Choice, View
from siting.publish.maps import wording
from siting.publish.maps.map_theme import MapTheme
from siting.publish.maps.mapped import NothingToShow
from siting.texts import text as t
from siting.times import matrix

if TYPE_CHECKING:
    import pandas as pd

    from siting.config.study import ServiceKeys
    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import MappedResult


def mesh(mapped: MappedResult) -> WebMap:
    """A view a service, and one of the centres-bourgs."""
    measures = mapped.result.study.measures
    names, views = [], []
    for i, service in enumerate(mapped.services):
        view = _count(mapped, service, i)
        if view is not None:
            names.append(t("maps.choice.count", service=service.name))
            views.append(view)
    centres = mapped.result.measures.get("centres")
    if centres is not None and measures is not None and measures.mesh is not None and len(centres):
        names.append(t("maps.choice.centres"))
        views.append(_centres(mapped, centres))
    if not views:
        raise NothingToShow(t("maps.no_values"))
    choice = Choice(t("maps.theme.mesh"), tuple(names))
    layers = [mapped.facility_points(service) for service in mapped.services]
    roles = (*mapped.service_roles(), "everyday")
    return mapped.page(mapped.title("mesh"), [choice], views, layers, roles)


def _count(mapped: MappedResult, service: ServiceKeys, layer: int) -> View | None:
    """Facilities in reach of each cell; None where no cell has a road nearby."""
    ground, measures = mapped.result.ground, mapped.result.study.measures
    minutes = None if measures is None else measures.overlap_minutes
    limit = mapped.threshold if minutes is None else minutes
    joined = ground.router.network.attach(ground.read.services[service.id])
    within = pairs.from_times(matrix.dense(ground.router, ground.demand, joined), limit)
    count = redundancy.reached(within, [limit]).to_numpy(np.float64)[:, 0][mapped.rows]
    count[mapped.access(service.id)["reason"].to_numpy() == "too_far_from_road"] = np.nan
    if np.isnan(count).all():
        return None
    if minutes is None:
        everybody = ground.cells["population"].to_numpy(np.float64)
        people = meshes.overlap(within, everybody, limit)["people"]
    else:
        table = mapped.result.measures["overlap"]
        people = table[table["service"] == service.id].set_index("facilities")["people"]
    return View(
        legend=t("maps.mesh.legend", minutes=f"{limit:g}", mode=mapped.mode, service=service.name),
        headline=t(
            "maps.mesh.headline",
            none=texts.number(round(people.get(0, 0.0))),
            one=texts.number(round(people.get(1, 0.0))),
            minutes=f"{limit:g}",
        ),
        scale=scales.counts(mapped.theme),
        cells=count,
        factor=1,
        cell_term=t("maps.mesh.term", minutes=f"{limit:g}"),
        decimals=0,
        columns=(
            (t("maps.mesh.choice"), wording.numbers(mapped.sums(count == 0))),
            (t("maps.mesh.single"), wording.numbers(mapped.sums(count == 1))),
        ),
        notes=mapped.notes,
        modelled=mapped.result.cells_modelled,
        points=(layer,),
    )


def _centres(mapped: MappedResult, centres: pd.DataFrame) -> View:
    """Communes that are centres-bourgs."""
    measures = mapped.result.study.measures
    assert measures is not None  # noqa: S101 - the table is there
    assert measures.mesh is not None  # noqa: S101 - the table is there
    rows = centres.set_index("commune_code").reindex(mapped.result.communes["code"])
    centre = rows["centre"].fillna(value=False).to_numpy(bool)
    kind = np.where(centre, 0.0, np.where(rows["items"].to_numpy(np.float64) > 0, 1.0, 2.0))
    kind[rows["items"].isna().to_numpy()] = np.nan
    labels = [t(f"maps.mesh.{key}") for key in ("centre", "served", "bare")]
    dark, light = mapped.theme.palette[-2], mapped.theme.palette[1]
    modelled = any(
        read.role == "everyday" and read.source is not None and read.source.status == "modelled"
        for read in mapped.result.inputs
    )
    count = int(centre.sum())
    return View(
        legend=t("maps.mesh.centres"),
        headline=t(
            "maps.mesh.centres_headline_one" if count < 2 else "maps.mesh.centres_headline",
            count=count,
            modelled=t("print.mesh.modelled") if modelled else "",
            items=measures.mesh.minimum_items,
            people=texts.number(measures.mesh.minimum_attracted),
        ),
        scale=scales.kinds(labels, (dark, light, "#f4f4f0")),
        communes=kind,
        columns=(
            (t("maps.mesh.items"), wording.numbers(rows["items"])),
            (t("maps.mesh.attracted"), wording.numbers(rows["attracted_people"])),
        ),
        notes=(t("maps.mesh.everyday_note"),) if modelled else (),
        modelled=modelled,
        points=(),
    )


THEME = MapTheme("mesh", 50, mesh)
