"""The inset of a map for paper: where the territory is in metropolitan France."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.outputs import france
from siting.outputs.print_page import SMALL
from siting.outputs.print_scale import between
from siting.outputs.print_shapes import patch
from siting.texts import text as t

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from siting.outputs.print_page import PrintPage
    from siting.outputs.print_sheet import PrintSheet
INSET = "EPSG:2154"  # system of the inset
SPECK = 0.05  # of the inset's width: a smaller territory is shown by a point


def size(page: PrintPage) -> float:
    """Millimetres of its side."""
    return 26.0 * page.zoom


@functools.cache
def _france() -> Any:
    return moved(france.outline(), between("EPSG:4326", INSET))


def in_france(sheet: PrintSheet) -> bool:
    """Whether the inset can show where the territory is."""
    west, south, east, north = shapely.bounds(sheet.territory)
    to_degrees = between(sheet.crs, "EPSG:4326")
    return france.holds(*to_degrees.transform((west + east) / 2, (south + north) / 2))


def moved(shape: Any, transformer: Any) -> Any:
    """A geometry in other coordinates."""

    def move(at: Any) -> Any:
        return np.column_stack(transformer.transform(at[:, 0], at[:, 1]))

    return shapely.transform(shape, move)


def inset(
    page: PrintPage, sheet: PrintSheet, box: tuple[float, float, float, float], main: Axes
) -> None:
    """Where the territory is in metropolitan France; nothing where the outline cannot show it."""
    if not in_france(sheet):
        return
    both = between(sheet.crs, INSET)
    whole = _france()
    axes = page.axes(box, zorder=3)
    theme = page.theme
    axes.add_artist(
        patch(whole, facecolor=theme.colours.outside, edgecolor=theme.colours.muted, lw=0.5)
    )
    place = shapely.simplify(sheet.territory, 2000)
    shown = moved(place, both)
    axes.add_artist(patch(shown, facecolor=theme.colours.accent, edgecolor=theme.colours.accent))
    left, low, right, high = shapely.bounds(whole)
    span = 1.03 * max(right - left, high - low)
    west, south, east, north = shapely.bounds(shown)
    if sheet.cut or max(east - west, north - south) < SPECK * span:
        x, y = both.transform(sum(main.get_xlim()) / 2, sum(main.get_ylim()) / 2)
        axes.plot(
            [x], [y], "o", markersize=4 * page.zoom, color=theme.colours.candidate,
            markeredgecolor=theme.colours.background, markeredgewidth=0.5,
        )  # fmt: skip
    axes.set_xlim((left + right - span) / 2, (left + right + span) / 2)
    axes.set_ylim((low + high - span) / 2, (low + high + span) / 2)
    axes.set_axis_off()
    page.text(
        box[0] + box[2] / 2, box[1] - 0.2, t("print.schematic"), SMALL - 0.6, ha="center", va="top",
        color=theme.colours.muted,
    )  # fmt: skip
