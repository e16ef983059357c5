"""Candidates compared, the plan of `locate:`, how far the ranking holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.outputs.documents.model import (
    Block,
    DocumentColumn,
    DocumentTable,
    Heading,
    Paragraph,
)
from siting.publish import sources
from siting.publish.report import essentials
from siting.publish.report.shown import named
from siting.publish.report.words import cell, num, paragraph, share, stage_paragraph, table
from siting.study.stages import score_tables
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.publish.report.figures import Figures
    from siting.study.result import Result
    from siting.study.stages.scores import Compared


def candidates(result: Result, compared: Compared, drawn: Figures) -> list[Block]:
    """Criteria, ranking, what makes the first one first."""
    blocks: list[Block] = [Heading(1, t("report.headings.candidates"))]
    scores = result.scores.table().sort_values("rank", kind="stable")
    weights = compared.weighed.weights
    rows = [
        (
            score_tables.name_of(criterion),
            share(weights[j]),
            t(f"criteria.{criterion.name}.unit"),
            t(f"criteria.{criterion.name}.source"),
        )
        for j, criterion in enumerate(compared.criteria)
    ]
    blocks += [
        _first(result, scores),
        compared_on(compared),
        table("criteria", rows, "lrll", widths=(2.6, 0.8, 0.9, 2.2), count=num(len(rows))),
    ]
    return [
        *blocks,
        _ranking(result, scores),
        *drawn.take("candidates", "criteria"),
        _best(compared),
    ]


def compared_on(compared: Compared) -> Paragraph:
    """How many sites are compared on how many criteria, and how the score reads."""
    return paragraph(
        "candidates",
        sites=grammar.counted("report.sites", len(compared.sites)),
        criteria=grammar.counted("report.criteria", len(compared.criteria)),
    )


def _first(result: Result, scores: pd.DataFrame) -> Paragraph:
    """The sentence on the first site, or on those that are tied, and on what is modelled."""
    first = scores[scores["rank"] == scores["rank"].min()]
    key = "report.ranking" if len(first) == 1 else "report.ranking_tied"
    score = num(first["score"].iloc[0], 1)
    sentences = [t(key, site=t("brief.and").join(first["name"]), score=score)]
    if any(sources.status(result, role) == "modelled" for role in sources.ranking_roles(result)):
        sentences.append(t("report.ranking_modelled"))
    return Paragraph(" ".join(sentences))


def _ranking(result: Result, scores: pd.DataFrame) -> Block:
    """Each candidate with its score, the first one first."""
    ids = dict(zip(result.communes["code"], result.communes["name"], strict=True))
    ranking = [
        (
            num(r["rank"]),
            r["name"],
            str(ids.get(r["commune_code"], r["commune_code"])),
            num(r["score"], 1),
        )
        for r in scores.to_dict("records")
    ]
    sizes, count = (0.6, 2.6, 2.6, 0.8), num(len(ranking))
    return table("ranking", ranking, "rllr", widths=sizes, data="scores", count=count)


def _best(compared: Compared) -> Block:
    """What each criterion brings to the first candidate."""
    brought = score_tables.contributions(compared)
    best = int(compared.ranking.rank.argmin())
    own = brought[brought["site_id"] == compared.scale.of.sites[best]]
    shown = [
        (
            r["name"],
            score_tables.fewer(compared.scores, best, j) or num(r["raw"], 2),
            r["unit"],
            share(r["weight"]),
            num(r["contribution"], 1),
        )
        for j, r in enumerate(own.to_dict("records"))
    ]
    return table(
        "contributions",
        shown,
        "lrlrr",
        widths=(2.8, 1, 0.9, 0.9, 1),
        site=str(compared.sites["name"].iloc[best]),
    )


def plan(result: Result, compared: Compared, drawn: Figures) -> list[Block]:
    """The plan of `locate:` where there is one, and how far the ranking holds."""
    located = "location_summary" in result.extras
    blocks: list[Block] = [Heading(1, t("report.headings." + ("plan" if located else "ranked")))]
    holds = Paragraph(essentials.firmness(compared))
    if located:
        blocks += [*_located(result), *drawn.take("before_after"), *drawn.of_plans()]
        return [*blocks, Heading(2, t("report.headings.robustness")), holds, _firsts(compared)]
    return [*blocks, holds, _firsts(compared), *drawn.take("before_after"), *drawn.of_plans()]


def robustness(compared: Compared, drawn: Figures) -> list[Block]:
    """Who is first by each set of weights, each rank of each site, and what assumptions change."""
    return [
        Heading(1, t("report.headings.robustness_detail")),
        *_leaders(compared),
        *drawn.take("rank_acceptability"),
        *_other_views(compared),
        *drawn.take("tornado"),
    ]


def _leaders(compared: Compared) -> list[Block]:
    """Who is most often first, by each way to draw weights."""
    blocks: list[Block] = []
    robust = score_tables.robust(compared)
    for key in compared.draws:
        part = robust[robust["weightings"] == key]
        best = part.sort_values(["first_share", "rank"], ascending=[False, True]).iloc[0]
        blocks.append(
            paragraph(
                "robust",
                site=best["name"],
                share=share(best["first_share"], 0),
                kind=score_tables.label(key),
            )
        )
    return blocks


def _firsts(compared: Compared) -> Block:
    """How often each candidate is first, whatever the weights."""
    robust = score_tables.robust(compared)
    columns = [
        (key, robust[robust["weightings"] == key].set_index("site_id")) for key in compared.draws
    ]
    order = columns[0][1].sort_values("rank")
    rows = [
        (
            row["name"],
            *(share(part["first_share"].loc[str(site)], 0) for _, part in columns),
            num(row["best_rank"]),
            num(row["worst_rank"]),
        )
        for site, row in order.iterrows()
    ]
    heads = [
        DocumentColumn(t("report.columns.site"), "left", 2.2),
        *(
            DocumentColumn(t("report.columns.first", kind=score_tables.label(k)), "right", 1.6)
            for k, _ in columns
        ),
        DocumentColumn(t("report.columns.best"), "right", 1),
        DocumentColumn(t("report.columns.worst"), "right", 1),
    ]
    return DocumentTable(
        t("report.tables.robust.caption"),
        tuple(heads),
        tuple(rows),
        note=t("report.robust_note"),
    )


def _other_views(compared: Compared) -> list[Block]:
    """Who is first by the weights of others, and when an assumption moves."""
    views = [
        (
            view.name,
            t(f"scores.kinds.{view.kind}"),
            str(compared.sites["name"].iloc[int(compared.view_ranks[view.key].rank.argmin())]),
        )
        for view in compared.views
    ]
    blocks: list[Block] = [table("views", views, "lll", widths=(2, 1.6, 2))]
    moved = [
        (
            t(f"report.assumptions.{r['assumption']}"),
            cell(r["low_value"]),
            _site(compared, r["low_first"]),
            cell(r["high_value"]),
            _site(compared, r["high_first"]),
        )
        for r in compared.assumptions.to_dict("records")
    ]
    if moved:
        blocks.append(table("sensitivity", moved, "lrlrl", widths=(3, 0.8, 2, 0.8, 2)))
    return blocks


def _site(compared: Compared, code: str) -> str:
    names = dict(zip(compared.sites["site_id"], compared.sites["name"], strict=True))
    return str(names.get(code, code))


def _located(result: Result) -> list[Block]:
    tables, locate = result.extras, result.study.locate
    blocks: list[Block] = []
    rows = [
        (
            num(r["phase"]),
            named("stages.models", [r["model"]])[0],
            t(f"cli_locate.status.{r['status']}"),
            num(r["new_sites"]),
            num(r["objective"], 1),
            num(r["lower_bound"], 1),
            num(r["upper_bound"], 1),
        )
        for r in tables["location_summary"].to_dict("records")
    ]
    last = tables["location_summary"].iloc[-1]
    if pd.isna(last["objective"]):
        blocks.append(stage_paragraph("no_plan", reason=str(last["reason"])))
    else:
        values = {
            "sites": grammar.counted("report.sites", last["new_sites"]),
            "status": t(f"cli_locate.status.{last['status']}").lower(),
            "model": named("stages.models", [last["model"]])[0],
            "demand": t(f"stages.demand.{'cells' if locate is None else locate.demand}"),
        }
        blocks.append(stage_paragraph("located", **values))
    blocks.append(
        table("location_summary", rows, "rllrrrr", widths=(0.7, 1.4, 1.8, 0.8, 1.2, 1.2, 1.2))
    )
    return [*blocks, *_opened(result), *_covered_after(result)]


def _opened(result: Result) -> list[Block]:
    """The sites of a plan."""
    names = dict(zip(result.communes["code"], result.communes["name"], strict=True))
    sites = result.extras["location"]
    openings = [
        (
            num(r["phase"]),
            str(r["name"]),
            str(names.get(r["commune"], r["commune"])),
            num(r["people"]),
        )
        for r in sites[sites["phase"] > 0].to_dict("records")
    ]
    return [table("location", openings, "rllr", widths=(0.7, 2.6, 2.6, 1))] if openings else []


def _covered_after(result: Result) -> list[Block]:
    """People covered after a plan, beside those of before where they are the same people."""
    locate = result.study.locate
    after = result.extras["location_coverage"]
    after = after[after["zone_kind"] == "department"]
    whole = result.coverage[result.coverage["zone_kind"] == "department"]
    before = whole.set_index(["service", "threshold_minutes"])["covered_share"]
    same = locate is None or locate.demand in ("cells", "communes")  # the people of before
    shown = [
        (
            num(r["phase"]),
            t("report.at", minutes=num(r["threshold_minutes"])),
            *([share(before.get((r["service"], r["threshold_minutes"])))] if same else []),
            share(r["covered_share"]),
        )
        for r in after.to_dict("records")
    ]
    if not shown:
        return []
    if same:
        return [table("before_after", shown, "rlrr", widths=(0.8, 3, 1.4, 1.4))]
    return [table("after", shown, "rlr", widths=(0.8, 3, 1.4))]
