"""The scale of a map for paper: round fractions, the scale bar, the arrow to the north."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import Polygon, Rectangle

from siting import texts
from siting.outputs import labels, paper
from siting.texts import text as t

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from siting.outputs.print_page import PrintPage
    from siting.outputs.print_sheet import PrintSheet
CORNER = (62.0, 13.0)  # millimetres of the scale bar and the arrow
SCALES = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)  # times a power of ten
STEPS = (1, 2, 5)  # of scale bars, times a power of ten


MARGIN = 1.02  # around the focus


def needed(focus: Any, across: float, up: float) -> float:
    """Round denominator at which a focus and a margin fit so many millimetres."""
    west, south, east, north = shapely.bounds(focus)
    return round_scale(
        1000 * MARGIN * max((east - west) / across, (north - south) / up, 1e-3 / MARGIN)
    )


def frame(sheet: PrintSheet, across: float, up: float) -> tuple[float, float, float, float]:
    """Bounds of a map on so many millimetres: its focus in the middle, at a round scale.

    The scale is the sheet's own, where it has one that shows the whole focus.
    """
    metres = max(needed(sheet.focus, across, up), sheet.scale) / 1000  # of ground, in a millimetre
    west, south, east, north = shapely.bounds(sheet.focus)
    wide, high = metres * across, metres * up
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def corner(page: PrintPage, axes: Axes, sheet: PrintSheet, scale: float) -> labels.Box:
    """Where scale bar and arrow hide least of the focus: the lower left, else another corner."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    wide, high = CORNER[0] * page.zoom, CORNER[1] * page.zoom
    across, up = (east - west) * scale - wide, (north - south) * scale - high
    every = [(x, y, x + wide, y + high) for y in (0.0, up) for x in (0.0, across)]

    def hidden(box: labels.Box) -> float:
        left, low, right, top = (side / scale for side in box)
        seen = shapely.clip_by_rect(
            sheet.focus, west + left, south + low, west + right, south + top
        )
        return float(shapely.area(seen))

    return min(every, key=hidden)


def round_scale(denominator: float) -> float:
    """Smallest round denominator of a map's fraction that is not below one."""
    power = 10.0 ** np.floor(np.log10(denominator))
    return float(min(step * power for step in SCALES if step * power >= denominator * (1 - 1e-9)))


def scale_length(kilometres: float) -> float:
    """Longest round length (1, 2 or 5 times a power of ten) that fits, kilometres."""
    # a power of ten may come out a hair above: then the length below it fits
    exponent = int(np.floor(np.log10(kilometres)))
    lengths = [step * 10.0**power for power in (exponent - 1, exponent) for step in STEPS]
    return float(max(length for length in lengths if length <= kilometres))


def scale_bar(page: PrintPage, axes: Axes, scale: float, at: tuple[float, float]) -> None:
    """A bar of two halves, its length and the map's fraction; `at` is its box's corner."""
    west, south = at
    long = scale_length(42 * page.zoom / scale / 1000)
    x, y, high = west + 4 / scale, south + 4 / scale, 1.2 / scale
    ink, clear = page.theme.colours.ink, page.theme.colours.background
    back = Rectangle(
        (west + 0.4 / scale, south + 0.4 / scale),
        62 * page.zoom / scale,
        13 * page.zoom / scale,
        facecolor=clear,
    )
    axes.add_patch(back)
    back.set_zorder(10)
    for i, colour in enumerate((ink, clear)):
        axes.add_patch(
            Rectangle(
                (x + i * long * 500, y),
                long * 500,
                high,
                facecolor=colour,
                edgecolor=ink,
                linewidth=0.5,
                zorder=11,
            )
        )
    decimals = 0 if long >= 2 else 1
    for part in (0.0, long / 2, long):
        wording = texts.number(part, decimals if part and part == long / 2 and long < 2 else 0)
        if part == long:
            wording = t("print.km", length=wording)
        place = (x + part * 1000, y + high + 0.8 / scale)
        axes.text(
            *place, wording, fontsize=6 * page.zoom, ha="center" if part < long else "left",
            va="bottom", zorder=11,
        )  # fmt: skip
    wording = t("print.scale", number=texts.number(round(1e3 / scale)), paper=page.size.name)
    if page.size.name in paper.SIZES:
        axes.text(
            x, y + high + 4.2 * page.zoom / scale, wording, fontsize=6 * page.zoom, va="bottom",
            zorder=11,
        )  # fmt: skip


def north(
    page: PrintPage, axes: Axes, sheet: PrintSheet, scale: float, at: tuple[float, float]
) -> None:
    """An arrow to true north at the middle of the map."""
    x = sum(axes.get_xlim()) / 2
    y = sum(axes.get_ylim()) / 2
    there, back = between(sheet.crs, "EPSG:4326"), between("EPSG:4326", sheet.crs)
    lon, lat = there.transform(x, y)
    x2, y2 = back.transform(lon, lat + 0.1)
    up = np.array([x2 - x, y2 - y]) / np.hypot(x2 - x, y2 - y)
    side = np.array([up[1], -up[0]])
    west, south = at
    foot = np.array([west + 57 * page.zoom / scale, south + 2.5 / scale])
    size = 6.5 * page.zoom / scale
    shape = [
        foot + up * size,
        foot - side * 0.3 * size,
        foot + up * 0.22 * size,
        foot + side * 0.3 * size,
    ]
    tip = foot + up * (size + 0.6 / scale)
    axes.add_patch(Polygon(shape, facecolor=page.theme.colours.ink, zorder=11))
    axes.text(
        float(tip[0]), float(tip[1]), t("print.north"), fontsize=7 * page.zoom,
        fontweight="bold", ha="center", va="bottom", zorder=11,
    )  # fmt: skip


@functools.cache
def between(system: str, other: str) -> Any:
    """What brings coordinates of a system into another; slow to make."""
    from pyproj import Transformer  # noqa: PLC0415 - drawing only

    return Transformer.from_crs(system, other, always_xy=True)
