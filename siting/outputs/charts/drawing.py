"""What charts draw and write in the same way: axes, grids, percentages, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import texts
from siting.texts import text as t

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from siting.outputs.theme import Theme
LINES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
SIGNS = ("o", "s", "^", "D", "v", "P", "X")


def axes_of(figure: Figure) -> Axes:
    """The axes of a chart that has one pair."""
    made: Axes = figure.subplots()
    return made


def category(theme: Theme, i: int) -> str:
    """Colour of a kind of things."""
    return theme.categories[i % len(theme.categories)]


def ramp(theme: Theme, count: int) -> list[str]:
    """So many colours of the theme's scale, light to dark."""
    scale = theme.palette
    places = np.linspace(0, len(scale) - 1, count).round().astype(int)
    return [scale[i] for i in places]


def grid(axes: Axes, theme: Theme, which: Any = "both") -> None:
    """Fine lines behind what is drawn."""
    axes.grid(axis=which, color=theme.colours.fine_border, linewidth=0.4)


def above(axes: Axes) -> None:
    """A legend of one row above the bars."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, fontsize=7.5)


def percent_axis(axis: Any) -> None:
    """Write an axis of 0 to 100 as percentages."""
    axis.set_major_formatter(lambda v, _: texts.percent(v / 100, 0))


def listed(parts: list[str]) -> str:
    """Words in a row, the last after « and »."""
    if len(parts) < 2:
        return "".join(parts)
    return t("charts.and", first=", ".join(parts[:-1]), last=parts[-1])


def day_of(day: Any) -> str:
    """A date as figures."""
    when = pd.Timestamp(day)
    return t("charts.day", day=f"{when.day:02}", month=f"{when.month:02}", year=when.year)


def short(value: float) -> str:
    """A number with at most two decimals, none where they say nothing."""
    whole = float(value).is_integer()
    return texts.number(value) if whole else texts.number(value, 2).rstrip("0")


def decimals_of(values: Any) -> int:
    """Decimals that tell values apart: three digits of their spread."""
    finite = values[np.isfinite(values)]
    spread = float(np.ptp(finite)) if finite.size else 0.0
    return 0 if spread == 0 else int(np.clip(2 - np.floor(np.log10(spread)), 0, 3))
