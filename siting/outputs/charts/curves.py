"""Curves over the people: the share within so many minutes, how unequally minutes are shared."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import paper
from siting.outputs.charts.chart import Chart
from siting.outputs.charts.drawing import (
    LINES,
    SIGNS,
    axes_of,
    category,
    grid,
    listed,
    percent_axis,
)
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from siting.outputs.theme import Theme


def population_curve(table: pd.DataFrame, thresholds: Sequence[float] = ()) -> Chart:
    """Share of the people within so many minutes.

    Parameters
    ----------
    table
        `series,minutes,share`: the share of the people within `minutes`, for each named series.
    thresholds
        Minutes to mark.
    """
    names = list(dict.fromkeys(table["series"]))

    marks = list(thresholds) or [float(table["minutes"].median())]
    rows = [
        {"series": n, "minutes": m, "share": _within(table, n, m)} for n in names for m in marks
    ]
    sentences = [
        t(
            "charts.curve.one",
            series=n,
            marks=listed(
                [
                    t(
                        "charts.curve.mark",
                        share=texts.percent(_within(table, n, m)),
                        minutes=f"{m:g}",
                    )
                    for m in marks
                ]
            ),
        )
        for n in names
    ]
    readable = pd.DataFrame(
        {
            t("charts.curve.series"): [row["series"] for row in rows],
            t("charts.curve.minutes"): [f"{row['minutes']:g}" for row in rows],
            t("charts.curve.share"): [texts.percent(float(str(row["share"]))) for row in rows],
        }
    )
    return Chart(
        "population_curve",
        t("charts.curve.title"),
        " ".join([t("charts.curve.alt"), *sentences]),
        table,
        readable,
        partial(_paint_population_curve, names=names, table=table, thresholds=thresholds),
    )


def _paint_population_curve(
    figure: Figure, theme: Theme, names: list[str], table: pd.DataFrame, thresholds: Sequence[float]
) -> None:
    axes = axes_of(figure)
    for i, name in enumerate(names):
        rows = table[table["series"] == name]
        axes.step(
            rows["minutes"],
            100 * rows["share"],
            where="post",
            label=name,
            color=category(theme, i),
            linestyle=LINES[i % len(LINES)],
            linewidth=1.8,
        )
    shown = [threshold for threshold in thresholds if threshold <= table["minutes"].max()]
    for i, minutes in enumerate(shown):
        axes.axvline(minutes, color=theme.colours.muted, linewidth=0.5, linestyle=":")
        high = 100 * _within(table, names[0], minutes)
        axes.plot([minutes], [high], SIGNS[0], color=category(theme, 0), markersize=4)
        axes.annotate(
            texts.percent(high / 100),
            (minutes, high),
            (4, -9 - 2 * (i % 2)),
            textcoords="offset points",
            fontsize=7,
        )
    axes.set_xlim(0, float(np.ceil(table["minutes"].max() / 5) * 5))
    axes.set_ylim(0, 101)
    axes.set_xlabel(t("charts.curve.x"))
    axes.set_ylabel(t("charts.curve.y"))
    percent_axis(axes.yaxis)
    grid(axes, theme)
    if len(names) > 1:
        axes.legend(loc="lower right", frameon=False, handlelength=3.5)


def lorenz(table: pd.DataFrame, ginis: dict[str, float]) -> Chart:
    """How unequally the minutes are shared among the people.

    Parameters
    ----------
    table
        `series,people,value`: the share of all minutes that the first people have, those with
        least first (`measures.equity.lorenz`).
    ginis
        Gini of each series.
    """
    names = list(dict.fromkeys(table["series"]))

    steps = np.linspace(0.1, 1, 10)
    readable = pd.DataFrame({t("charts.lorenz.people"): [texts.percent(s, 0) for s in steps]})
    sentences = []
    for name in names:
        rows = table[table["series"] == name]
        shares = np.interp(steps, rows["people"].to_numpy(float), rows["value"].to_numpy(float))
        readable[name] = [texts.percent(float(v)) for v in shares]
        sentences.append(
            t(
                "charts.lorenz.one",
                series=name,
                gini=texts.number(ginis[name], 2),
                half=texts.percent(float(shares[4]), 0),
                worst=texts.percent(float(1 - shares[8]), 0),
            )
        )
    return Chart(
        "lorenz",
        t("charts.lorenz.title"),
        " ".join(sentences),
        table,
        readable,
        partial(_paint_lorenz, ginis=ginis, names=names, table=table),
        height=110,
    )


def _paint_lorenz(
    figure: Figure, theme: Theme, ginis: dict[str, float], names: list[str], table: pd.DataFrame
) -> None:
    axes = axes_of(figure)
    axes.plot([0, 100], [0, 100], color=theme.colours.muted, linewidth=0.8, linestyle=":")
    axes.annotate(
        t("charts.lorenz.equal"), (48, 51), rotation=45, fontsize=7, ha="center", va="bottom"
    )
    for i, name in enumerate(names):
        rows = table[table["series"] == name]
        axes.plot(
            100 * rows["people"],
            100 * rows["value"],
            color=category(theme, i),
            linestyle=LINES[i % len(LINES)],
            linewidth=1.8,
            label=t("charts.lorenz.series", series=name, gini=texts.number(ginis[name], 2)),
        )
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.set_aspect("equal")
    axes.set_xlabel("\n".join(paper.wrap(t("charts.lorenz.x"), 90, 8, theme)))
    axes.set_ylabel(t("charts.lorenz.y"))
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)
    grid(axes, theme)
    axes.legend(loc="upper left", frameon=False, handlelength=3.5, fontsize=7.5)


def _within(table: pd.DataFrame, name: str, minutes: float) -> float:
    """Share of the people of a series within so many minutes."""
    rows = table[(table["series"] == name) & (table["minutes"] <= minutes)]
    return float(rows["share"].max()) if len(rows) else 0.0
