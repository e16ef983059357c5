"""What a result rests on, as maps and files say it: producers, vintages, licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import texts
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from siting.provenance import Input
    from siting.study.result import Result


EVERYWHERE = ("communes", "boundaries", "context")
"""Roles of what every map shows."""
TIMES = ("cells", "roads")
"""Roles of what travel times rest on."""


def _used(role: str, roles: Collection[str] | None) -> bool:
    """Whether a role is among some: `context` stands for `context.rivers` and the like."""
    return roles is None or bool({role, role.split(".", maxsplit=1)[0]} & set(roles))


def source_lines(result: Result, roles: Collection[str] | None = None) -> list[dict[str, str]]:
    """Lines of sources and licences, each table's status first.

    Parameters
    ----------
    roles
        Tables to tell, by role; all where None.
    """
    lines = []
    for item in result.inputs:
        if not _used(item.role, roles):
            continue
        source = item.source
        if source is None:
            continue
        attribution = source.attribution.get(texts.language(), source.title)
        text = f"{attribution}. {source.vintage}. {source.licence}."
        lines.append({"status": t(f"map.status.{source.status}"), "text": text})
    study = result.study
    if result.cells_modelled and _used("cells", roles):
        attribution = t("map.cells_source", seed=study.cells.seed, size=study.cells.size_m)
        lines.append({"status": t("map.status.modelled"), "text": attribution})
    if study.roads.osm is not None and _used("roads", roles):
        lines.append({"status": t("map.status.real"), "text": t("map.roads_osm") + ". ODbL 1.0."})
    if study.roads.bdtopo is not None and _used("roads", roles):
        lines.append({"status": t("map.status.real"), "text": t("map.roads_bdtopo")})
    return lines


def criterion_sources(result: Result) -> dict[str, str]:
    """Source and vintage of what each layer of criteria draws on, by layer."""
    by_role = {table.role: table for table in result.inputs}
    wording = {}
    for layer, roles in _criterion_roles(result).items():
        read = [by_role[role] for role in roles if role in by_role]
        wording[layer] = t("language.list_mark").join(map(_source, read)) or t("map.unknown")
    return wording


def _criterion_roles(result: Result) -> dict[str, tuple[str, ...]]:
    """Roles of the tables that each layer of criteria draws on."""
    first = f"services.{result.study.services[0].id}"
    roles = {"": ("communes", "cells", first), "bus_stops": ("bus",), "effects": ("flows",)}
    layers = {criterion.definition.layer for criterion in result.scores.criteria}
    return {layer: roles.get(layer, (layer,)) for layer in layers}


def status(result: Result, role: str) -> str:
    """Status of the source of a table; empty where none is known."""
    table = next((item for item in result.inputs if item.role == role), None)
    return table.source.status if table is not None and table.source is not None else ""


def any_modelled(result: Result, role: str) -> bool:
    """Whether any of the tables of a role is modelled."""
    sources = [item.source for item in result.inputs if item.role == role]
    return any(source is not None and source.status == "modelled" for source in sources)


def ranking_roles(result: Result) -> tuple[str, ...]:
    """Roles of the tables that the ranking of candidates draws on, and of the candidates."""
    roles = [role for some in _criterion_roles(result).values() for role in some]
    if "establishments" in roles:
        roles.append("positions")  # where establishments stand
    return ("candidates", *dict.fromkeys(roles))


def _source(table: Input) -> str:
    """Producer and vintage of a file; its name where nothing is known of it."""
    if table.source is None:
        return table.path.rsplit("/", 1)[-1]
    origin = f"{table.source.producer}, {table.source.vintage}"
    modelled = table.source.status == "modelled"
    return f"{origin} ({t('map.status.modelled')})" if modelled else origin


def paper_lines(result: Result, roles: Collection[str] | None = None) -> list[str]:
    """One line for each input: attribution, status, vintage, licence; then what was computed.

    Parameters
    ----------
    roles
        Inputs to tell, by role (`context` stands for `context.rivers`…); all where None.
    """
    lines = []
    for item in result.inputs:
        if not _used(item.role, roles):
            continue
        source = item.source
        if source is None:
            lines.append(t("print.unsourced", file=item.path.rsplit("/", 1)[-1]))
            continue
        lines.append(
            t(
                "print.source",
                said=source.attribution.get(texts.language(), source.title),
                status=t(f"print.status.{source.status}"),
                vintage=source.vintage,
                licence=source.licence,
            )
        )
    study = result.study
    if result.cells_modelled and _used("cells", roles):
        lines.append(t("print.cells", seed=study.cells.seed, size=study.cells.size_m))
    if study.roads.osm is not None and _used("roads", roles):
        lines.append(t("print.osm"))
    if study.roads.bdtopo is not None and _used("roads", roles):
        lines.append(t("map.roads_bdtopo"))
    return list(dict.fromkeys(lines))
