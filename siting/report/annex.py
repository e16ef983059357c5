"""Assumptions, sources and licences, the sheet of each EPCI for its opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting import __version__, texts
from siting.config.study import Assumptions
from siting.outputs.documents.model import Block, Bullets, Heading, PageBreak
from siting.report.words import cell, day, main_threshold, num, said, share, table
from siting.study_opinion import cut, places
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.study import Result


_NONE = pd.DataFrame()


def assumptions(result: Result) -> list[Block]:
    """Every assumption with its value, status and source."""
    rows = []
    for name in Assumptions.model_fields:
        one = getattr(result.study.assumptions, name)
        rows.append(
            (
                t(f"report.assumptions.{name}"),
                cell(one.value),
                one.unit,
                t(f"report.status.{one.status}"),
                one.source,
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
        said("assumptions_text"),
        table("assumptions", rows, "lrlll", widths=(2.6, 0.8, 0.9, 1.1, 2.6)),
    ]


def sources(result: Result) -> list[Block]:
    """Who made each table, under which licence; the lines that must be carried."""
    rows, lines = [], []
    for one in result.inputs:
        if one.source is None:
            rows.append((one.path, "–", "–"))
            continue
        rows.append((one.source.title, one.source.producer, one.source.licence))
        line = one.source.attribution.get(texts.language())
        if line and line not in lines:
            lines.append(line)
    if result.study.roads.osm is not None:
        rows.append((t("report.method.osm"), "OpenStreetMap", "ODbL 1.0"))
    blocks: list[Block] = [
        Heading(1, t("report.headings.sources")),
        said("sources_text"),
        table("sources", rows, "lll", widths=(2.2, 2.2, 3), note=f"siting {__version__}"),
    ]
    return [*blocks, Bullets(tuple(lines))] if lines else blocks


def sheets(result: Result) -> list[Block]:
    """A sheet for each EPCI."""
    blocks: list[Block] = [PageBreak(), Heading(1, t("report.headings.sheets")), said("sheets")]
    for i, place in enumerate(places(result)):
        part = cut(result, place)
        if i:
            blocks.append(PageBreak())
        blocks += sheet(part, place.name)
    return blocks


def sheet(part: Result, name: str) -> list[Block]:
    """What an EPCI gives its opinion on, in two pages at most."""
    study, service = part.study, part.study.services[0]
    limit = main_threshold(study)
    covered = part.coverage[part.coverage["service"] == service.id]
    own = covered[(covered["zone_kind"] == "epci") & (covered["zone_code"] == part.epci)]
    whole = covered[covered["zone_kind"] == "department"].set_index("threshold_minutes")
    main = own[own["threshold_minutes"] == limit].iloc[0]
    left = round(main["population"]) - round(main["covered_population"])
    rows = [
        (
            t("report.at", minutes=num(r["threshold_minutes"])),
            num(r["covered_population"]),
            share(r["covered_share"]),
            share(whole.loc[r["threshold_minutes"], "covered_share"]),
        )
        for r in own.to_dict("records")
    ]
    figures = [
        (t("report.figures.communes"), num(len(part.communes))),
        (t("report.figures.people"), num(main["population"])),
        (t("report.figures.left", minutes=num(limit)), num(left)),
    ]
    views = part.extras.get("opinions")
    if views is not None and len(views):
        figures.append((t("report.figures.deadline"), day(views["deadline"].iloc[0])))
    blocks: list[Block] = [
        Heading(2, name),
        said(
            "sheet",
            epci=_upper(grammar.epci(name)),
            communes=grammar.counted("report.communes", len(part.communes)),
            people=grammar.counted("report.people", main["population"]),
            share=share(main["covered_share"]),
            minutes=num(limit),
            service=service.name,
            whole=share(whole["covered_share"].loc[limit]),
        ),
        table("sheet_figures", figures, "lr", widths=(4, 1), epci=name),
        table(
            "sheet_coverage",
            rows,
            "lrrr",
            widths=(2.4, 1, 1, 1.2),
            epci=name,
            service=service.name,
            data="coverage",
        ),
    ]
    here = covered[(covered["zone_kind"] == "commune") & (covered["threshold_minutes"] == limit)]
    shares = here.set_index("zone_code")["covered_share"]
    far = part.communes.sort_values(["minutes", "code"], ascending=[False, True])
    told = [
        (r["name"], num(r["population"]), num(r["minutes"], 1), share(shares.get(r["code"])))
        for r in far.to_dict("records")
    ]
    blocks.append(
        table(
            "sheet_communes",
            told,
            "lrrr",
            widths=(3, 1, 1.2, 1.2),
            epci=name,
            minutes=num(limit),
            service=service.name,
        )
    )
    scores = part.scores.table()
    inside = scores[scores["commune_code"].isin(part.communes["code"])].sort_values("rank")
    if len(inside):
        shown = [(r["name"], num(r["rank"]), num(r["score"], 1)) for r in inside.to_dict("records")]
        blocks.append(table("sheet_sites", shown, "lrr", widths=(3, 1, 1), epci=name))
    else:
        blocks.append(said("no_site"))
    fields = [(t(f"report.opinion.{one}"), "") for one in ("view", "remarks", "date", "signature")]
    blocks += [table("opinion", fields, "ll", widths=(1, 3), epci=name)]
    return blocks


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
