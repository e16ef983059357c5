"""The chapter on coaches and trains: who can go to a service, be served, and be home again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.measures.measure import whole
from siting.outputs.documents.model import (
    Block,
    DocumentColumn,
    DocumentTable,
    Heading,
    Paragraph,
)
from siting.publish import durations, sources
from siting.publish.report.shown import Columns, named, shown
from siting.publish.report.words import num, share, stage_paragraph
from siting.study.timetable_days import ANY_DAY, ROLE
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.config.timetables import Timetables
    from siting.publish.report.figures import Figures
    from siting.study.result import Result

MOST = 10  # openings and lines told of


def chapter(result: Result, _: Figures) -> list[Block]:
    """Round trips of each service; nothing where no timetables were asked for."""
    keys = result.study.timetables
    if keys is None or "return_trip_people" not in result.extras:
        return []
    blocks: list[Block] = [Heading(1, t("stages.headings.timetables"))]
    for service in result.study.services:
        several = len(result.study.services) > 1
        blocks += [Heading(2, service.name)] if several else []
        blocks += _of_service(result, keys, service.id, service.name)
    return [*blocks, *_days(result)]


def _of_service(result: Result, keys: Timetables, service: str, name: str) -> list[Block]:
    tables = {
        key: table[table["service"] == service]
        for key, table in result.extras.items()
        if key.startswith("return_trip")
    }
    people = tables["return_trip_people"]
    modelled = bool((people["status"] == "modelled").any())
    any_day = people[people["day"] == ANY_DAY]
    first, last = keys.absence_minutes[-1], any_day["absence_minutes"].max()
    within, most = (
        whole(any_day[any_day["absence_minutes"] == limit]) or {} for limit in (first, last)
    )
    values = {
        "service": name,
        "people": num(within["people"]),
        "share": share(within["share"]),
        "walking": num(within["people_on_foot"]),
        "lasts": durations.written(first),
        "without": num(most["people_without"]),
        "without_share": share(1 - most["share"]),
    }
    blocks: list[Block] = [stage_paragraph("return_trips", **values)]
    if sources.any_modelled(result, ROLE):
        blocks.append(Paragraph(t("stages.said.timetables_demonstration"), "notice"))
    if modelled:
        blocks.append(Paragraph(t("stages.said.timetables_modelled"), "notice"))
    blocks += [_by_day(result, people, name), _by_mode(tables["return_trip_coverage"], name)]
    return [*blocks, *_needed(result, tables, name, modelled=modelled)]


def _by_day(result: Result, people: pd.DataFrame, name: str) -> DocumentTable:
    """People of the whole territory by day, a column an absence."""
    some = people[people["zone_kind"] == "department"]
    wide = some.pivot_table(index="day", columns="absence_minutes", values="people", sort=False)
    names = _day_names(result, [str(day) for day in wide.index])
    return _crossed("return_trip_people", t("stages.heads.day_name"), names, wide, name)


def _by_mode(coverage: pd.DataFrame, name: str) -> DocumentTable:
    """People of the whole territory by mode on any day, a column a threshold."""
    some = coverage[(coverage["zone_kind"] == "department") & (coverage["day"] == ANY_DAY)]
    columns, values = "threshold_minutes", "covered_population"
    wide = some.pivot_table(index="mode", columns=columns, values=values, sort=False)
    modes = named("stages.modes", list(wide.index))
    return _crossed("return_trip_coverage", t("stages.heads.mode"), modes, wide, name)


def _crossed(
    key: str, head: str, names: list[str], wide: pd.DataFrame, service: str
) -> DocumentTable:
    """A table with a row a name and a column a duration."""
    columns = (
        DocumentColumn(head, "left", 3.0),
        *(
            DocumentColumn(durations.written(limit), "right", 1.2)
            for limit in wide.columns.to_numpy(float)
        ),
    )
    rows = tuple(
        (name, *map(num, values)) for name, values in zip(names, wide.to_numpy(), strict=True)
    )
    return DocumentTable(t(f"stages.tables.{key}", service=service), columns, rows, data=key)


def _needed(
    result: Result, tables: dict[str, pd.DataFrame], name: str, *, modelled: bool
) -> list[Block]:
    """What would be missed: openings, lines and runs; none is named on modelled data."""
    openings = tables["return_trip_openings"]
    lines = tables.get("return_trip_lines", pd.DataFrame(columns=["kind", "people_lost"]))
    counts = {
        "openings": (openings["people_lost"] > 0).sum(),
        "all_openings": len(openings),
        "lines": ((lines["kind"] == "line") & (lines["people_lost"] > 0)).sum(),
        "all_lines": (lines["kind"] == "line").sum(),
        "runs": ((lines["kind"] == "run") & (lines["people_lost"] > 0)).sum(),
        "own": (openings["hours_from"] == "facility").sum(),
    }
    key = "return_trips_needed" if len(lines) else "return_trips_openings"
    blocks: list[Block] = [stage_paragraph(key, **{k: num(v) for k, v in counts.items()})]
    if modelled:
        return blocks
    days = {day.id: day.name for day in result.ground.read.timetables}
    places = result.facilities.drop_duplicates("id").set_index("id")["name"]
    worst = _most_needed(openings)
    rows = worst.assign(
        facility=[str(places.get(id_, id_)) for id_ in worst["facility_id"]],
        day_name=worst["day"].map(days),
        hours_open=worst["opens"] + "–" + worst["closes"],
    )
    columns: Columns = (
        ("facility", "text", 3.0), ("day_name", "text", 2.0), ("hours_open", "text", 1.4),
        ("people", "whole", 1.2), ("people_lost", "whole", 1.2),
    )  # fmt: skip
    blocks += shown("return_trip_openings", rows, columns, "return_trip_openings.csv", service=name)
    runs = _most_needed(lines[lines["kind"] == "line"])
    rows = runs.assign(day_name=runs["day"].map(days))
    columns = (("line", "text", 3.0), ("day_name", "text", 2.0), ("people_lost", "whole", 1.2))
    return [
        *blocks,
        *shown("return_trip_lines", rows, columns, "return_trip_lines.csv", service=name),
    ]


def _most_needed(rows: pd.DataFrame) -> pd.DataFrame:
    needed = rows[rows["people_lost"] > 0]
    return needed.sort_values("people_lost", ascending=False, kind="stable").head(MOST)


def _day_names(result: Result, ids: list[str]) -> list[str]:
    names = {day.id: day.name for day in result.ground.read.timetables}
    return [names.get(id_, t("stages.any_day")) for id_ in ids]


def _days(result: Result) -> list[Block]:
    """Which feed runs on which day, and how one walks."""
    days = result.extras["timetable_days"]
    rows = days.rename(columns={"name": "day_name"}).astype({"date": str})
    columns: Columns = (
        ("day_name", "text", 2.4), ("date", "day", 1.4), ("feed", "text", 2.6),
        ("runs", "whole", 0.9), ("stops", "whole", 0.9),
    )  # fmt: skip
    keys = result.study.timetables
    assert keys is not None  # noqa: S101 - the chapter stands only then
    walked = days["walking"].iloc[0]
    values = {
        "window": keys.window.replace("-", " – "),
        "stay": num(keys.stay_minutes),
        "walk": num(keys.walk_minutes),
        "kmh": num(keys.walk_kmh, 1),
    }
    return [
        stage_paragraph(f"timetables_{walked}", **values),
        *shown("timetable_days", rows, columns, "timetable_days.csv"),
    ]
