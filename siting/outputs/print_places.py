"""Places and names of a map for paper: signs, and the names beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patheffects import withStroke

from siting import texts
from siting.outputs import labels, paper, print_shapes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from siting.outputs.print_page import PrintPage
    from siting.outputs.print_sheet import PrintSheet
GROUND = 800.0  # square millimetres of map for a name, at least
AIR = 1.3  # millimetres between a place and its name


def counted(sheet: PrintSheet, bounds: tuple[float, float, float, float]) -> PrintSheet:
    """The sheet with the signs of which some stand in a frame, their rows telling how many."""
    shown = []
    for signs_of in sheet.signs:
        number = int(signs_of.within(bounds).sum())
        if number:
            label = signs_of.label.replace("{count}", texts.number(number))
            shown.append(replace(signs_of, label=label))
    return replace(sheet, signs=tuple(shown))


def signs(page: PrintPage, axes: Axes, sheet: PrintSheet, scale: float) -> list[labels.Box]:
    """Draw the places; gives where each stands, millimetres from the map's corner."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    taken: list[labels.Box] = []
    for order, sign in enumerate(sheet.signs):
        points, sizes = sign.places, sign.sizes * page.zoom
        inside = sign.within((west, south, east, north))
        if not inside.any():
            continue
        halo = withStroke(linewidth=2.4, foreground=page.theme.colours.background)
        axes.scatter(
            points[inside, 0],
            points[inside, 1],
            s=(sizes[inside] * paper.MM * 72) ** 2,
            **print_shapes.marker(sign.look, page.zoom),
            zorder=6 + order,
            path_effects=[halo],
        )
        for i in np.flatnonzero(inside):
            x, y = points[i]
            if sign.numbers:
                axes.text(
                    x,
                    y,
                    sign.numbers[i],
                    fontsize=6.6 * page.zoom,
                    fontweight="bold",
                    color=page.theme.colours.background,
                    ha="center",
                    va="center_baseline",
                    zorder=6.5 + order,
                )
            at, half = ((x - west) * scale, (y - south) * scale), sizes[i] / 2
            taken.append((at[0] - half, at[1] - half, at[0] + half, at[1] + half))
    return taken


def names(
    page: PrintPage,
    axes: Axes,
    sheet: PrintSheet,
    taken: list[labels.Box],
    scale: float,
    kept: list[labels.Box],
) -> list[labels.Box]:
    """Place the names beside the signs, out of the boxes that are kept; gives where they stand."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    points = [((name.x - west) * scale, (name.y - south) * scale) for name in sheet.names]
    frame = (1.0, 1.0, (east - west) * scale - 1, (north - south) * scale - 1)

    def extent(index: int) -> tuple[float, float]:
        name = sheet.names[index]
        wide = paper.width(name.text, name.size * page.zoom, page.theme, bold=name.bold)
        return wide + 0.6, page.line(name.size)

    def away(index: int) -> float:
        x, y = points[index]
        over = [b for b in taken if b[0] <= x <= b[2] and b[1] <= y <= b[3]]
        reach = [max(b[2] - x, x - b[0], b[3] - y, y - b[1]) for b in over]
        return max([AIR * page.zoom, *(distance + AIR / 2 * page.zoom for distance in reach)])

    most = round(frame[2] * frame[3] / GROUND / page.zoom**2)
    needed = sum(name.needed for name in sheet.names)
    placed = labels.place(points, extent, taken, frame, away, most, needed, kept)
    for placed_name in placed:
        name = sheet.names[placed_name.index]
        if away(placed_name.index) == AIR * page.zoom:  # no sign stands there
            axes.plot(
                [name.x], [name.y], "o", markersize=1.8 * page.zoom,
                color=page.theme.colours.ink, markeredgecolor=page.theme.colours.background,
                markeredgewidth=0.4, zorder=5.5,
            )  # fmt: skip
        if placed_name.away:
            end = labels.nearest(placed_name.box, points[placed_name.index])
            axes.plot(
                [name.x, west + end[0] / scale], [name.y, south + end[1] / scale],
                color=page.theme.colours.ink, lw=0.4 * page.zoom, zorder=11.5,
            )  # fmt: skip
        axes.text(
            west + (placed_name.box[0] + 0.3) / scale,
            south + (placed_name.box[1] + placed_name.box[3]) / 2 / scale,
            name.text,
            fontsize=name.size * page.zoom,
            fontweight="bold" if name.bold else "normal",
            va="center",
            gid="name",
            zorder=12,
            path_effects=[withStroke(linewidth=2.0, foreground=page.theme.colours.background)],
        )
    return [label.box for label in placed]
