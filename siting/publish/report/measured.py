"""What `measures:` found: redundancy, dependence, competition, choice, equity, baskets, mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import texts
from siting.measures import baskets
from siting.outputs.documents.model import Block, Heading
from siting.publish.report.shown import shown, whole, zones
from siting.publish.report.words import num, paragraph, share, stage_paragraph, table
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from siting.publish.report.figures import Figures
    from siting.study.result import Result

WORST = 10  # communes told of a basket, facilities told of closures


def by_service(result: Result, service: str, name: str) -> list[Block]:
    """Redundancy, dependence, competition, choice and equity of a service, as asked for."""
    tables = {
        key: frame[frame["service"] == service]
        for key, frame in result.measures.items()
        if "service" in frame.columns
    }
    blocks: list[Block] = []
    for sections in BY_SERVICE.values():
        for section in sections:
            blocks += section(result, tables, name)
    return blocks


def _closures(result: Result, tables: dict[str, pd.DataFrame], name: str) -> list[Block]:
    measures = result.study.measures
    if "closures" not in tables or measures is None or measures.closures_minutes is None:
        return []
    order = ["people_uncovered", "facility_id"]
    worst = tables["closures"].sort_values(order, ascending=[False, True]).head(WORST)
    at = result.facilities.drop_duplicates("id").set_index("id")["name"]
    rows = [
        (
            str(at.get(r["facility_id"], r["facility_id"])),
            num(r["nearest_people"]),
            num(r["people_uncovered"]),
            num(r["mean_extra_minutes"], 1),
        )
        for r in worst.to_dict("records")
    ]
    if not rows:
        return []
    limit, sizes = num(measures.closures_minutes), (3, 1.2, 1.2, 1.2)
    return [table("closures", rows, "lrrr", widths=sizes, service=name, minutes=limit)]


def _overlap(result: Result, tables: dict[str, pd.DataFrame], name: str) -> list[Block]:
    measures = result.study.measures
    if "overlap" not in tables or measures is None or measures.overlap_minutes is None:
        return []
    minutes, some = num(measures.overlap_minutes), tables["overlap"]
    none = some.loc[some["facilities"] == 0, "share"]
    columns = (("facilities", "whole", 1.0), ("people", "whole", 1.0), ("share", "share", 1.0))
    keys = {"service": name, "minutes": minutes}
    first = [stage_paragraph("overlap", share=share(none.iloc[0]), **keys)] if len(none) else []
    return [*first, *shown("overlap", some, columns, "measure_overlap.csv", **keys)]


def _dependence(result: Result, tables: dict[str, pd.DataFrame], name: str) -> list[Block]:
    measures = result.study.measures
    if "dependence" not in tables or measures is None or measures.overlap_minutes is None:
        return []
    keys = {"service": name, "minutes": num(measures.overlap_minutes)}
    all_ = whole(tables["dependence"])
    shares = {
        "nearest": share(all_["nearest_outside_share"]),
        "only": share(all_["only_outside_share"]),
    }
    columns = (
        ("zone_name", "text", 3.0),
        ("population", "whole", 1.0),
        ("nearest_outside_share", "share", 1.4),
        ("only_outside_share", "share", 1.4),
    )
    rows = zones(tables["dependence"])
    return [
        stage_paragraph("dependence", **shares, **keys),
        *shown("dependence", rows, columns, "measure_dependence.csv", **keys),
    ]


def _catchments(result: Result, tables: dict[str, pd.DataFrame], name: str) -> list[Block]:
    measures = result.study.measures
    if "catchments" not in tables or measures is None or measures.catchment is None:
        return []
    some, how = tables["catchments"], measures.catchment
    unit = t("stages.supply" if how.supply else "stages.facilities")
    keys = {"service": name, "unit": unit, "method": how.method.upper()}
    all_ = whole(some)
    columns = (
        ("zone_name", "text", 3.0),
        ("population", "whole", 1.0),
        ("supply_per_1000", "short", 1.3),
        ("cost_minutes", "one", 1.3),
        ("gini", "three", 1.0),
        ("people_without", "whole", 1.2),
    )
    without = num(all_["people_without"])
    return [
        stage_paragraph("catchments", without=without, **keys),
        *shown("catchments", zones(some), columns, "measure_catchments.csv", **keys),
    ]


def _opportunities(result: Result, tables: dict[str, pd.DataFrame], name: str) -> list[Block]:
    measures = result.study.measures
    if "opportunities" not in tables or measures is None or measures.opportunities is None:
        return []
    some, wanted = tables["opportunities"], measures.opportunities.wanted
    within = [column for column in some.columns if str(column).startswith("within_")]
    far = [column for column in some.columns if str(column).startswith("minutes_to_")]
    plain = some.rename(columns={column: f"within_{i}" for i, column in enumerate(within)})
    plain = plain.rename(columns=dict.fromkeys(far, "minutes_to"))
    limits = [str(column).removeprefix("within_").removesuffix("min") for column in within]
    blocks: list[Block] = []
    all_ = whole(plain)
    if within:
        last = len(within) - 1
        mean = num(all_[f"within_{last}"], 2)
        blocks.append(
            stage_paragraph("opportunities", service=name, minutes=limits[last], count=mean)
        )
    columns = [("zone_name", "text", 3.0)]
    columns += [(f"within_{i}", "two", 0.9) for i in range(min(len(within), 4))]
    columns += [("minutes_to", "one", 1.1)] if far else []
    keys = {f"limit_{i}": limit for i, limit in enumerate(limits)}
    opportunities = shown(
        "opportunities",
        zones(plain),
        tuple(columns),
        "measure_opportunities.csv",
        service=name,
        wanted=num(wanted),
        **keys,
    )
    return [*blocks, *opportunities]


def _equity(_result: Result, tables: dict[str, pd.DataFrame], name: str) -> list[Block]:
    rows = [
        (t(f"report.equity.{r['measure']}"), num(r["value"], 3))
        for r in (tables["equity"].to_dict("records") if "equity" in tables else [])
    ]
    return [table("equity", rows, "lr", widths=(4, 1), service=name)] if rows else []


def everyday(result: Result, drawn: Figures) -> list[Block]:
    """Baskets of everyday services, and the mesh of centres; nothing where none is asked for."""
    blocks = [block for section in EVERYDAY.values() for block in section(result, drawn)]
    return [Heading(1, t("stages.headings.everyday")), *blocks] if blocks else []


def _baskets(result: Result, _: Figures) -> list[Block]:
    measures, scores = result.study.measures, result.measures.get("baskets")
    if scores is None or measures is None:
        return []
    names = result.communes.set_index("code")["name"]
    blocks: list[Block] = [Heading(2, t("stages.headings.baskets"))]
    language = texts.language()
    for path in measures.baskets:
        basket = baskets.load(path)
        title = basket.title["en" if language == "en" else "fr"]
        items = {item.id: item.title["en" if language == "en" else "fr"] for item in basket.items}
        part = scores[scores["basket"] == path.stem]
        part = part[part["zone"].isin(names.index) & part["score"].notna()]
        worst = part.sort_values(["score", "zone"], kind="stable").head(WORST)
        communes = worst.assign(
            commune=names.reindex(worst["zone"]).to_numpy(),
            failing=[
                ", ".join(items.get(name, name) for name in str(some).split())
                for some in worst["failing"].fillna("")
            ],
        )
        if communes.empty:
            continue
        first = communes.iloc[0]
        blocks.append(
            stage_paragraph(
                "basket",
                basket=title,
                commune=first["commune"],
                share=share(first["score"]),
            )
        )
        columns = (
            ("commune", "text", 2.2),
            ("population", "whole", 1.0),
            ("score", "share", 1.1),
            ("complete_share", "share", 1.2),
            ("failing", "text", 2.4),
        )
        blocks += shown("basket", communes, columns, "measure_baskets.csv", basket=title)
    return blocks


def _mesh(result: Result, drawn: Figures) -> list[Block]:
    centres, figure = result.measures.get("centres"), drawn.take("mesh")
    if centres is None:
        return []
    blocks: list[Block] = [Heading(2, t("report.headings.mesh")), paragraph("mesh"), *figure]
    some = centres[centres["centre"]].sort_values(
        ["attracted_people", "commune_code"], ascending=[False, True]
    )
    if some.empty:
        return [*blocks, stage_paragraph("no_centre")]
    measures = result.study.measures
    assert measures is not None  # noqa: S101 - it made the table
    assert measures.mesh is not None  # noqa: S101 - as above
    people = num(some["attracted_people"].iloc[0])
    blocks.append(stage_paragraph("centre", commune=some["name"].iloc[0], people=people))
    columns = (
        ("name", "text", 2.6),
        ("items", "whole", 1.0),
        ("attracted_people", "whole", 1.2),
        ("attracted_communes", "whole", 1.2),
    )
    return [*blocks, *shown("centres", some, columns, "measure_centres.csv")]


BY_SERVICE: dict[str, tuple[Callable[[Result, dict[str, pd.DataFrame], str], list[Block]], ...]] = {
    "closures_minutes": (_closures,),
    "overlap_minutes": (_overlap, _dependence),
    "catchment": (_catchments,),
    "opportunities": (_opportunities,),
    "equity": (_equity,),
}
"""Sections of each service, by the key of the registry of measures."""

EVERYDAY: dict[str, Callable[[Result, Figures], list[Block]]] = {
    "baskets": _baskets,
    "mesh": _mesh,
}
"""Sections of everyday services, by the key of the registry of measures."""
