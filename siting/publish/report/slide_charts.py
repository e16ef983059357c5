"""Charts of the deck, whose numbers can be edited: those of the report's own charts and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.outputs.documents.deck import SlideChart, SlideSeries, SlideTable
from siting.outputs.documents.model import DocumentColumn
from siting.outputs.scales import lighter
from siting.publish import charts as study_charts
from siting.publish.report import stages
from siting.publish.report.figures import Figures
from siting.publish.report.words import num, share
from siting.study import comparison
from siting.study.stages import score_tables
from siting.study.stages import weights as study_weights
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siting.outputs.documents.deck import SlideBody
    from siting.outputs.documents.model import Block
    from siting.outputs.theme import Theme
    from siting.publish.plans import PlannedTimes
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

MOST_ZONES, MOST_SITES, MOST_ITEMS = 12, 6, 10  # bars of a slide
STEP = 2  # of the half minutes of the curve: a point a minute
SCORE = "0"  # as spreadsheets write numbers
ROOM = 110.0  # end of an axis of shares: what is written beside a full bar stays within
TENTHS = 20.0  # between two marks of that axis


def _shares(decimals: int) -> str:
    """How a spreadsheet writes values of 0 to 100 as percentages."""
    sign = t("language.percent", number="")
    return f'0{"." * bool(decimals)}{"0" * decimals}"{sign}"'


def _counts() -> str:
    """How a spreadsheet writes whole numbers as the language does, whatever its own."""
    mark = t("language.thousands")
    return f'[>=1000000]#"{mark}"###"{mark}"##0;[>=1000]#"{mark}"##0;0'


def _listed(rows: Sequence[str]) -> str:
    return t("language.list_mark").join(rows)


def far(rows: pd.DataFrame, limit: str, theme: Theme) -> SlideChart:
    """People beyond the threshold by EPCI, most first; the last ones together."""
    names = rows["zone_name"].astype(str)
    left = rows["population"].round() - rows["covered_population"].round()
    ranked = sorted(zip(left, names, strict=True), key=lambda row: (-row[0], row[1]))
    shown, others = ranked[:MOST_ZONES], ranked[MOST_ZONES:]
    if len(others) == 1:
        shown, others = ranked, []
    if others:
        together = t("slides.far.others", count=num(len(others)))
        shown = [*shown, (sum(count for count, _ in others), together)]
    wordings = [f"{name}, {num(count)}" for count, name in shown]
    series = SlideSeries(
        t("slides.far.series", minutes=limit),
        tuple(float(count) for count, _ in shown),
        theme.colours.accent,
    )
    alt = t("slides.far.alt", minutes=limit, rows=_listed(wordings))
    categories = tuple(name for _, name in shown)
    return SlideChart("bars", categories, (series,), _counts(), series.name, alt)


def minutes(result: Result, theme: Theme) -> tuple[SlideChart, tuple[str, ...]] | None:
    """The curve of the people by minutes, and what it says at each threshold."""
    made, _ = study_charts.draw(result, None, ("population_curve",))
    if not made:
        return None
    chart = made[0]
    table = chart.table
    along = np.sort(table["minutes"].unique())[::STEP]
    series = []
    for i, (name, rows) in enumerate(table.groupby("series", sort=False)):
        at = rows.set_index("minutes")["share"].reindex(along).ffill().fillna(0.0)
        colour = theme.categories[i % len(theme.categories)]
        series.append(SlideSeries(str(name), tuple(100 * at.to_numpy(float)), colour))
    points = tuple(
        ", ".join(
            (
                t("charts.curve.mark", share=row.iloc[2], minutes=row.iloc[1]),
                *([row.iloc[0]] if len(series) > 1 else []),
            )
        )
        for _, row in chart.readable.iterrows()
    )
    return (
        SlideChart(
            "lines",
            (),
            tuple(series),
            _shares(0),
            t("charts.curve.y"),
            chart.alt,
            tuple(along.tolist()),
            t("charts.curve.x"),
            100.0,
            TENTHS,
        ),
        points,
    )


def scores(compared: Compared, theme: Theme) -> SlideChart | None:
    """What each criterion brings to the first sites; None where nothing adds up."""
    brought = score_tables.contributions(compared)
    if len(compared.sites) < 2 or brought["contribution"].isna().all():
        return None
    first = brought[brought["rank"] <= MOST_SITES]
    ids = list(dict.fromkeys(first["site_id"]))[:MOST_SITES]
    names = compared.sites.set_index("site_id")["name"].astype(str)
    own = compared.scores.table().set_index("site_id")["score"]
    base = theme.categories
    colours = [*base, *(lighter(colour) for colour in base)]
    series = []
    for i, criterion in enumerate(compared.criteria):
        part = first[first["criterion"] == criterion.id].set_index("site_id")["contribution"]
        values = tuple(float(value) for value in part.reindex(ids).fillna(0.0))
        weight = share(compared.weighed.weights[i], 0)
        name = t("slides.scores.weight", criterion=score_tables.name_of(criterion), share=weight)
        series.append(SlideSeries(name, values, colours[i % len(colours)]))
    wordings = [t("slides.scores.row", site=names[i], score=num(own[i], 1)) for i in ids]
    return SlideChart(
        "stacked",
        tuple(f"{names[i]} ({num(own[i], 1)})" for i in ids),
        tuple(series),
        SCORE,
        t("slides.scores.axis"),
        t("slides.scores.alt", rows=_listed(wordings)),
    )


def plans(result: Result, planned: Sequence[PlannedTimes], theme: Theme) -> SlideChart:
    """People within the threshold now and under each plan."""
    limit = result.study.headline_minutes
    service = result.study.services[0].id
    now = result.access[result.access["service"] == service]
    rows = [(t("slides.plans.now"), study_charts.within(now, limit))]
    rows += [(plan.name, study_charts.within(plan.access, limit)) for plan in planned]
    name = t("slides.plans.series", minutes=num(limit))
    values = tuple(100 * value for _, value in rows)
    wordings = [t("slides.plans.row", name=label, share=share(value)) for label, value in rows]
    alt = t("slides.plans.alt", minutes=num(limit), rows=_listed(wordings))
    series = SlideSeries(name, values, theme.colours.after)
    return SlideChart(
        "bars",
        tuple(label for label, _ in rows),
        (series,),
        _shares(1),
        name,
        alt,
        most=ROOM,
        step=TENTHS,
    )


def opening(result: Result, theme: Theme) -> tuple[str, SlideChart] | None:
    """What the first site of the ranking would change, and the title of it."""
    made, _ = study_charts.draw(result, None, ("before_after",))
    if not made:
        return None
    chart = made[0]
    series = tuple(
        SlideSeries(
            t(f"charts.before_after.{key}"),
            tuple(100 * chart.table[key].to_numpy(float)),
            getattr(theme.colours, key),
        )
        for key in ("before", "after")
    )
    labels = tuple(chart.table["label"].astype(str))
    axis = t("charts.before_after.x")
    return chart.title, SlideChart(
        "bars", labels, series, _shares(1), axis, chart.alt, most=ROOM, step=TENTHS
    )


def robustness(
    compared: Compared, theme: Theme
) -> tuple[SlideChart, tuple[str, ...], float] | None:
    """How often each site is first, who leads by what is known of weights, and the draws made."""
    if len(compared.sites) < 2:
        return None
    robust = score_tables.robust(compared)
    free = robust[robust["weightings"] == study_weights.FREE]
    first = free.sort_values(["first_share", "rank"], ascending=[False, True]).head(MOST_ITEMS)
    series = SlideSeries(
        t("slides.robustness.series"),
        tuple(100 * first["first_share"].to_numpy(float)),
        theme.colours.accent,
    )
    wordings = [
        f"{row['name']}, {share(row['first_share'], 0)}" for row in first.to_dict("records")
    ]
    chart = SlideChart(
        "bars",
        tuple(first["name"].astype(str)),
        (series,),
        _shares(0),
        t("slides.robustness.axis"),
        t("slides.robustness.alt", rows=_listed(wordings)),
    )
    return chart, tuple(score_tables.sentences(compared)), float(first["draws"].iloc[0])


def costs(result: Result, theme: Theme) -> tuple[str, SlideBody | None, list[Block], str] | None:
    """Title, what shows it, blocks of the report that tell it, what is assumed; None: no cost."""
    nothing = Figures({}, ())
    blocks = [*stages.viability(result, nothing), *stages.effects(result, nothing)]
    table = result.extras.get("viability_costs")
    if table is not None:
        body = _items(table, theme)
        return t("slides.costs.title_viability"), body, blocks, t("report.viability_modelled")
    study = result.study
    if study.site_costs and study.plans:
        rows = comparison.compare(result.ground, tuple(study.plans))
        reserve = t("slides.costs.plans_reserve")
        return t("slides.costs.title_plans"), _of_plans(result, rows), blocks, reserve
    if blocks:
        return t("slides.costs.title_effects"), None, blocks, t("report.effects_modelled")
    return None


def _items(table: pd.DataFrame, theme: Theme) -> SlideChart:
    """Costs of a site by item, the dearest first."""
    rows = table[table["item"] != "total"].sort_values("month", ascending=False, kind="stable")
    rows = rows.head(MOST_ITEMS)
    values = tuple(rows["month"].to_numpy(float).tolist())
    series = SlideSeries(t("slides.costs.series"), values, theme.colours.accent)
    wordings = [
        t("slides.costs.row", name=row["name"], amount=num(row["month"]))
        for row in rows.to_dict("records")
    ]
    alt = t("slides.costs.alt", rows=_listed(wordings))
    names = tuple(rows["name"].astype(str))
    return SlideChart("bars", names, (series,), _counts(), t("slides.costs.axis"), alt)


def _of_plans(result: Result, rows: pd.DataFrame) -> SlideTable:
    """Cost of each plan with its range, and the people that it brings within the threshold."""
    limit = result.study.headline_minutes
    heads = [head.strip() for head in t("slides.costs.columns").split("|")]
    columns = tuple(
        DocumentColumn(head, "right" if i else "left", 1.0 if i else 2.2)
        for i, head in enumerate(heads)
    )
    cells = tuple(
        (
            str(row["name"]),
            num(row["opened"]),
            num(row["cost"]),
            num(row["cost_low"]),
            num(row["cost_high"]),
            num(row[f"gained_{limit:g}"]),
        )
        for row in rows.to_dict("records")
        if row["plan"] != comparison.NOW
    )
    return SlideTable(columns, cells, t("slides.costs.table_alt", minutes=num(limit)))
