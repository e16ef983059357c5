"""The legend of a map for paper: classes with their counts, signs, notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import Rectangle

from siting.outputs import paper, print_inset, print_shapes
from siting.outputs.print_page import ASCENT, BODY, GUTTER, HEADLINE, SMALL
from siting.outputs.print_shapes import hatched
from siting.outputs.print_sheet import Fill, Signs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from siting.outputs.print_page import PrintPage
    from siting.outputs.print_sheet import PrintSheet
LEGEND = 70.0  # width of the legend beside the map, landscape
Row = tuple[Any, list[str], str]  # what is drawn, its words, its count


def _rows(page: PrintPage, sheet: PrintSheet, width: float) -> list[Row]:
    rows: list[Row] = []
    every: list[Fill | Signs] = [*sheet.fills]
    for signs in sheet.signs:
        alone = replace(signs, points=[[0.0, 0.0]])
        sizes = [replace(alone, label=label, size=size) for label, size in signs.keys]
        every += sizes or [signs]
    for item in every:
        count = item.count if isinstance(item, Fill) else ""
        room = width - 11 * page.zoom
        if count:
            room -= paper.width(count, BODY * page.zoom, page.theme) + 2
        rows.append((item, page.lines(item.label, room, BODY), count))
    return rows


def height(page: PrintPage, sheet: PrintSheet, width: float) -> float:
    """Height of a legend below the map: rows in one column, notes and inset in the other."""
    half = width / 2 - GUTTER
    rows = sum(_row_height(page, row) for row in _rows(page, sheet, half))
    head = len(page.lines(sheet.legend, half, HEADLINE, bold=True)) * page.line(HEADLINE)
    unit = len(page.lines(sheet.unit, half, BODY)) * page.line(BODY) if sheet.unit else 0
    notes = sum(
        len(page.lines(note, half - print_inset.size(page) - GUTTER, SMALL + 0.7))
        * page.line(SMALL + 0.7)
        for note in sheet.notes
    )
    return float(max(head + unit + rows + 4, notes + 4, print_inset.size(page) + 8))


def _row_height(page: PrintPage, row: Row) -> float:
    item, lines, _ = row
    high = len(lines) * page.line(BODY) + 1.1 * page.zoom
    if isinstance(item, Signs):
        high = max(high, float(np.max(item.sizes, initial=0)) * page.zoom + 0.8)
    return float(high)


def legend(
    page: PrintPage,
    sheet: PrintSheet,
    box: tuple[float, float, float, float],
    main: Axes,
    *,
    inset: bool = True,
) -> None:
    """Heading, unit, classes with their counts, signs; then notes and the inset."""
    left, low, wide, high = box
    beside = wide <= LEGEND * page.zoom + 1
    column = wide if beside else wide / 2 - GUTTER
    top = low + high
    muted = page.theme.colours.muted
    lines = page.lines(sheet.legend, column, HEADLINE, bold=True)
    y = page.paragraph(left, top, lines, HEADLINE, fontweight="bold")
    if sheet.unit:
        y = page.paragraph(left, y - 0.3, page.lines(sheet.unit, column, BODY), BODY, color=muted)
    y -= 1.6
    board = page.axes(box, zorder=2)
    board.set_xlim(left, left + wide)
    board.set_ylim(low, top)
    board.set_axis_off()
    for row in _rows(page, sheet, column):
        tall = _row_height(page, row)
        _key(page, board, row[0], left, y - tall / 2)
        begin = y - (tall - len(row[1]) * page.line(BODY)) / 2 - 0.5 * page.zoom  # by the eye
        page.paragraph(left + 10 * page.zoom, begin, row[1], BODY, gid="legend")
        if row[2]:
            base = begin - ASCENT * BODY * page.zoom
            page.text(left + column, base, row[2], BODY, ha="right", color=muted)
        y -= tall
    size = print_inset.size(page)
    if beside:
        notes_at, notes_top, notes_wide = left, y - 2, wide
        spot = (left, low + 3 * page.zoom, size, size)
    else:
        notes_at, notes_top = left + wide / 2 + GUTTER, top
        notes_wide = wide / 2 - GUTTER - (size + GUTTER if inset else 0)
        spot = (left + wide - size, top - size, size, size)
    for note in sheet.notes:
        lines_of_note = page.lines(note, notes_wide, SMALL + 0.7)
        notes_top = (
            page.paragraph(notes_at, notes_top, lines_of_note, SMALL + 0.7, color=muted) - 0.6
        )
    if inset:
        print_inset.inset(page, sheet, spot, main)


def _key(page: PrintPage, board: Axes, item: Fill | Signs, left: float, middle: float) -> None:
    """A row's own mark: a box of its colour and hatching, or its sign."""
    if isinstance(item, Fill):
        wide, high = 7.5 * page.zoom, 3.1 * page.zoom
        box = (left, middle - high / 2)
        board.add_patch(
            Rectangle(
                box, wide, high, facecolor=item.colour or "none",
                edgecolor=page.theme.colours.muted, linewidth=0.4,
            )
        )  # fmt: skip
        if item.hatch:
            shape = shapely.box(left, middle - high / 2, left + wide, middle + high / 2)
            board.add_patch(hatched(shape, item.hatch, page.theme))
        return
    size = float(np.max(item.sizes, initial=0)) or item.look.size
    board.scatter(
        [left + 3.75 * page.zoom],
        [middle],
        s=(min(size, 7.0) * page.zoom * paper.MM * 72) ** 2,
        **print_shapes.marker(item.look, page.zoom),
    )
