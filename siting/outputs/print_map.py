"""Maps for paper: one sheet with its title, map, legend, scale, north, inset, sources and licences.

A `PrintSheet` says what is on the page; `draw` lays it out on a `Paper`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from PIL import Image

from siting.outputs import (
    paper,
    print_context,
    print_inset,
    print_legend,
    print_places,
    print_scale,
)
from siting.outputs.print_page import BODY, GUTTER, HEADLINE, MARGIN, SMALL, TITLE, PrintPage
from siting.outputs.print_shapes import hatched, patch
from siting.outputs.theme import DEFAULT
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from siting.outputs.paper import Kind, Paper
    from siting.outputs.print_sheet import PrintSheet
    from siting.outputs.theme import Theme

Box = tuple[float, float, float, float]  # left, low, width, height: millimetres


def draw(sheet: PrintSheet, size: Paper, theme: Theme = DEFAULT) -> Figure:
    """Lay a sheet out on paper: title above, legend beside (landscape) or below, sources last."""
    with paper.style(theme):
        page, legend, frame = _layout(sheet, size, theme)
        if sheet.panels:
            print_legend.legend(page, sheet, legend, _panels(page, sheet, frame, legend))
            return page.figure
        sheet = print_places.counted(sheet, print_scale.frame(sheet, *frame[2:]))
        axes = _map(page, sheet, frame)
        print_legend.legend(page, sheet, legend, axes)
        return page.figure


def series(sheets: Sequence[PrintSheet], size: Paper, theme: Theme = DEFAULT) -> list[PrintSheet]:
    """Give sheets one scale: the largest round one at which the focus of each fits the paper."""
    with paper.style(theme):
        scales = [
            print_scale.needed(sheet.focus, *_layout(sheet, size, theme)[2][2:])
            for sheet in sheets
            if not sheet.panels  # which are smaller, at a scale of their own
        ]
    shared = max(scales, default=0.0)
    return [sheet if sheet.panels else replace(sheet, scale=shared) for sheet in sheets]


def _layout(sheet: PrintSheet, size: Paper, theme: Theme) -> tuple[PrintPage, Box, Box]:
    """A page with its heading and its sources, and where legend and map stand on it."""
    page = PrintPage(
        paper.blank(size.width, size.height), size, theme, 1.25 if size.name == "A3" else 1.0
    )
    top = _heading(page, sheet)
    bottom = _sources(page, sheet)
    if size.landscape:
        wide = print_legend.LEGEND * page.zoom
        legend = (size.width - MARGIN - wide, bottom, wide, top - bottom)
        frame = (MARGIN, bottom, size.width - 2 * MARGIN - wide - GUTTER, top - bottom)
    else:
        high = print_legend.height(page, sheet, size.width - 2 * MARGIN)
        legend = (MARGIN, bottom, size.width - 2 * MARGIN, high)
        low = bottom + high + GUTTER
        frame = (MARGIN, low, size.width - 2 * MARGIN, top - low)
    return page, legend, frame


def _panels(page: PrintPage, sheet: PrintSheet, box: Box, legend: Box) -> Axes:
    """Draw panels in a grid, the one of which the maps are largest; gives the first one's axes."""
    left, low, across, up = box
    count = len(sheet.panels)
    words = 3 * page.line(BODY) + 1.5  # above each: whose it is, two lines of what it shows
    grids = [
        ((across - (columns - 1) * GUTTER) / columns, (up - (rows - 1) * GUTTER) / rows, columns)
        for columns in range(1, count + 1)
        for rows in [-(-count // columns)]
    ]
    fitting = [grid for grid in grids if grid[1] > 2 * words] or grids[-1:]
    wide, high, columns = min(
        fitting, key=lambda grid: print_scale.needed(sheet.focus, grid[0], grid[1] - words)
    )
    over_inset = print_inset.size(page) + 5 * page.zoom if page.size.landscape else 0.0
    drawn = []
    for i, panel in enumerate(sheet.panels):
        x = left + i % columns * (wide + GUTTER)
        top = low + up - i // columns * (high + GUTTER)
        y = page.paragraph(
            x, top, page.lines(panel.subject, wide, BODY)[:1], BODY, fontweight="bold"
        )
        finding = page.lines(panel.headline, wide, SMALL + 0.7)[:2]
        page.paragraph(x, y, finding, SMALL + 0.7, color=page.theme.colours.muted)
        frame = (x, top - high, wide, high - words)
        shown = print_places.counted(panel, print_scale.frame(panel, *frame[2:]))
        bar = (legend[0], legend[1] + over_inset) if not i else (-2 * page.size.width, 0.0)
        drawn.append(_map(page, shown, frame, bar))
    return drawn[0]


def picture(sheet: PrintSheet, width: float, height: float, theme: Theme = DEFAULT) -> Figure:
    """Draw the map alone with its legend, for a document that says title and sources beside it.

    Parameters
    ----------
    width, height
        Millimetres.
    """
    with paper.style(theme):
        size = paper.Paper("picture", width, height)
        page = PrintPage(paper.blank(width, height), size, theme, 1.0)
        wide = min(print_legend.LEGEND, 0.42 * width)
        bar = (width - wide - 1, 1.0)
        frame = (1.0, 1.0, width - wide - GUTTER - 2, height - 2)
        sheet = print_places.counted(sheet, print_scale.frame(sheet, *frame[2:]))
        axes = _map(page, sheet, frame, bar)
        print_legend.legend(page, sheet, (width - wide - 1, 1, wide, height - 2), axes, inset=False)
        return page.figure


def _heading(page: PrintPage, sheet: PrintSheet) -> float:
    """What is mapped, what it shows in large letters, and the logo; gives where the map begins."""
    wide, top = page.size.width - 2 * MARGIN, page.size.height - MARGIN
    low = top
    if page.theme.logo is not None:
        with Image.open(page.theme.logo) as image:
            high = 14.0 * page.zoom
            across = min(high * image.width / image.height, wide / 3)
            high = across * image.height / image.width
            box = (page.size.width - MARGIN - across, top - high, across, high)
            axes = page.axes(box)
            axes.imshow(np.asarray(image.convert("RGBA")), interpolation="antialiased")
            axes.set_axis_off()
        wide, low = wide - across - GUTTER, top - high
    ink, muted = page.theme.colours.ink, page.theme.colours.muted
    theme_of = page.lines(sheet.title, wide, HEADLINE)
    y = page.paragraph(MARGIN, top, theme_of, HEADLINE, color=muted)
    lines = page.lines(sheet.headline, wide, TITLE, bold=True)
    y = page.paragraph(MARGIN, y - 1.0, lines, TITLE, fontweight="bold", color=ink)
    if page.theme.editor:
        y = page.paragraph(MARGIN, y - 0.6, [page.theme.editor], BODY, color=muted)
    return min(y, low) - 2.5


def _sources(page: PrintPage, sheet: PrintSheet) -> float:
    """Sources and licences at the foot; gives where the map may end."""
    wide = page.size.width - 2 * MARGIN
    wording = t("print.sources", sources=" ".join(sheet.sources))
    last = t("print.made", crs=sheet.crs, date=sheet.date)
    if print_inset.in_france(sheet):
        last = f"{t('print.inset')} {last}"
    lines = [*page.lines(wording, wide, SMALL), *page.lines(last, wide, SMALL)]
    top = MARGIN - 2 + len(lines) * page.line(SMALL)
    page.paragraph(MARGIN, top, lines, SMALL, color=page.theme.colours.muted)
    return top + 2.0 + page.zoom


def _map(
    page: PrintPage,
    sheet: PrintSheet,
    box: tuple[float, float, float, float],
    bar: tuple[float, float] | None = None,
) -> Axes:
    """The map itself, framed on its focus, with scale bar and north: in its corner, or at `bar`."""
    theme, axes = page.theme, page.axes(box, zorder=1)
    left, low, right, high = print_scale.frame(sheet, box[2], box[3])
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(theme.colours.outside)
    for side in axes.spines.values():
        side.set_visible(True)
    if sheet.context is not None:
        print_context.draw_ground(axes, sheet.context, page.zoom)
    axes.add_artist(patch(sheet.territory, facecolor=theme.colours.background, edgecolor="none"))
    if sheet.cut:  # neighbours are grey: white is for ground without anybody
        beside = shapely.difference(sheet.territory, sheet.focus)
        axes.add_artist(patch(beside, facecolor=theme.colours.outside, edgecolor="none", alpha=0.5))
    _limits(axes, [sheet.territory], theme.colours.ink, 1.2 * page.zoom, 4.5)
    for fill in sheet.fills:
        if shapely.is_empty(fill.shape):
            continue
        if fill.colour:
            axes.add_artist(patch(fill.shape, facecolor=fill.colour, edgecolor="none", zorder=2))
        if fill.hatch:
            axes.add_artist(hatched(fill.shape, fill.hatch, theme))
    seen = shapely.box(left, low, right, high)
    _limits(axes, _within(sheet.communes, seen), theme.colours.fine_border, 0.3 * page.zoom, 3)
    _limits(axes, _within(sheet.epci, seen), theme.colours.border, 0.8 * page.zoom, 4)
    if sheet.cut:
        axes.add_artist(
            patch(sheet.focus, facecolor="none", edgecolor=theme.colours.ink, lw=1.6, zorder=5)
        )
    scale = box[2] / (right - left)
    taken = print_places.signs(page, axes, sheet, scale)
    if bar is None:
        spot = print_scale.corner(page, axes, sheet, scale)
        holder, at = axes, (left + spot[0] / scale, low + spot[1] / scale)
        kept = [spot]
    else:
        kept = []
        holder, at = page.axes((*bar, *print_scale.CORNER), zorder=3), (left, low)
        holder.set_xlim(left, left + print_scale.CORNER[0] / scale)
        holder.set_ylim(low, low + print_scale.CORNER[1] / scale)
        holder.set_axis_off()
    placed = print_places.names(page, axes, sheet, taken, scale, kept)
    over = [*taken, *kept, *placed]
    if sheet.neighbours is not None:
        beside = (sheet.neighbours, sheet.focus)
        over += print_context.draw_neighbours(axes, *beside, over, theme, page.zoom)
    if sheet.context is not None:
        print_context.draw_names(axes, sheet.context, sheet.territory, over, theme, page.zoom)
    print_scale.scale_bar(page, holder, scale, at)
    print_scale.north(page, holder, sheet, scale, at)
    return axes


def _within(polygons: Any, seen: Any) -> Any:
    """Those of which something is seen."""
    every = np.asarray(polygons, object)
    return every[shapely.intersects(shapely.box(*shapely.bounds(every).T), seen)]


def _limits(axes: Axes, polygons: Any, colour: str, width: float, order: float) -> None:
    rings = shapely.get_rings(shapely.get_parts(np.asarray(polygons, object)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    lines = np.split(points, np.searchsorted(ring, np.arange(1, len(rings))))
    axes.add_collection(
        LineCollection(lines, colors=colour, linewidths=width, zorder=order), autolim=False
    )


def render(
    sheet: PrintSheet,
    kind: Kind = "png",
    size: Paper | None = None,
    theme: Theme = DEFAULT,
    *,
    dpi: int = paper.DPI,
) -> bytes:
    """Give the bytes of a sheet's PNG, SVG or PDF file, the same each time."""
    figure = draw(sheet, size or paper.paper(), theme)
    return paper.render(figure, kind, theme, dpi=dpi, title=sheet.title)
