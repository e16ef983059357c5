"""Assumptions, sources and licences, the sheet of each EPCI for its opinion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting import texts
from siting.config.assumptions import Assumptions
from siting.outputs.documents.model import Block, Bullets, Heading
from siting.publish.opinion import cut, places, shown_name
from siting.publish.report.words import cell, day, num, paragraph, share, table
from siting.texts import grammar
from siting.texts import text as t
from siting.version import __version__

if TYPE_CHECKING:
    from siting.publish.opinion import OpinionArea
    from siting.study.result import Result


_NONE = pd.DataFrame()
LINE_HIGH, SIGNATURE_HIGH, ROW_HIGH = 0.8, 1.8, 0.5  # centimetres of a form's rows, of a table's
LEAST_REMARKS, MOST_REMARKS, FEW = 2.2, 8.0, 10  # centimetres; communes that leave the most room


def assumptions(result: Result) -> list[Block]:
    """Every assumption with its value, status and source."""
    rows = []
    for name in Assumptions.model_fields:
        assumption = getattr(result.study.assumptions, name)
        rows.append(
            (
                t(f"report.assumptions.{name}"),
                cell(assumption.value),
                assumption.unit,
                t(f"report.status.{assumption.status}"),
                assumption.source,
            )
        )
    for key in ("viability_assumptions", "effects_assumptions"):
        rows += [
            (
                r["name"],
                cell(r["value"]),
                r["unit"],
                t(f"report.status.{r['status']}"),
                r["source"],
            )
            for r in result.extras.get(key, _NONE).to_dict("records")
        ]
    return [
        Heading(1, t("report.headings.assumptions")),
        paragraph("assumptions_text"),
        table("assumptions", rows, "lrlll", widths=(2.6, 0.8, 0.9, 1.1, 2.6)),
    ]


def sources(result: Result) -> list[Block]:
    """Who made each table, under which licence; the lines that must be carried."""
    rows = []
    for table_read in result.inputs:
        if table_read.source is None:
            rows.append((table_read.path, "–", "–"))
            continue
        rows.append(
            (table_read.source.title, table_read.source.producer, table_read.source.licence)
        )
    if result.study.roads.osm is not None:
        rows.append((t("report.method.osm"), "OpenStreetMap", "ODbL 1.0"))
    lines = carried(result)
    blocks: list[Block] = [
        Heading(1, t("report.headings.sources")),
        paragraph("sources_text" if lines else "sources_text_alone"),
        table("sources", rows, "lll", widths=(2.2, 2.2, 3), note=f"siting {__version__}"),
    ]
    return [*blocks, Bullets(lines)] if lines else blocks


def carried(result: Result, roles: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Lines that licences want on every map and document.

    Parameters
    ----------
    roles
        Tables to tell, the first word of their role; all where empty.
    """
    attributions = [
        item.source.attribution.get(texts.language())
        for item in result.inputs
        if item.source and (not roles or item.role.split(".")[0] in roles)
    ]
    lines = dict.fromkeys(line for line in attributions if line)
    if result.study.roads.osm is not None:
        lines[t("print.osm")] = None
    return tuple(lines)


def sheets(result: Result) -> list[Block]:
    """A sheet for each EPCI."""
    blocks: list[Block] = [
        Heading(1, t("report.headings.sheets")),
        paragraph("sheets"),
    ]
    for place in places(result):
        blocks += sheet(cut(result, place), place, shown_name(result, place))
    return blocks


def sheet(part: Result, place: OpinionArea, name: str) -> list[Block]:
    """What the study says of an EPCI; the form of its opinion is in its own pack."""
    sections = (
        sheet_findings(part, name),
        sites_of(part),  # before the tables: a sentence after them could stand alone on a page
        figures_of(part, place, name),
        communes_of(part, name),
    )
    blocks = [block for some in sections for block in some]
    return [Heading(2, name), *blocks]


def sheet_findings(part: Result, name: str) -> list[Block]:
    """The sentences of an EPCI, one a service."""
    study, limit = part.study, part.study.headline_minutes
    blocks: list[Block] = []
    for service in study.services:
        own, whole = _covered(part, service.id)
        main = own.loc[limit].to_dict()
        left = round(main["population"]) - round(main["covered_population"])
        values = {
            "share": share(main["covered_share"]),
            "minutes": num(limit),
            "service": service.name,
        }
        if blocks:
            mode = t(f"report.by.{study.roads.mode}")
            counted = grammar.counted("report.left", left)
            blocks.append(paragraph("covered", mode=mode, left=counted, **values))
            continue
        blocks.append(
            paragraph(
                "sheet",
                epci=_upper(grammar.epci(name)),
                communes=grammar.counted("report.communes", len(part.communes)),
                people=grammar.counted("report.people", main["population"]),
                whole=share(whole["covered_share"].loc[limit]),
                **values,
            )
        )
    return blocks


def _covered(part: Result, service: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Coverage of the EPCI and of the department, by threshold."""
    covered = part.coverage[part.coverage["service"] == service].set_index("threshold_minutes")
    own = covered[(covered["zone_kind"] == "epci") & (covered["zone_code"] == part.epci)]
    return own, covered[covered["zone_kind"] == "department"]


def figures_of(part: Result, place: OpinionArea, name: str) -> list[Block]:
    """Its figures, and its coverage by threshold, a table a service."""
    limit = part.study.headline_minutes
    tables: list[Block] = []
    rest: list[tuple[str, str]] = []
    for service in part.study.services:
        own, whole = _covered(part, service.id)
        main = own.loc[limit]
        left = round(main["population"]) - round(main["covered_population"])
        label = t("report.figures.left", minutes=num(limit))
        if len(part.study.services) > 1:
            label = t("report.figures.left_of", minutes=num(limit), service=service.name)
        if not rest:
            rest.append((t("report.figures.people"), num(main["population"])))
        rest.append((label, num(left)))
        rows = [
            (
                t("report.at", minutes=num(threshold)),
                num(r["covered_population"]),
                share(r["covered_share"]),
                share(whole["covered_share"].loc[threshold]),
            )
            for threshold, r in zip(own.index, own.to_dict("records"), strict=True)
        ]
        keys: dict[str, Any] = {"epci": name, "service": service.name}
        sizes = (2.4, 1, 1, 1.2)
        tables.append(table("sheet_coverage", rows, "lrrr", widths=sizes, data="coverage", **keys))
    communes = num(len(part.communes))
    if place.in_part:
        communes = t("report.figures.of_all", count=communes, members=num(place.members))
    figures = [(t("report.figures.communes"), communes), *rest]
    views = part.extras.get("opinions")
    if views is not None and len(views):
        figures.append((t("report.figures.deadline"), day(views["deadline"].iloc[0])))
    return [table("sheet_figures", figures, "lr", widths=(4, 1.6), epci=name), *tables]


def communes_of(part: Result, name: str) -> list[Block]:
    """Its communes, the farthest first, or by name where people are spread by a model."""
    service, limit = part.study.services[0], part.study.headline_minutes
    covered = part.coverage[part.coverage["service"] == service.id]
    here = covered[(covered["zone_kind"] == "commune") & (covered["threshold_minutes"] == limit)]
    shares = here.set_index("zone_code")["covered_share"]
    # people are spread within communes by a model: their times rank no commune
    by, upwards = (["name"], True) if part.cells_modelled else (["minutes"], False)
    far = part.communes.sort_values([*by, "code"], ascending=[upwards, True])
    rows = [
        (r["name"], num(r["population"]), num(r["minutes"], 1), share(shares.get(r["code"])))
        for r in far.to_dict("records")
    ]
    keys: dict[str, Any] = {"epci": name, "minutes": num(limit), "service": service.name}
    return [table("sheet_communes", rows, "lrrr", widths=(3, 1, 1.2, 1.2), **keys)]


def sites_of(part: Result) -> list[Block]:
    """Its candidate sites, or that it has none; nothing where the study has none."""
    scores = part.scores.table()
    inside = scores[scores["commune_code"].isin(part.communes["code"])].sort_values("rank")
    if scores.empty:
        return []
    if inside.empty:
        return [paragraph("no_site")]
    names = [
        t("report.site_of", site=r["name"], rank=num(r["rank"]), score=num(r["score"], 1))
        for r in inside.to_dict("records")
    ]
    return [
        paragraph("sites_of", sites=t("language.list_mark").join(names), count=num(len(scores)))
    ]


def opinion_of(name: str, communes: int) -> Block:
    """The form of its opinion, its remarks as high as the list of its communes lets them be."""
    remarks = min(MOST_REMARKS, max(LEAST_REMARKS, MOST_REMARKS - ROW_HIGH * (communes - FEW)))
    lines = {
        "deliberation": LINE_HIGH,
        "view": LINE_HIGH,
        "remarks": remarks,
        "signatory": LINE_HIGH,
        "signature": SIGNATURE_HIGH,
    }
    begun = {line: t(f"report.opinion.{line}_form") for line in ("deliberation", "view")}
    rows = [(t(f"report.opinion.{line}"), begun.get(line, "")) for line in lines]
    form = table("opinion", rows, "ll", widths=(1, 3), epci=name)
    return replace(form, form=tuple(lines.values()))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
