"""Candidates, the plan and its robustness, viability, effects, census and survey, calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import score_tables, texts
from siting.outputs.documents.model import Block, Column, Heading, Paragraph, Table
from siting.report.words import cell, day, missing, num, said, share, table
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    import pandas as pd

    from siting.report.figures import Figures
    from siting.study import Result
    from siting.study_scores import Compared

LONGEST, WIDEST = 25, 8  # rows and columns of a table shown as it is published
KEYS = ("measure", "key", "zone_kind", "zone_code")  # what a name beside them already says
OWN_SECTION = ("location", "viability", "effects", "calendar", "opinions")


def candidates(result: Result, found: Compared, drawn: Figures) -> list[Block]:
    """Criteria, ranking, what makes the first one first."""
    blocks: list[Block] = [Heading(1, t("report.headings.candidates"))]
    scores = result.scores.table().sort_values("rank", kind="stable")
    weights = found.weighed.weights
    rows = [
        (
            score_tables.name_of(one),
            share(weights[j]),
            t(f"criteria.{one.name}.unit"),
            t(f"criteria.{one.name}.source"),
        )
        for j, one in enumerate(found.criteria)
    ]
    blocks += [
        said(
            "candidates",
            sites=grammar.counted("report.sites", len(scores)),
            criteria=grammar.counted("report.criteria", len(rows)),
        ),
        table(
            "counts",
            [
                (t("report.figures.candidates"), num(len(scores))),
                (t("report.figures.criteria"), num(len(rows))),
            ],
            "lr",
            widths=(4, 1),
        ),
        table("criteria", rows, "lrll", widths=(2.6, 0.8, 0.9, 2.2)),
    ]
    first = scores.iloc[0]
    blocks.append(said("ranking", site=first["name"], score=num(first["score"], 1)))
    ids = dict(zip(result.communes["code"], result.communes["name"], strict=True))
    told = [
        (
            num(r["rank"]),
            r["name"],
            str(ids.get(r["commune_code"], r["commune_code"])),
            num(r["score"], 1),
        )
        for r in scores.to_dict("records")
    ]
    blocks.append(table("ranking", told, "rllr", widths=(0.6, 2.6, 2.6, 0.8), data="scores"))
    blocks += drawn.take("candidates", "criteria")
    brought = score_tables.contributions(found)
    own = brought[brought["site_id"] == found.scale.of.sites[found.ranking.rank.argmin()]]
    shown = [
        (r["name"], num(r["raw"], 2), r["unit"], share(r["weight"]), num(r["contribution"], 1))
        for r in own.to_dict("records")
    ]
    blocks.append(
        table(
            "contributions",
            shown,
            "lrlrr",
            widths=(2.8, 1, 0.9, 0.9, 1),
            site=str(found.sites["name"].iloc[int(found.ranking.rank.argmin())]),
        )
    )
    return blocks


def plan(result: Result, found: Compared, drawn: Figures) -> list[Block]:
    """The plan of `locate:` where there is one, and how far the ranking holds."""
    blocks: list[Block] = [Heading(1, t("report.headings.plan"))]
    if "location_summary" in result.extras:
        blocks += _located(result)
    else:
        blocks.append(missing("locate"))
    blocks += drawn.take("before_after")
    blocks.append(Heading(2, t("report.headings.robustness")))
    robust = score_tables.robust(found)
    for key in found.draws:
        part = robust[robust["weightings"] == key]
        best = part.sort_values(["first_share", "rank"], ascending=[False, True]).iloc[0]
        blocks.append(
            said(
                "robust",
                site=best["name"],
                share=share(best["first_share"], 0),
                kind=score_tables.label(key),
            )
        )
    columns = [
        (key, robust[robust["weightings"] == key].set_index("site_id")) for key in found.draws
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
        Column(t("report.columns.site"), "left", 2.4),
        *(
            Column(t("report.columns.first", kind=score_tables.label(k)), "right", 1.3)
            for k, _ in columns
        ),
        Column(t("report.columns.best"), "right", 1),
        Column(t("report.columns.worst"), "right", 1),
    ]
    blocks.append(
        Table(
            t("report.tables.robust.caption"),
            tuple(heads),
            tuple(rows),
            note=t("report.robust_note"),
        )
    )
    blocks += drawn.take("rank_acceptability")
    views = [
        (
            one.name,
            t(f"scores.kinds.{one.kind}"),
            str(found.sites["name"].iloc[int(found.view_ranks[one.key].rank.argmin())]),
        )
        for one in found.views
    ]
    blocks.append(table("views", views, "lll", widths=(2, 1.6, 2)))
    moved = [
        (
            t(f"report.assumptions.{r['assumption']}"),
            cell(r["low_value"]),
            _site(found, r["low_first"]),
            cell(r["high_value"]),
            _site(found, r["high_first"]),
        )
        for r in found.assumptions.to_dict("records")
    ]
    if moved:
        blocks.append(table("sensitivity", moved, "lrlrl", widths=(3, 0.8, 2, 0.8, 2)))
    return [*blocks, *drawn.take("tornado")]


def _site(found: Compared, code: str) -> str:
    names = dict(zip(found.sites["site_id"], found.sites["name"], strict=True))
    return str(names.get(code, code))


def _located(result: Result) -> list[Block]:
    held, asked = result.extras, result.study.locate
    blocks: list[Block] = []
    rows = [
        (
            num(r["phase"]),
            str(r["model"]),
            t(f"cli_locate.status.{r['status']}"),
            num(r["new_sites"]),
            num(r["objective"], 1),
            num(r["lower_bound"], 1),
            num(r["upper_bound"], 1),
        )
        for r in held["location_summary"].to_dict("records")
    ]
    last = held["location_summary"].iloc[-1]
    blocks.append(
        said(
            "located",
            sites=grammar.counted("report.sites", last["new_sites"]),
            status=t(f"cli_locate.status.{last['status']}").lower(),
            model=str(last["model"] if asked is None else asked.model),
        )
    )
    blocks.append(
        table("location_summary", rows, "rllrrrr", widths=(0.7, 1.4, 1.8, 0.8, 1.2, 1.2, 1.2))
    )
    names = dict(zip(result.communes["code"], result.communes["name"], strict=True))
    sites = held["location"]
    told = [
        (
            num(r["phase"]),
            str(r["name"]),
            str(names.get(r["commune"], r["commune"])),
            num(r["people"]),
        )
        for r in sites[sites["phase"] > 0].to_dict("records")
    ]
    if told:
        blocks.append(table("location", told, "rllr", widths=(0.7, 2.6, 2.6, 1)))
    after = held["location_coverage"]
    after = after[after["zone_kind"] == "department"]
    whole = result.coverage[result.coverage["zone_kind"] == "department"]
    before = whole.set_index(["service", "threshold_minutes"])["covered_share"]
    shown = [
        (
            num(r["phase"]),
            t("report.at", minutes=num(r["threshold_minutes"])),
            share(before.get((r["service"], r["threshold_minutes"]))),
            share(r["covered_share"]),
        )
        for r in after.to_dict("records")
    ]
    if shown:
        blocks.append(table("before_after", shown, "rlrr", widths=(0.8, 3, 1.4, 1.4)))
    return blocks


def viability(result: Result, drawn: Figures) -> list[Block]:
    """What the site costs, and what it spares."""
    blocks: list[Block] = [Heading(1, t("report.headings.viability"))]
    for family in ("viability", "effects"):
        some = {key: one for key, one in result.extras.items() if key.startswith(family)}
        if not some:
            blocks.append(missing(family))
            continue
        blocks.append(Heading(2, t(f"report.headings.{family}_part")))
        blocks.append(Paragraph(t(f"report.{family}_modelled"), "notice"))
        blocks += [
            _published(key, one) for key, one in some.items() if not key.endswith("assumptions")
        ]
        blocks += drawn.take("tornado_balance" if family == "viability" else "tornado_effects")
    return blocks


def people(result: Result) -> list[Block]:
    """Census and survey, where the study has them: what is by EPCI, and where the rest is."""
    some = {
        key: one
        for key, one in result.extras.items()
        if not key.startswith(OWN_SECTION) and len(one)
    }
    blocks: list[Block] = [Heading(1, t("report.headings.people"))]
    if not some:
        return [*blocks, missing("people")]
    blocks.append(said("people_text"))
    known = texts.catalogue("fr")
    for key, one in some.items():
        if f"report.published.{key}" not in known:
            continue
        zones = one
        if "zone_kind" in one:
            zones = one.loc[one["zone_kind"].isin(["department", "epci"])]
        blocks.append(_published(key, zones))
    rest = [f"{key}.csv" for key in some if f"report.published.{key}" not in known]
    if rest:
        blocks.append(said("elsewhere", files=", ".join(rest)))
    return blocks


def calendar(result: Result) -> list[Block]:
    """Steps of the schéma."""
    blocks: list[Block] = [Heading(1, t("report.headings.calendar"))]
    steps = result.extras.get("calendar")
    if steps is None:
        return [*blocks, missing("calendar")]
    rows = [(r["name"], day(r["from"]), day(r["until"])) for r in steps.to_dict("records")]
    return [*blocks, table("calendar", rows, "lll", widths=(3, 1.4, 1.4))]


def _published(key: str, frame: pd.DataFrame) -> Table:
    """A published table as it is, its first rows and columns where it is long or wide."""
    named = {"name", "zone_name"} & set(frame.columns)
    told = frame.drop(columns=[one for one in KEYS if named and one in frame.columns])
    shown = told.iloc[:LONGEST, :WIDEST]
    numbers = [shown[name].dtype.kind in "if" for name in shown.columns]
    columns = tuple(
        Column(_heading(str(name)), "right" if one else "left", 1 if one else 2.2)
        for name, one in zip(shown.columns, numbers, strict=True)
    )
    rows = tuple(tuple(_value(one) for one in row) for row in shown.itertuples(index=False))
    cut = len(told) > LONGEST or told.shape[1] > WIDEST
    note = t("report.cut", file=f"{key}.csv") if cut else ""
    known = f"report.published.{key}"
    caption = t(known) if known in texts.catalogue("fr") else t("report.published_as", name=key)
    return Table(caption, columns, rows, note=note)


def _heading(name: str) -> str:
    key = f"report.heads.{name}"
    return t(key) if key in texts.catalogue("fr") else name.replace("_", " ")


def _value(value: object) -> str:
    key = f"report.values.{value}"
    return t(key) if key in texts.catalogue("fr") else cell(value)
