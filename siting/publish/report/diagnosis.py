"""Territory, data, method, diagnosis by service and by EPCI, digital."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siting import texts
from siting.outputs.documents.model import Block, Heading, Paragraph
from siting.publish import hours
from siting.publish.opinion import places, shown_name
from siting.publish.report import measured, reading
from siting.publish.report.shown import named
from siting.publish.report.words import cell, day, num, paragraph, share, table
from siting.study import opening_hours
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    import pandas as pd

    from siting.config.study import ServiceKeys
    from siting.publish.report.figures import Figures
    from siting.study.result import Result
MOST_TIED = 3  # EPCI that a sentence names


def _head(key: str, level: int = 1, **values: object) -> Heading:
    return Heading(level, t(f"report.headings.{key}", **values))


def whole(result: Result, service: str) -> pd.DataFrame:
    """Coverage of the whole study, a row a threshold."""
    table_ = result.coverage
    return table_[(table_["zone_kind"] == "department") & (table_["service"] == service)]


def _facilities(result: Result, service: str) -> str:
    """Facilities of a service, and how many of them lie beyond the border."""
    places = result.facilities[result.facilities["service"] == service]
    beyond = int((~places["commune_code"].isin(result.communes["code"])).sum())
    return t("report.figures.of_them_beyond", count=num(len(places)), beyond=num(beyond))


def in_figures(result: Result) -> dict[str, tuple[str, str]]:
    """What the study is about: words and figure, by a name for each."""
    communes = result.communes
    epci = communes.loc[communes["epci_code"] != "", "epci_code"].nunique()
    return {
        "communes": (t("report.figures.communes"), num(len(communes))),
        "epci": (t("report.figures.epci"), num(epci)),
        "people": (t("report.figures.people"), num(float(communes["population"].sum()))),
        "vintage": (t("report.figures.vintage"), day(result.study.territory.vintage)),
        "cells": (t("report.figures.cells"), num(len(result.cells))),
        "candidates": (t("report.figures.candidates"), num(len(result.candidates))),
        **{
            f"facilities.{service.id}": (
                t("report.figures.facilities", service=service.name),
                _facilities(result, service.id),
            )
            for service in result.study.services
        },
    }


def territory(result: Result) -> list[Block]:
    """Communes, people, EPCI."""
    communes = result.communes
    people = float(communes["population"].sum())
    rows = []
    grouped = communes[communes["epci_code"] != ""].groupby(["epci_code", "epci_name"], sort=True)
    for (_, name), part in grouped:
        rows.append((str(name), len(part), float(part["population"].sum())))
    rows.sort(key=lambda row: -row[2])
    department = result.study.territory.department.name
    blocks: list[Block] = [
        _head("territory"),
        paragraph(
            "territory",
            of_department=grammar.of(department),
            communes=grammar.counted("report.communes", len(communes)),
            epci=grammar.counted("report.epci", len(rows)),
            people=grammar.counted("report.people", people),
        ),
        table("figures", in_figures(result).values(), "lr", widths=(3, 1)),
    ]
    if len(rows) > 1:
        blocks.append(
            paragraph(
                "epci_sizes",
                most=grammar.epci(rows[0][0]),
                most_people=grammar.counted("report.people", rows[0][2]),
                least=grammar.epci(rows[-1][0]),
                least_people=grammar.counted("report.people", rows[-1][2]),
            )
        )
    if rows:
        cells = [
            (name, num(count), num(people_there), share(people_there / people))
            for name, count, people_there in rows
        ]
        parts = [
            t(
                "report.figures.of_all",
                count=f"{place.name} : {num(len(place.communes))}",
                members=num(place.members),
            )
            for place in places(result)
            if place.in_part
        ]
        note = t("report.in_part", names=t("language.list_mark").join(parts)) if parts else ""
        blocks.append(table("epci", cells, "lrrr", widths=(4, 1, 1.2, 1.2), note=note))
    return blocks


def data(result: Result) -> list[Block]:
    """How much of what was read is observed, and what is to be clarified; an annex has the rest."""
    counts = {"real": 0, "derived": 0, "modelled": 0, "unknown": 0}
    for item in result.inputs:
        counts[item.source.status if item.source else "unknown"] += 1
    read = len(result.inputs)
    blocks: list[Block] = [
        _head("data"),
        paragraph(
            "data",
            files=grammar.counted("report.files", read),
            observed=num(counts["real"] + counts["derived"]),
            modelled=num(counts["modelled"]),
        ),
        table(
            "status",
            [(t(f"report.status.{key}"), num(n)) for key, n in counts.items() if n]
            + [(t("report.observed"), num(counts["real"] + counts["derived"]))]
            + [(t("report.total"), num(read))],
            "lr",
            widths=(4, 1),
            total=True,
        ),
    ]
    if counts["modelled"] or result.cells_modelled:
        blocks.append(Paragraph(t("report.modelled"), "notice"))
    lost = reading.unreached(result)
    blocks += [paragraph("unreached"), *lost] if lost else [paragraph("all_reached")]
    if warnings := result.ground.read.warnings:
        blocks.append(Paragraph(grammar.counted("report.reserves", len(warnings)), "notice"))
    return [*blocks, paragraph("in_annex")]


def services(result: Result, drawn: Figures) -> list[Block]:
    """Each service: who reaches it, where they do not."""
    blocks: list[Block] = [_head("diagnosis")]
    for service in result.study.services:
        blocks += _service(result, service, drawn)
    return blocks


def finding(result: Result, service: ServiceKeys) -> Paragraph:
    """The sentence on who reaches a service within the headline's minutes, and who does not."""
    limit, all_ = result.study.headline_minutes, whole(result, service.id)
    row = all_[all_["threshold_minutes"] == limit].iloc[0]
    left = round(row["population"]) - round(row["covered_population"])
    return Paragraph(
        t(
            "report.covered",
            share=share(row["covered_share"]),
            minutes=num(limit),
            mode=t(f"report.by.{result.study.roads.mode}"),
            service=service.name,
            left=grammar.counted("report.left", left),
        ),
        "lead",
    )


def _here(result: Result, service: ServiceKeys) -> pd.DataFrame:
    """Coverage of every zone at the headline's minutes."""
    covered, limit = result.coverage, result.study.headline_minutes
    return covered[(covered["service"] == service.id) & (covered["threshold_minutes"] == limit)]


def of_epci(result: Result, service: ServiceKeys) -> pd.DataFrame:
    """Coverage of each EPCI at the headline's minutes, those in part told as such.

    The least covered come first; by name where people are spread by a model, which ranks nobody.
    """
    here = _here(result, service)
    names = {place.code: shown_name(result, place) for place in places(result)}
    rows = here[here["zone_kind"] == "epci"]
    rows = rows.assign(zone_name=rows["zone_code"].map(names))
    order = ["zone_name"] if result.cells_modelled else ["covered_share", "zone_name"]
    return rows.sort_values([*order, "zone_code"], kind="stable")


def epci_ends(result: Result, service: ServiceKeys) -> list[Paragraph]:
    """The least and the most covered of several EPCI, ties together; none on modelled people."""
    rows = of_epci(result, service)
    rows = rows[rows["covered_share"].notna()]
    shares = rows["covered_share"].map(share)  # tied is what reads alike
    if result.cells_modelled or shares.nunique() < 2:
        return []
    low, high = shares.iloc[0], shares.iloc[-1]
    return [
        paragraph(
            "by_epci",
            minutes=num(result.study.headline_minutes),
            low=_tied(rows.loc[shares == low, "zone_name"]),
            low_share=low,
            high=_tied(rows.loc[shares == high, "zone_name"]),
            high_share=high,
        )
    ]


def _tied(names: pd.Series) -> str:
    """One EPCI, or those that are tied, by name; how many where they are more than three."""
    if len(names) > MOST_TIED:
        return t("report.tied", count=num(len(names)))
    return t("brief.and").join(grammar.epci(name) for name in names)


def _service(result: Result, service: ServiceKeys, drawn: Figures) -> list[Block]:
    limit = result.study.headline_minutes
    all_, name = whole(result, service.id), service.name
    rows = [
        (
            t("report.at", minutes=num(r["threshold_minutes"])),
            num(r["covered_population"]),
            share(r["covered_share"]),
            num(round(r["population"]) - round(r["covered_population"])),
        )
        for r in all_.to_dict("records")
    ]
    here, by_epci = _here(result, service), of_epci(result, service)
    blocks: list[Block] = [
        _head("service", 2, service=name),
        finding(result, service),
        table(
            "coverage",
            rows,
            "lrrr",
            widths=(2, 1, 1, 1),
            data="coverage",
            note=reserve(result),
            service=name,
        ),
    ]
    blocks += open_places(result, service)
    first = service == result.study.services[0]
    if not first:  # the first one's map is on the first page
        blocks += drawn.take(f"access-{service.id}")
    if first:
        blocks += drawn.take("population_curve")
    blocks += epci_ends(result, service)
    zone_rows = [_zone(r) for r in by_epci.to_dict("records")]
    keys: dict[str, Any] = {"service": name, "minutes": num(limit)}
    sizes = (3.4, 1, 1.2, 1, 1.2)
    if zone_rows:
        blocks.append(
            table(
                "coverage_epci",
                zone_rows,
                "lrrrr",
                widths=sizes,
                data="coverage",
                note=reserve(result),
                **keys,
            )
        )
    blocks += drawn.take(f"coverage-{service.id}")
    zones = here[~here["zone_kind"].isin(["department", "epci", "commune"])]
    if len(zones):
        shown = [_zone(r) for r in zones.to_dict("records")]
        blocks.append(
            table("coverage_zones", shown, "lrrrr", widths=sizes, data="coverage", **keys)
        )
    if first:
        blocks += [*far_communes(result, keys), *drawn.take("gap")]
    return [*blocks, *measured.by_service(result, service.id, name, drawn)]


def reserve(result: Result) -> str:
    """What a figure by place rests on, where people are spread by a model."""
    return t("report.spread") if result.cells_modelled else ""


def open_places(result: Result, service: ServiceKeys) -> list[Block]:
    """Places of each kind, and how many open a few hours a week, where it is known.

    Where all of them count alike in the times, the sentence says what that hides; where the study
    asks for a minimum of hours, it says who does not count.
    """
    opening = hours.of_service(result, service)
    if opening is None:
        return []
    weekly = opening_hours.weekly(opening.places)
    few = opening_hours.opens_little(opening.places, opening.minimum)
    kinds = opening.places["kind"].fillna("").to_numpy(object)
    every = sorted(set(kinds))
    rows = [
        _of_hours(name or "–", weekly[kinds == kind], few[kinds == kind])
        for kind, name in zip(every, named("report.kinds", every), strict=True)
    ]
    values = {"service": service.name, "hours": f"{opening.minimum:g}", "all": num(len(weekly))}
    if opening.enforced:
        sentence = Paragraph(grammar.counted("report.hours_asked", opening.few, **values))
    else:
        sentence = paragraph("few_hours", count=num(opening.few), **values)
    total = _of_hours(t("report.total"), weekly, few)
    unknown = int(np.isnan(weekly).sum())
    note = grammar.counted("report.hours_unknown", unknown) if unknown else ""
    return [
        sentence,
        table(
            "kinds", [*rows, total], "lrrr", widths=(2.4, 1, 1.4, 1.4), total=True, note=note,
            **values,
        ),
    ]  # fmt: skip


def _of_hours(name: str, weekly: Any, few: Any) -> tuple[str, ...]:
    """A row: places, those that open little, the median of the hours that are known."""
    known = weekly[~np.isnan(weekly)]
    median = num(float(np.median(known)), 1) if len(known) else "–"
    return name, num(len(weekly)), num(int(few.sum())), median


def far_communes(result: Result, keys: dict[str, Any]) -> list[Block]:
    """Communes beyond the last threshold on the average, by EPCI and name: no ranking of them."""
    last = result.study.thresholds_minutes[-1]
    far = result.communes[result.communes["minutes"] > last]
    if far.empty:
        return []
    shown = far.sort_values(["epci_name", "name", "code"], kind="stable")
    rows = [
        (r["epci_name"], r["name"], num(r["population"]), num(r["minutes"]))
        for r in shown.to_dict("records")
    ]
    people = grammar.counted("report.people", far["population"].sum())
    total = (t("report.total"), num(len(far)), num(far["population"].sum()), "")
    values = {**keys, "last": num(last)}
    return [
        paragraph(
            "far", communes=grammar.counted("report.communes", len(far)), people=people, **values
        ),
        table(
            "far",
            [*rows, total],
            "llrr",
            widths=(3, 2.4, 1, 1),
            total=True,
            note=reserve(result),
            **values,
        ),
    ]


def _zone(row: dict[Any, Any]) -> tuple[str, ...]:
    """A zone's people: all, covered, their share, those who are left."""
    return (
        row["zone_name"],
        num(row["population"]),
        num(row["covered_population"]),
        share(row["covered_share"]),
        num(round(row["population"]) - round(row["covered_population"])),
    )


def digital(result: Result, drawn: Figures) -> list[Block]:
    """Fibre by date, and who is far and unconnected."""
    tables = result.measures
    if "digital" not in tables:
        figure = drawn.take("broadband")
        return [_head("digital"), *figure] if figure else []
    blocks: list[Block] = [_head("digital")]
    service = result.study.services[0]
    part = tables["digital"][tables["digital"]["service"] == service.id]
    measures = result.study.measures
    minutes = num(measures.digital.minutes if measures and measures.digital else 0)
    fibre = share(measures.digital.fibre_share if measures and measures.digital else 0, 0)
    last = part[part["date"] == part["date"].max()]
    worst = last[last["quadrant"] == "far_unconnected"]
    people = float(worst["people"].sum())
    blocks.append(
        paragraph(
            "digital",
            date=day(last["date"].iloc[0]),
            people=grammar.counted("report.double", people),
            service=service.name,
        )
    )
    rows = [
        (
            day(r["date"]),
            t(f"report.quadrants.{r['quadrant']}"),
            num(r["people"]),
            share(r["share"]),
        )
        for r in part.to_dict("records")
    ]
    keys: dict[str, Any] = {"service": service.name, "minutes": minutes, "fibre": fibre}
    blocks.append(table("digital", rows, "llrr", widths=(1.4, 3, 1, 1), **keys))
    blocks += drawn.take("digital")
    if "fibre" in tables:
        count = tables["fibre"].groupby(["date", "phase"]).size().reset_index(name="n")
        phases = [
            (day(r["date"]), _phase(r["phase"]), num(r["n"])) for r in count.to_dict("records")
        ]
        blocks.append(table("fibre", phases, "llr", widths=(1.4, 3, 1), fibre=fibre))
    return [*blocks, *drawn.take("broadband")]


def _phase(name: Any) -> str:
    key = f"report.phases.{name}"
    return t(key) if texts.has(key) else cell(str(name))


def opening(result: Result) -> list[Block]:
    """The first page: who reaches each service."""
    blocks: list[Block] = [_head("summary")]
    blocks += [finding(result, service) for service in result.study.services]
    return blocks
