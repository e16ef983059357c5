"""What the other keys of a study found: balance of a site, effects, users, survey, places, days.

A section stands only where the study asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.economics.viability import CASH
from siting.measures.measure import whole, zones
from siting.outputs.documents.model import Block, Heading, Paragraph
from siting.publish.report import return_trips
from siting.publish.report.shown import KINDS, Columns, named, shown
from siting.publish.report.words import day, num, paragraph, share, stage_paragraph
from siting.study.stages import registry, schedule
from siting.survey.tabulation import ALL
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.publish.report.figures import Figures
    from siting.study.result import Result

SPAN = (("p05", "short", 1.0), ("p95", "short", 1.0))
HEAVIEST = 8  # assumptions told of a tornado


def _head(key: str, level: int = 1) -> Heading:
    return Heading(level, t(f"stages.headings.{key}"))


def viability(result: Result, drawn: Figures) -> list[Block]:
    """Costs, tariffs, break-even, outlook and what weighs most, of the site that is judged."""
    wanted, tables = result.study.viability, result.extras
    if wanted is None or "viability_costs" not in tables:
        return []
    # only where it is asked for
    from siting.study.stages.viability import label, packages  # noqa: PLC0415

    known = packages(wanted)

    def name_of(frame: pd.DataFrame) -> list[str]:
        keys = zip(frame["profile"], frame["package"], strict=True)
        return [label((str(a), str(b)), known) for a, b in keys]

    costs = tables["viability_costs"]
    blocks: list[Block] = [_head("viability")]
    total = costs[costs["item"] == "total"]
    if len(total):
        blocks.append(
            stage_paragraph("costs", site=wanted.site, month=num(total["month"].iloc[0], 2))
        )
    blocks.append(Paragraph(t("report.viability_modelled"), "notice"))
    columns: Columns = (
        ("name", "text", 2.6), ("month", "two", 1.1), ("year", "two", 1.2), ("share", "share", 0.9),
        ("month_p05", "two", 1.1), ("month_p95", "two", 1.1),
    )  # fmt: skip
    blocks += shown("viability_costs", costs, columns, "viability_costs.csv", site=wanted.site)
    tariffs = tables["viability_tariffs"]
    tariff_rows = tariffs.assign(package=name_of(tariffs))
    columns = (("package", "text", 2.6), ("net_month", "two", 1.2), ("gross_month", "two", 1.2))
    blocks += shown("viability_tariffs", tariff_rows, columns, "viability_tariffs.csv")
    blocks += _break_even(tables["viability_break_even"], name_of)
    outlook = tables.get("viability_outlook", pd.DataFrame())
    if len(outlook):
        first = outlook[(outlook["case"] == outlook["case"].iloc[0]) & (outlook["account"] == CASH)]
        chance = first.loc[first["measure"] == "balanced", "value"]
        part = first[first["measure"] != "balanced"]
        part = part.assign(measure=named("viability.measures", list(part["measure"])))
        columns = (("measure", "text", 3.0), ("value", "two", 1.1), ("low", "two", 1.1),
                   ("high", "two", 1.1), *((name, "two", 1.1) for name, _, _ in SPAN))  # fmt: skip
        blocks += shown("viability_outlook", part, columns, "viability_outlook.csv")
        if len(chance):
            rows = pd.DataFrame({"measure": [t("viability.measures.balanced")], "share": chance})
            columns = (("measure", "text", 3.0), ("share", "share", 1.0))
            blocks += shown("viability_chance", rows, columns, "viability_outlook.csv")
            blocks.append(stage_paragraph("balanced", share=share(chance.iloc[0])))
    if "viability_churn" in tables:
        churn = tables["viability_churn"]
        columns = (("package", "text", 2.4), ("gross_month", "two", 1.1), ("churn", "share", 1.0),
                   ("mean_stay", "one", 1.1), ("users", "two", 1.0))  # fmt: skip
        tariff_rows = churn.assign(package=name_of(churn))
        blocks += shown("viability_churn", tariff_rows, columns, "viability_churn.csv")
    if "viability_animator" in tables:
        columns = (("site_id", "text", 2.4), ("site_hours", "one", 1.1), ("road_hours", "one", 1.1),
                   ("share", "share", 1.0), ("amount", "two", 1.1))  # fmt: skip
        some = tables["viability_animator"]
        blocks += shown("viability_animator", some, columns, "viability_animator.csv")
    return [*blocks, *drawn.take("tornado_balance")]


def _break_even(frame: pd.DataFrame, name_of: Any) -> list[Block]:
    """How many users each case needs; a sentence for each package alone in the first case."""
    some = frame[frame["account"] == CASH]
    some = some.assign(package=name_of(some))
    first = some[(some["case"] == next(iter(some["case"]), "")) & (some["mix"] == "")]
    blocks: list[Block] = [
        stage_paragraph("break_even", users=num(r["users_whole"]), package=r["package"])
        for r in first.to_dict("records")
        if pd.notna(r["users_whole"]) and r["users_whole"] != float("inf")
    ]
    some = some.assign(
        mix=some["mix"].where(some["mix"] != "", t("stages.alone")),
        role=named("stages.roles", list(some["role"])),
    )
    columns = (
        ("case", "text", 2.0), ("mix", "text", 2.0), ("package", "text", 1.7),
        ("role", "text", 0.9),
        ("users", "two", 0.9), ("users_whole", "whole", 0.9), ("users_p05", "two", 0.9),
        ("users_p95", "two", 0.9),
    )  # fmt: skip
    return [*blocks, *shown("viability_break_even", some, columns, "viability_break_even.csv")]


def effects(result: Result, drawn: Figures) -> list[Block]:
    """What the sites would spare: totals, by EPCI."""
    tables = result.extras
    if "effects" not in tables:
        return []
    some = tables["effects"]
    some = some.assign(unit=named("report.values", list(some["unit"])))
    blocks: list[Block] = [_head("effects")]
    for r in some[some["measure"].isin(["users", "co2_kg"])].to_dict("records"):
        values = {key: KINDS["short"](r[key]) for key in ("value", "p05", "p95")}
        blocks.append(stage_paragraph("effect", name=r["name"], unit=r["unit"], **values))
    blocks.append(Paragraph(t("report.effects_modelled"), "notice"))
    columns: Columns = (
        ("name", "text", 3.2),
        ("unit", "text", 1.0),
        ("value", "short", 1.1),
        *SPAN,
    )
    blocks += shown("effects", some, columns, "effects.csv")
    epci = tables.get("effects_epci", pd.DataFrame())
    if len(epci):
        columns = (
            ("zone_name", "text", 3.2), ("people", "whole", 0.9), ("users", "one", 0.9),
            ("vehicle_km", "whole", 1.1), ("hours", "whole", 0.9), ("co2_kg", "whole", 1.0),
        )  # fmt: skip
        blocks += shown("effects_epci", epci, columns, "effects_epci.csv")
    return [*blocks, *drawn.take("tornado_effects")]


def people(result: Result, _: Figures) -> list[Block]:
    """Census, sample, survey and places: what the study has of them."""
    parts = [block for section in PEOPLE.values() for block in section(result)]
    if not parts:
        return []
    return [_head("people"), *parts, paragraph("people_text")]


def _census(result: Result) -> list[Block]:
    tables = result.extras
    if "census" not in tables:
        return []
    blocks: list[Block] = [_head("census", 2)]
    all_ = whole(tables["census"])
    if all_:
        values = {
            "users": num(all_["establishments"]),
            "rate": num(all_["per_1000_people"], 1),
            "teleworkable": num(all_["teleworkable"]),
        }
        blocks.append(stage_paragraph("census", **values))
    columns: Columns = (
        ("zone_name", "text", 3.0), ("establishments", "whole", 1.0),
        ("teleworkable", "whole", 1.2), ("all_establishments", "whole", 1.2),
        ("per_1000_people", "one", 1.0), ("quotient", "two", 1.0),
    )  # fmt: skip
    blocks += shown("census", zones(tables["census"]), columns, "census.csv")
    wanted = result.study.census
    sites = tables.get("census_sites", pd.DataFrame())
    if len(sites) and wanted is not None:
        some = sites[sites["kind"] == "candidate"].sort_values(
            ["within", "site_id"], ascending=[False, True]
        )
        columns = (("name", "text", 3.0), ("within", "whole", 1.2), ("catchment", "whole", 1.2))
        minutes = num(wanted.minutes)
        blocks += shown("census_sites", some, columns, "census_sites.csv", minutes=minutes)
    return blocks


def _sample(result: Result) -> list[Block]:
    design, sample = result.extras.get("sample_design"), result.study.sample
    if design is None or sample is None or design.empty:
        return []
    known = design[design["frame"].notna()]
    margins = known.assign(margin=named("sample.margin", list(known["margin"])))
    columns = (("margin", "text", 1.8), ("name", "text", 2.8), ("frame", "whole", 1.0),
               ("least", "whole", 0.9), ("most", "whole", 0.9))  # fmt: skip
    size = num(sample.size)
    file = "sample_design.csv"
    return [
        _head("sample", 2),
        stage_paragraph("sample"),
        *shown("sample", margins, columns, file, size=size),
    ]


def _survey(result: Result) -> list[Block]:
    tables, survey = result.extras, result.study.survey
    if survey is None or "survey_respondents" not in tables:
        return []
    groups = tables["survey_respondents"]
    all_ = groups[groups["group_kind"] == ALL]
    blocks: list[Block] = [_head("survey", 2)]
    if len(all_) and pd.notna(all_["respondents"].iloc[0]):
        count = grammar.counted("stages.respondents", float(all_["respondents"].iloc[0]))
        blocks.append(
            stage_paragraph("survey", respondents=count, people=num(all_["people"].iloc[0]))
        )
    named_groups = groups.assign(group=[_group(r) for r in groups.to_dict("records")])
    columns: Columns = (
        ("group", "text", 3.0),
        ("respondents", "whole", 1.0),
        ("people", "whole", 1.0),
    )
    blocks += shown("survey_respondents", named_groups, columns, "survey_respondents.csv")
    blocks += _answers(result)
    use = tables.get("survey_use", pd.DataFrame())
    if len(use):
        first = use.iloc[0]
        values = {"days": num(first["days"], 1), "minutes": num(first["minutes"])}
        blocks.append(stage_paragraph("use", **values))
        columns = (("minutes", "whole", 1.0), ("days", "one", 1.2), ("low", "one", 1.0),
                   ("high", "one", 1.0))  # fmt: skip
        blocks += shown("survey_use", use, columns, "survey_use.csv", level=share(survey.level, 0))
    return blocks


def _group(row: dict[Any, Any]) -> str:
    kind, code = str(row["group_kind"]), str(row["group"])
    if kind == ALL:
        return t("survey.tables.all")
    return (
        named(f"sample.{kind}", [code])[0] if kind != "part" else named("stages.parts", [code])[0]
    )


def _answers(result: Result) -> list[Block]:
    """Answers of all together to the questions that somebody answered."""
    survey = result.study.survey
    answers = result.extras.get("survey_answers", pd.DataFrame())
    if survey is None or answers.empty:
        return []
    # only where it is asked for
    from siting.study.stages import survey as study_survey  # noqa: PLC0415

    known = {
        question.code: question for question in study_survey.of_study(result.study).questions()
    }
    rows = []
    # questions of several lines (days by minutes) are told by the curve of use
    kept = (answers["group_kind"] == ALL) & answers["estimate"].notna()
    kept &= answers["row"].fillna("") == ""
    for r in answers[kept].to_dict("records"):
        question = known[r["question"]]
        labels = {item.code: item.label.wording() for item in question.options}
        labels |= {"yes": t("survey.form.tick_yes"), "no": t("survey.form.tick_no")}
        labels |= {"other": t("survey.form.other").split(",")[0], "": t("survey.tables.mean")}
        title = question.label.wording()
        mean = r["measure"] == "mean"
        numbers = [num(r[k], 1) if mean else share(r[k], 0) for k in ("estimate", "low", "high")]
        rows.append((title, labels.get(r["answer"], r["answer"]), r["count"], *numbers))
    names = ["question", "answer", "count", "estimate", "low", "high"]
    columns = (("question", "text", 3.4), ("answer", "text", 2.4), ("count", "whole", 0.8),
               ("estimate", "text", 0.9), ("low", "text", 0.8), ("high", "text", 0.8))  # fmt: skip
    frame = pd.DataFrame(rows, columns=names)
    level = share(survey.level, 0)
    return list(shown("survey_answers", frame, columns, "survey_answers.csv", level=level))


def _offers(result: Result) -> list[Block]:
    some = result.extras.get("offers")
    if some is None or some.empty:
        return []
    names = result.communes.set_index("code")["name"]
    placed = some.assign(commune=names.reindex(some["commune_code"]).fillna("").to_numpy())
    placed = placed.sort_values(["commune", "place_id"], kind="stable")
    columns = (("name", "text", 2.6), ("commune", "text", 2.0), ("type_name", "text", 1.4),
               ("level_name", "text", 1.5), ("possible_name", "text", 1.6))  # fmt: skip
    return [
        _head("offers", 2),
        stage_paragraph("offers"),
        *shown("offers", placed, columns, "offers.csv"),
    ]


def calendar(result: Result, _: Figures) -> list[Block]:
    """Steps of the schéma, and the opinions that are awaited."""
    steps = result.extras.get("calendar")
    if steps is None:
        return []
    columns: Columns = (("name", "text", 3.0), ("from", "day", 1.4), ("until", "day", 1.4))
    span = {"first": day(min(steps["from"])), "last": day(max(steps["until"]))}
    blocks: list[Block] = [
        _head("calendar"),
        stage_paragraph("calendar", **span),
        *shown("calendar", steps, columns, "calendar.csv"),
    ]
    views = result.extras.get("opinions", pd.DataFrame())
    if len(views):
        last = views["deadline"].dropna()
        awaited = schedule.awaited(views)
        counts = {"given": num(len(views) - awaited), "awaited": num(awaited)}
        if len(last):
            blocks.append(stage_paragraph("opinions", deadline=day(max(last))))
        named_views = views.assign(view=named("stages.views", list(views["view"])))
        columns = (("epci_name", "text", 3.0), ("received", "day", 1.4), ("deadline", "day", 1.4),
                   ("view", "text", 1.4))  # fmt: skip
        blocks += shown("opinions", named_views, columns, "opinions.csv", **counts)
    return blocks


@dataclass(frozen=True)
class Chapter:
    """A chapter of the report on what some keys of the configuration found.

    Attributes
    ----------
    name
        The text `report.missing.<name>` says that it was not computed.
    keys
        Stages of the registry that it tells.
    write
        Its blocks; none where nothing was computed.
    missed
        Whether the report says so where it was not computed.
    """

    name: str
    keys: tuple[str, ...]
    write: Callable[[Result, Figures], list[Block]]
    missed: bool = True


PEOPLE: dict[str, Callable[[Result], list[Block]]] = {
    "census": _census,
    "sample": _sample,
    "survey": _survey,
    "offers": _offers,
}
"""Sections of the chapter on people, by the key of the registry of stages."""

CHAPTERS = (
    Chapter("timetables", ("timetables",), return_trips.chapter, missed=False),
    Chapter("viability", ("viability",), viability),
    Chapter("effects", ("effects",), effects),
    Chapter("people", tuple(PEOPLE), people),
    Chapter("calendar", ("calendar",), calendar),
)
"""Chapters after the plan, in their order."""


def absent(result: Result) -> list[str]:
    """What was not computed, and the key that asks for it."""
    made = {**result.measures, **result.extras}
    tables = {stage.key: {table.name for table in stage.tables} for stage in registry.STAGES}
    keys = {
        "measures": result.study.measures is None,
        "digital": "digital" not in made,
        "locate": tables["locate"].isdisjoint(made),
        **{
            chapter.name: all(tables[key].isdisjoint(made) for key in chapter.keys)
            for chapter in CHAPTERS
            if chapter.missed
        },
    }
    return [t(f"report.missing.{key}") for key, missing in keys.items() if missing]
