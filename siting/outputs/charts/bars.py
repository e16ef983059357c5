"""Bars: before and after a plan, sites by criterion, what an assumption moves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import paper
from siting.outputs.charts.chart import WIDTH, Chart
from siting.outputs.charts.drawing import (
    above,
    axes_of,
    decimals_of,
    grid,
    listed,
    percent_axis,
    short,
)
from siting.outputs.theme import ink_on
from siting.texts import text as t

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from siting.outputs.theme import Theme
MOST_BARS = 12  # rows of a tornado
COLUMNS = 5  # sites side by side in `criteria_bars`


def before_after(table: pd.DataFrame, title: str) -> Chart:
    """Shares before and after a plan.

    Parameters
    ----------
    table
        `label,before,after`, shares of 0 to 1.
    title
        What is compared.
    """
    rows = table.reset_index(drop=True)

    sentences = [
        t(
            "charts.before_after.one",
            label=row["label"],
            before=texts.percent(row["before"]),
            after=texts.percent(row["after"]),
        )
        for row in rows.to_dict("records")
    ]
    readable = pd.DataFrame(
        {
            t("charts.before_after.label"): rows["label"].astype(str),
            t("charts.before_after.before"): rows["before"].map(texts.percent),
            t("charts.before_after.after"): rows["after"].map(texts.percent),
        }
    )
    high = 18 + 16 * len(rows)
    return Chart(
        "before_after",
        title,
        " ".join(sentences),
        table,
        readable,
        partial(_paint_before_after, rows=rows),
        height=high,
    )


def _paint_before_after(figure: Figure, theme: Theme, rows: pd.DataFrame) -> None:
    axes = axes_of(figure)
    place = np.arange(len(rows), dtype=float)
    looks = (
        ("before", -0.2, theme.colours.before, "////"),
        ("after", 0.2, theme.colours.after, ""),
    )
    for key, shift, colour, hatch in looks:
        values = 100 * rows[key].to_numpy(float)
        axes.barh(
            place + shift,
            values,
            0.36,
            color=colour,
            hatch=hatch,
            edgecolor=theme.colours.ink,
            linewidth=0.4,
            label=t(f"charts.before_after.{key}"),
        )
        for where, value in zip(place + shift, values, strict=True):
            axes.annotate(
                texts.percent(value / 100),
                (value, where),
                (3, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )
    axes.set_yticks(place, rows["label"])
    axes.invert_yaxis()
    axes.set_xlim(0, 112)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel(t("charts.before_after.x"))
    percent_axis(axes.xaxis)
    above(axes)


def criteria_bars(table: pd.DataFrame) -> Chart:
    """Where each of the first sites stands on each criterion, 0 the worst and 100 the best.

    Parameters
    ----------
    table
        `site,rank,score,criterion,weight,place`: the place from 0 to 1, NaN where unknown.
    """
    sites = list(dict.fromkeys(table.sort_values("rank", kind="stable")["site"]))[:COLUMNS]
    shown = table[table["site"].isin(sites)]
    names = list(dict.fromkeys(shown["criterion"]))
    weight = shown.drop_duplicates("criterion").set_index("criterion")["weight"]

    sentences = []
    for site in sites:
        best = shown[shown["site"] == site].dropna(subset=["place"]).nlargest(2, "place")
        of_site = shown[shown["site"] == site].iloc[0]
        sentences.append(
            t(
                "charts.criteria.one",
                site=site,
                rank=int(of_site["rank"]),
                score=texts.number(float(of_site["score"]), 1),
                best=listed(list(best["criterion"])),
            )
        )
    readable = pd.DataFrame({t("charts.criteria.criterion"): names})
    for site in sites:
        places = shown[shown["site"] == site].set_index("criterion")["place"].reindex(names)
        readable[site] = [
            t("charts.criteria.unknown") if np.isnan(v) else texts.number(100 * v) for v in places
        ]
    return Chart(
        "criteria",
        t("charts.criteria.title", count=len(sites))
        if len(sites) > 1
        else t("charts.criteria.title_one"),
        " ".join(sentences),
        table,
        readable,
        partial(_paint_criteria_bars, names=names, shown=shown, sites=sites, weight=weight),
        height=26 + 8.0 * len(names),
    )


def _paint_criteria_bars(
    figure: Figure,
    theme: Theme,
    names: list[str],
    shown: pd.DataFrame,
    sites: list[str],
    weight: Any,
) -> None:
    drawn = figure.subplots(1, len(sites), sharey=True, squeeze=False)[0]
    for i, (axes, site) in enumerate(zip(drawn, sites, strict=True)):
        rows = shown[shown["site"] == site].set_index("criterion").reindex(names)
        places = 100 * rows["place"].to_numpy(float)
        for j, value in enumerate(places):
            if np.isnan(value):
                axes.text(4, j, t("charts.criteria.unknown"), va="center", fontsize=6.5)
                axes.barh(j, 100, 0.62, fill=False, hatch="///", edgecolor=theme.no_data)
                continue
            axes.barh(j, value, 0.62, color=theme.colours.after)
            outside = value < 60
            axes.text(
                value + 3 if outside else value - 3,
                j,
                texts.number(value),
                va="center",
                ha="left" if outside else "right",
                fontsize=6.5,
                color=theme.colours.ink if outside else ink_on(theme.colours.after, theme),
            )
        heading = t(
            "charts.criteria.site",
            rank=int(rows["rank"].iloc[0]),
            site=site,
            score=texts.number(float(rows["score"].iloc[0]), 1),
        )
        wide = (WIDTH - 55) / len(sites) - 1
        lines = [x for part in heading.split("\n") for x in paper.wrap(part, wide, 7, theme)]
        axes.set_title("\n".join(lines), fontsize=7, loc="left")
        axes.set_xlim(0, 100)
        axes.set_xticks([0, 50, 100])
        axes.tick_params(axis="x", labelsize=6.5)
        if i == 0:
            labels = [f"{name} ({texts.percent(float(weight[name]), 0)})" for name in names]
            axes.set_yticks(
                range(len(names)),
                ["\n".join(paper.wrap(label, 46, 7, theme)) for label in labels],
            )
            axes.tick_params(axis="y", labelsize=7)
        axes.grid(axis="x", color=theme.colours.fine_border, linewidth=0.4)
    drawn[0].invert_yaxis()
    labels = paper.wrap(t("charts.criteria.x"), 90, 7.5, theme)
    drawn[len(drawn) // 2].set_xlabel("\n".join(labels), fontsize=7.5)


def tornado(table: pd.DataFrame, title: str, result: str, *, name: str = "tornado") -> Chart:
    """What each assumption moves by itself, the most first.

    Parameters
    ----------
    table
        `name,unit,value,low,high,at_value,at_low,at_high`.
    result
        What is moved, with its unit: the heading of the axis.
    """
    width = (table["at_high"] - table["at_low"]).abs()
    kept = np.isfinite(width) & (width > 0)
    rows = table[kept].assign(_w=width[kept]).sort_values("_w", ascending=False, kind="stable")
    rows = rows.drop(columns="_w").head(MOST_BARS).reset_index(drop=True)
    decimals = decimals_of(rows[["at_low", "at_high", "at_value"]].to_numpy(float))

    sentences = [
        t(
            "charts.tornado.one",
            name=row["name"],
            low=texts.number(row["at_low"], decimals),
            high=texts.number(row["at_high"], decimals),
        )
        for row in rows.head(3).to_dict("records")
    ]
    readable = pd.DataFrame(
        {
            t("charts.tornado.name"): rows["name"].astype(str),
            t("charts.tornado.ends"): [_range(row) for row in rows.to_dict("records")],
            t("charts.tornado.at_low"): rows["at_low"].map(lambda v: texts.number(v, decimals)),
            t("charts.tornado.at_high"): rows["at_high"].map(lambda v: texts.number(v, decimals)),
        }
    )
    alt = " ".join([t("charts.tornado.alt", result=result), *sentences])
    return Chart(
        name,
        title,
        alt,
        table,
        readable,
        partial(_paint_tornado, decimals=decimals, result=result, rows=rows),
        height=24 + 9.5 * max(len(rows), 1),
    )


def _paint_tornado(
    figure: Figure, theme: Theme, decimals: int, result: str, rows: pd.DataFrame
) -> None:
    axes = axes_of(figure)
    for i, row in enumerate(rows.to_dict("records")):
        for key, colour, hatch in (
            ("low", theme.colours.before, "////"),
            ("high", theme.colours.after, ""),
        ):
            axes.barh(
                i,
                row[f"at_{key}"] - row["at_value"],
                0.6,
                left=row["at_value"],
                color=colour,
                hatch=hatch,
                edgecolor=theme.colours.ink,
                linewidth=0.4,
                label=t(f"charts.tornado.{key}") if i == 0 else None,
            )
        left, right = sorted((row["at_low"], row["at_high"]))
        for value, shift, side in ((left, -3, "right"), (right, 3, "left")):
            axes.annotate(
                texts.number(value, decimals),
                (value, i),
                (shift, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=6.5,
            )
    if len(rows):
        axes.axvline(rows["at_value"].iloc[0], color=theme.colours.ink, linewidth=0.8)
    labels = [
        "\n".join([*paper.wrap(row["name"], 58, 7.5, theme), _range(row)])
        for row in rows.to_dict("records")
    ]
    axes.set_yticks(range(len(rows)), labels, fontsize=7)
    axes.invert_yaxis()
    axes.margins(x=0.16)
    axes.xaxis.set_major_formatter(lambda v, _: texts.number(v, decimals))
    axes.set_xlabel(result)
    grid(axes, theme, "x")
    above(axes)


def _range(row: Any) -> str:
    """The two ends of an assumption, as they are written."""
    low, high = short(row["low"]), short(row["high"])
    return t("charts.tornado.range", low=low, high=high, unit=row["unit"]).rstrip()
