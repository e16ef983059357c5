"""The share of the premises that fibre reaches, zone by zone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import paper
from siting.outputs.charts.chart import Chart
from siting.outputs.charts.drawing import (
    SIGNS,
    axes_of,
    day_of,
    grid,
    percent_axis,
)
from siting.texts import text as t

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from siting.outputs.theme import Theme

ROW = 5.4  # millimetres of a zone
STEP = 5.0  # per cent
ROOM = 0.42  # right of the axis for what is written there, of its length


def broadband(table: pd.DataFrame, whole: str) -> Chart:
    """Share of the premises that fibre reaches at the last date, by zone, and what it was at first.

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
    shown = wide.loc[[whole, *zones]]
    shown = shown[shown[days[-1]].notna()].sort_values(days[-1], ascending=False, kind="stable")
    ends = [name for name in shown.index if name != whole]
    paint = partial(_paint, wide=shown, whole=whole)
    sentences = [
        t("charts.broadband.one", day=day_of(day), share=texts.percent(float(wide.loc[whole, day])))
        for day in days
    ]
    if len(ends) > 1:
        sentences.append(
            t(
                "charts.broadband.ends",
                low=ends[-1],
                low_share=texts.percent(float(shown.loc[ends[-1], days[-1]])),
                high=ends[0],
                high_share=texts.percent(float(shown.loc[ends[0], days[-1]])),
            )
        )
    readable = pd.DataFrame({t("charts.broadband.zone"): [whole, *zones]})
    for day in days:
        values = wide.loc[[whole, *zones], day].to_numpy(float)
        readable[day_of(day)] = ["" if np.isnan(v) else texts.percent(float(v)) for v in values]
    alt = " ".join([t("charts.broadband.alt", zone=whole), *sentences])
    title = t("charts.broadband.title")
    high = 20 + ROW * len(shown)
    return Chart("broadband", title, alt, table, readable, paint, height=high)


def _paint(figure: Figure, theme: Theme, wide: Any, whole: str) -> None:
    """A row a zone on an axis that begins near the lowest, what was before written beside."""
    axes = axes_of(figure)
    first, last = wide.columns[0], wide.columns[-1]
    values = 100 * wide[last].to_numpy(float)
    low = max(0.0, STEP * np.floor(values.min() / STEP) - STEP)
    for i, (zone, value) in enumerate(zip(wide.index, values, strict=True)):
        strong = zone == whole
        colour = theme.colours.after if strong else theme.colours.muted
        axes.plot([low, value], [i, i], color=theme.colours.fine_border, linewidth=0.8)
        axes.plot([value], [i], SIGNS[1 if strong else 0], color=colour, markersize=5.5)
        before = float(wide.loc[zone, first])
        key = "charts.broadband.since" if np.isfinite(before) else "charts.broadband.now"
        wording = t(
            key,
            share=texts.percent(value / 100),
            before=texts.percent(before) if np.isfinite(before) else "",
            day=day_of(first),
        )
        axes.annotate(
            wording,
            (value, i),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=6.5,
            fontweight="bold" if strong else "normal",
            annotation_clip=False,
        )
    labels = ["\n".join(paper.wrap(str(zone), 62, 7, theme)) for zone in wide.index]
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.invert_yaxis()
    axes.set_xlim(low, 100 + (100 - low) * ROOM)
    axes.set_xticks(np.arange(low, 100.1, STEP if 100 - low <= 30 else 20))
    axes.set_xlabel(t("charts.broadband.x_cut" if low else "charts.broadband.x", day=day_of(last)))
    percent_axis(axes.xaxis)
    grid(axes, theme, "x")
