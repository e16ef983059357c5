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


def _items(sheet: PrintSheet) -> list[Fill | Signs]:
    every: list[Fill | Signs] = [*sheet.fills]
    for signs in sheet.signs:
        alone = replace(signs, points=[[0.0, 0.0]])
        sizes = [replace(alone, label=label, size=size) for label, size in signs.keys]
        every += sizes or [signs]
    return every


def _rows(page: PrintPage, items: list[Fill | Signs], width: float) -> list[Row]:
    rows: list[Row] = []
    for item in items:
        count = item.count if isinstance(item, Fill) else ""
        room = width - 11 * page.zoom
        if count:
            room -= paper.width(count, BODY * page.zoom, page.theme) + 2
        rows.append((item, page.lines(item.label, room, BODY), count))
    return rows


def _columns(page: PrintPage, sheet: PrintSheet, width: float) -> tuple[list[Row], list[Row]]:
    """Rows of a legend below the map: quantities on the left, hatchings and signs on the right."""
    items = _items(sheet)
    counted = [  # panels share their classes, and each counts its own
        isinstance(item, Fill) and bool(item.count or (sheet.panels and item.colour))
        for item in items
    ]
    sized = [isinstance(item, Signs) and bool(item.keys) for item in items]
    quantities = [count or size for count, size in zip(counted, sized, strict=True)]
    classes = [item for item, quantity in zip(items, quantities, strict=True) if quantity]
    others = [item for item, quantity in zip(items, quantities, strict=True) if not quantity]
    half = width / 2 - GUTTER
    return _rows(page, classes, half), _rows(page, others, half - _beside_inset(page))


def _beside_inset(page: PrintPage) -> float:
    return print_inset.size(page) + GUTTER


def _tall(page: PrintPage, rows: list[Row]) -> float:
    return sum(_row_height(page, row) for row in rows)


def _notes(page: PrintPage, sheet: PrintSheet, width: float) -> list[list[str]]:
    return [page.lines(note, width, SMALL + 0.7) for note in sheet.notes]


def height(page: PrintPage, sheet: PrintSheet, width: float) -> float:
    """Height of a legend below the map: its heading, then two columns and the inset."""
    room = width - _beside_inset(page)
    head = len(page.lines(sheet.legend, room, HEADLINE, bold=True)) * page.line(HEADLINE)
    unit = len(page.lines(sheet.unit, room, BODY)) * page.line(BODY) + 0.3 if sheet.unit else 0
    left, right = (_tall(page, rows) for rows in _columns(page, sheet, width))
    notes = sum(
        len(lines) * page.line(SMALL + 0.7) + 0.6
        for lines in _notes(page, sheet, width / 2 - GUTTER - _beside_inset(page))
    )
    body = max(left, right + notes + 1.5)
    return float(max(head + unit + 1.6 + body, print_inset.size(page) + 4))


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
    room = wide if beside or not inset else wide - _beside_inset(page)
    lines = page.lines(sheet.legend, room, HEADLINE, bold=True)
    y = page.paragraph(left, top, lines, HEADLINE, fontweight="bold")
    if sheet.unit:
        y = page.paragraph(left, y - 0.3, page.lines(sheet.unit, room, BODY), BODY, color=muted)
    y -= 1.6
    board = page.axes(box, zorder=2)
    board.set_xlim(left, left + wide)
    board.set_ylim(low, top)
    board.set_axis_off()
    size = print_inset.size(page)
    if beside:
        notes_at, notes_wide = left, wide
        notes_top = _write(page, board, _rows(page, _items(sheet), column), (left, y, column)) - 2
        spot = (left, low + 3 * page.zoom, size, size)
    else:
        notes_at = left + wide / 2 + GUTTER
        notes_wide = column - (_beside_inset(page) if inset else 0)
        classes, others = _columns(page, sheet, wide)
        _write(page, board, classes, (left, y, column))
        notes_top = _write(page, board, others, (notes_at, y, notes_wide)) - 1.5
        spot = (left + wide - size, top - size, size, size)
    for note in _notes(page, sheet, notes_wide):
        notes_top = page.paragraph(notes_at, notes_top, note, SMALL + 0.7, color=muted) - 0.6
    if inset:
        print_inset.inset(page, sheet, spot, main)


def _write(
    page: PrintPage, board: Axes, rows: list[Row], place: tuple[float, float, float]
) -> float:
    """Write rows from a left edge and a top, so wide; gives the bottom."""
    left, y, wide = place
    for row in rows:
        tall = _row_height(page, row)
        _key(page, board, row[0], left, y - tall / 2)
        begin = y - (tall - len(row[1]) * page.line(BODY)) / 2 - 0.5 * page.zoom  # by the eye
        page.paragraph(left + 10 * page.zoom, begin, row[1], BODY, gid="legend")
        if row[2]:
            base = begin - ASCENT * BODY * page.zoom
            page.text(left + wide, base, row[2], BODY, ha="right", color=page.theme.colours.muted)
        y -= tall
    return y


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
