"""How to read a report, for who wants to check it: method, glossary, tables read, their quality."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from siting import texts
from siting.outputs.documents.model import Block, Bullets, DocumentTable, Heading, prose_of
from siting.publish.report import stages
from siting.publish.report.words import num, paragraph, table
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.study.result import Result


def _head(key: str, level: int = 1) -> Heading:
    return Heading(level, t(f"report.headings.{key}"))


def method(result: Result, blocks: Sequence[Block]) -> list[Block]:
    """How times and coverage were computed, what was not, and the words that a reader may lack.

    Parameters
    ----------
    blocks
        All that the report tells, which the glossary is of.
    """
    study = result.study
    kinds = {"osm": study.roads.osm, "bdtopo": study.roads.bdtopo}
    roads = next((key for key, reading in kinds.items() if reading is not None), "distances")
    limits = ", ".join(num(limit) for limit in study.thresholds_minutes)
    rows = [
        (t("report.method.limits"), t("report.method.limits_value", limits=limits)),
        (t("report.method.roads"), t(f"report.method.{roads}")),
        (t("report.method.mode"), t(f"report.method.modes.{study.roads.mode}")),
        (
            t("report.method.cells"),
            t("report.method.modelled", size=num(study.cells.size_m), seed=study.cells.seed)
            if result.cells_modelled
            else t("report.method.read"),
        ),
        (t("report.method.buffer"), t("report.method.km", km=num(study.territory.buffer_km))),
    ]
    own: list[Block] = [
        _head("method"),
        paragraph("method.text"),
        Bullets(tuple(t(f"report.method.rule_{i}") for i in range(1, 5))),
        table("method", rows, "ll", widths=(1.5, 3)),
    ]
    if lacking := stages.absent(result):
        own += [Heading(2, t("stages.headings.absent")), Bullets(tuple(lacking))]
    return [*own, *_glossary([*own, *blocks])]


def _glossary(blocks: Sequence[Block]) -> list[Block]:
    """The words of the glossary that the report uses, in alphabetical order."""
    prose = " ".join(prose_of(blocks))
    rows = []
    for entry in texts.section("report.glossary").values():
        term, meaning = (part.strip() for part in entry.format().split("|"))
        name = term[0].isupper()  # Palma is no Palmas, a weight is one of weights
        pattern = rf"\b{re.escape(term)}" + (r"\b" if name else r"s?\b")
        if re.search(pattern, prose, 0 if name else re.IGNORECASE):
            rows.append((term, meaning))
    if not rows:
        return []
    rows.sort(key=lambda row: row[0].casefold())
    return [_head("glossary", 2), table("glossary", rows, "ll", widths=(1, 3.2))]


def data(result: Result) -> list[Block]:
    """Every table read, who has no time and why, what the checks of quality counted."""
    rows: list[tuple[str, ...]] = []
    for item in result.inputs:
        status = item.source.status if item.source else "unknown"
        title = item.source.title if item.source else item.path
        vintage = item.source.vintage if item.source else "–"
        rows.append((title, vintage, t(f"report.status.{status}"), num(item.rows)))
    blocks: list[Block] = [
        _head("inputs"),
        paragraph("data_statuses"),
        table("inputs", rows, "lllr", widths=(3, 3, 1.1, 1)),
    ]
    if warnings := result.ground.read.warnings:
        lines = [(num(i), warning.text()) for i, (_, warning) in enumerate(warnings, 1)]
        blocks.append(table("reserves", lines, "rl", widths=(0.3, 5), count=num(len(warnings))))
    quality = result.ground.read.quality
    quality = quality[quality["value"] != 0]  # the table says that it lists no zero
    reasons = [
        (
            _table_name(str(q["table"]), result),
            t(f"quality.what.{q['what']}") + _detail(q),
            num(q["value"]),
        )
        for q in quality.to_dict("records")
        if texts.has(f"quality.what.{q['what']}")
    ]
    return [*blocks, table("quality", reasons, "llr", widths=(1.6, 3.4, 1))] if reasons else blocks


def unreached(result: Result) -> list[DocumentTable]:
    """Inhabitants without a time, by service and reason; nothing where all have one."""
    lost = result.access[result.access["reason"] != ""]
    if lost.empty:
        return []
    by = lost.groupby(["service", "reason"])["population"].sum().reset_index()
    names = {service.id: service.name for service in result.study.services}
    rows = [
        (names[r["service"]], t(f"report.reasons.{r['reason']}"), num(r["population"]))
        for r in by.to_dict("records")
    ]
    return [table("unreached", rows, "llr")]


def _table_name(name: str, result: Result) -> str:
    """A table of the quality checks as a reader calls it."""
    names = {service.id: service.name for service in result.study.services}
    key = f"report.named.{name}"
    if texts.has(key):
        return t(key)
    return names.get(name.replace(":", ".").rsplit(".", maxsplit=1)[-1], name)


def _detail(row: dict[Any, Any]) -> str:
    detail = str(row.get("detail") or "")
    key = f"quality.detail.{detail}"
    shown = t(key) if texts.has(key) else detail
    return f" ({shown})" if shown and shown != "nan" else ""
