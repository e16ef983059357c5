"""The share of the premises that fibre reaches, over time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import paper
from siting.outputs.charts.chart import Chart
from siting.outputs.charts.drawing import (
    LINES,
    SIGNS,
    axes_of,
    day_of,
    grid,
    percent_axis,
)
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from siting.outputs.theme import Theme


def broadband(table: pd.DataFrame, whole: str) -> Chart:
    """Share of the premises that fibre reaches, at each date, by EPCI and for the whole.

    Parameters
    ----------
    table
        `zone_name,date,share`, the whole under the name `whole`.
    """
    days: list[Any] = sorted(pd.to_datetime(table["date"]).unique())
    wide: Any = table.assign(date=pd.to_datetime(table["date"])).pivot_table(
        index="zone_name", columns="date", values="share", sort=False
    )[days]
    zones = [zone for zone in wide.index if zone != whole]
    last = wide.loc[zones, days[-1]].sort_values(kind="stable") if zones else pd.Series(dtype=float)
    ends = list(dict.fromkeys([*last.index[:1], *last.index[-1:]]))

    sentences = [
        t("charts.broadband.one", day=day_of(day), share=texts.percent(float(wide.loc[whole, day])))
        for day in days
    ]
    if len(ends) > 1:
        sentences.append(
            t(
                "charts.broadband.ends",
                low=ends[0],
                low_share=texts.percent(float(last.iloc[0])),
                high=ends[1],
                high_share=texts.percent(float(last.iloc[-1])),
            )
        )
    readable = pd.DataFrame({t("charts.broadband.zone"): [whole, *zones]})
    for day in days:
        values = wide.loc[[whole, *zones], day].to_numpy(float)
        readable[day_of(day)] = ["" if np.isnan(v) else texts.percent(float(v)) for v in values]
    alt = " ".join([t("charts.broadband.alt", zone=whole), *sentences])
    return Chart(
        "broadband",
        t("charts.broadband.title"),
        alt,
        table,
        readable,
        partial(_paint_broadband, days=days, ends=ends, whole=whole, wide=wide, zones=zones),
    )


def _paint_broadband(
    figure: Figure,
    theme: Theme,
    days: list[Any],
    ends: list[str],
    whole: str,
    wide: Any,
    zones: list[str],
) -> None:
    axes = axes_of(figure)
    for zone in zones:
        named = zone in ends
        axes.plot(
            days,
            100 * wide.loc[zone],
            color=theme.colours.muted if named else theme.colours.fine_border,
            linewidth=1.0 if named else 0.7,
            linestyle=LINES[1] if named else "-",
        )
    axes.plot(
        days,
        100 * wide.loc[whole],
        color=theme.colours.after,
        linewidth=2.2,
        marker=SIGNS[0],
        markersize=5,
    )
    for day in days[:-1]:
        share = float(wide.loc[whole, day])
        axes.annotate(
            texts.percent(share),
            (day, 100 * share),
            (-5, 4),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            fontweight="bold",
        )
    _name_ends(axes, theme, wide, ends, whole)
    axes.set_xticks(days, [day_of(day) for day in days])
    axes.margins(x=0.16)
    axes.set_ylim(0, 103)
    axes.set_ylabel(t("charts.broadband.y"))
    percent_axis(axes.yaxis)
    grid(axes, theme)


def _name_ends(axes: Axes, theme: Theme, wide: Any, ends: list[str], whole: str) -> None:
    """Name the whole and the zones at both ends, beside their last value."""
    days = list(wide.columns)
    marks = [
        (f"{zone_name} {texts.percent(float(wide.loc[zone_name, days[-1]]))}", zone_name)
        for zone_name in ends
    ]
    marks.append((f"{whole} {texts.percent(float(wide.loc[whole, days[-1]]))}", whole))
    marks.sort(key=lambda mark: float(wide.loc[mark[1], days[-1]]))
    written = [paper.wrap(label, 42, 7, theme) for label, _ in marks]
    true = [100 * float(wide.loc[zone, days[-1]]) for _, zone in marks]
    for lines, (_, zone), end, high in zip(
        written,
        marks,
        true,
        spread(true, [2 + 4.2 * len(lines_of_label) for lines_of_label in written]),
        strict=True,
    ):
        axes.annotate(
            "\n".join(lines),
            (days[-1], end),
            (1.03, high),
            xycoords="data",
            textcoords=("axes fraction", "data"),
            va="center",
            fontsize=7,
            fontweight="bold" if zone == whole else "normal",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": theme.colours.muted,
                "linewidth": 0.5,
                "shrinkB": 4,
                "relpos": (0, 0.5),
            },
        )


def spread(values: Sequence[float], heights: Sequence[float], top: float = 103.0) -> list[float]:
    """Middles of labels, none over another, near the values that they tell and under a top.

    Parameters
    ----------
    values
        Increasing.
    heights
        Of the labels, in the values' unit.
    """
    placed: list[float] = []
    for value, high in zip(values, heights, strict=True):
        low = placed[-1] + heights[len(placed) - 1] / 2 if placed else -np.inf
        placed.append(max(value, low + high / 2))
    over = float(np.mean(np.subtract(placed, values))) if placed else 0.0
    ceiling = placed[-1] + heights[-1] / 2 - top if placed else 0.0
    return [middle - max(over, ceiling) for middle in placed]
