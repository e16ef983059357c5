"""Parts of a slide: texts that fit their box, charts that can be edited, tables, large figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.util import Cm, Pt

from siting.outputs import paper
from siting.outputs.theme import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.outputs.documents.deck import SlideChart, SlideTable, SlideTiles
    from siting.outputs.documents.model import Look

INK, MUTED, LINE = "1A1A1A", "595959", "BDBDBD"
LEADING = 1.22  # of a line, in heights of its letters
MILLIMETRES = 0.3528  # of a point
BETWEEN = 0.55  # heights of letters between two paragraphs
WIDER = 1.1  # DejaVu, which measures, over the letters of documents; it is wider by more
LABELS = 12.0  # points of what is written in a chart
SIDES = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}

Box = tuple[float, float, float, float]  # left, top, width, height: centimetres


def height(paragraphs: Sequence[str], wide: float, size: float, *, bold: bool = False) -> float:
    """Centimetres that paragraphs take within a width."""
    room = 10 * wide * WIDER
    lines = sum(len(paper.wrap(p, room, size, DEFAULT, bold=bold)) for p in paragraphs)
    gaps = BETWEEN * max(len(paragraphs) - 1, 0)
    return (lines * LEADING + gaps) * size * MILLIMETRES / 10


def fitting(
    paragraphs: Sequence[str], box: Box, sizes: Sequence[float], *, bold: bool = False
) -> float:
    """The largest of some sizes at which paragraphs stay in a box; else the smallest of them."""
    for size in sizes:
        if height(paragraphs, box[2], size, bold=bold) <= box[3]:
            return size
    return sizes[-1]


def colour(code: str) -> Any:
    """A colour written `#rrggbb`."""
    code = code.removeprefix("#")
    made: Any = RGBColor  # which has no types
    return made(int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16))


def run(paragraph: Any, wording: str, size: float, look: Look, language: str, **style: Any) -> Any:
    """Add a stretch of text; `style`: `bold`, `ink`."""
    piece = paragraph.add_run()
    piece.text = wording
    font = piece.font
    font.size, font.bold, font.name = Pt(size), style.get("bold", False), look.font
    font.color.rgb = colour(style.get("ink", INK))
    piece._r.get_or_add_rPr().set("lang", language)  # noqa: SLF001 - a tag such as fr-FR
    return piece


def box_of(slide: Any, box: Box, *, anchor: Any = MSO_ANCHOR.TOP) -> Any:
    """An empty text box without inner margins; gives its frame."""
    shape = slide.shapes.add_textbox(*(Cm(side) for side in box))
    return plain_frame(shape.text_frame, anchor)


def plain_frame(frame: Any, anchor: Any) -> Any:
    """A frame that wraps, without inner margins."""
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = anchor
    return frame


def described(shape: Any, name: str, alternative: str) -> None:
    """Name a shape, and tell it for who does not see it."""
    properties = shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001 - python-pptx has no name for it
    properties.set("name", name)
    properties.set("descr", alternative)


def chart(slide: Any, made: SlideChart, box: Box, look: Look) -> Any:
    """Draw a chart of the deck's own; gives its shape."""
    kinds = {
        "bars": XL_CHART_TYPE.BAR_CLUSTERED,
        "stacked": XL_CHART_TYPE.BAR_STACKED,
        "lines": XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS,
    }
    shapes: dict[str, Any] = {"lines": XyChartData, "bars": CategoryChartData}  # without types
    if made.kind == "lines":
        data = shapes["lines"](number_format=made.form)
        for series in made.series:
            curve = data.add_series(series.name)
            for along, value in zip(made.positions, series.values, strict=True):
                curve.add_data_point(along, value)
    else:
        data = shapes["bars"](number_format=made.form)
        data.categories = made.categories
        for series in made.series:
            data.add_series(series.name, series.values)
    place = [Cm(side) for side in box]
    shape = slide.shapes.add_chart(kinds[made.kind], *place, data)
    drawn = shape.chart
    drawn.has_title = False
    drawn.font.size, drawn.font.name = Pt(LABELS), look.font
    drawn.font.color.rgb = colour(INK)
    drawn.has_legend = len(made.series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
        drawn.legend.font.size = Pt(LABELS if len(made.series) < 5 else LABELS - 2)
    _axes(drawn, made)
    _series(drawn, made)
    return shape


def _axes(drawn: Any, made: SlideChart) -> None:
    values, other = drawn.value_axis, drawn.category_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = colour(LINE)
    values.major_gridlines.format.line.width = Pt(0.5)
    values.format.line.fill.background()
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = made.form, False
    values.minimum_scale = 0
    if made.most:
        values.maximum_scale, values.major_unit = made.most, made.step
    titles = [(values, made.axis)]
    if made.kind == "lines":
        titles.append((other, made.along))
        other.has_major_gridlines = False
        other.minimum_scale, other.maximum_scale = 0, max(made.positions)
        other.tick_labels.number_format, other.tick_labels.number_format_is_linked = "0", False
    else:
        other.reverse_order = True  # the first one on top, and the values at the foot again
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
        other.major_tick_mark = XL_TICK_MARK.NONE
    other.format.line.color.rgb = colour(MUTED)
    for axis, wording in titles:
        axis.has_title = bool(wording)
        if wording:
            frame = axis.axis_title.text_frame
            frame.text = wording
            font = frame.paragraphs[0].runs[0].font
            font.size, font.bold = Pt(LABELS), False


def _series(drawn: Any, made: SlideChart) -> None:
    plot = drawn.plots[0]
    if made.kind != "lines":
        plot.gap_width = 45
        plot.overlap = 100 if made.kind == "stacked" else -5
    for series, shown in zip(plot.series, made.series, strict=True):
        if made.kind == "lines":
            series.smooth = False
            series.marker.style = XL_MARKER_STYLE.NONE
            series.format.line.width = Pt(3)
            series.format.line.color.rgb = colour(shown.colour)
            continue
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour(shown.colour)
        series.invert_if_negative = False
    if made.kind == "bars":
        plot.has_data_labels = True
        labels = plot.data_labels
        labels.number_format, labels.number_format_is_linked = made.form, False
        labels.position, labels.show_value = XL_LABEL_POSITION.OUTSIDE_END, True
        labels.font.size = Pt(LABELS)


def table(slide: Any, made: SlideTable, box: Box, look: Look, language: str) -> Any:
    """Write a table with its row of headings; gives its shape."""
    left, top, wide, high = box
    count = len(made.rows) + 1
    place = (Cm(left), Cm(top), Cm(wide), Cm(min(high, 1.1 * count)))
    shape = slide.shapes.add_table(count, len(made.columns), *place)
    grid, whole = shape.table, sum(column.width for column in made.columns)
    size = 14.0 if count <= 10 else 12.0
    for drawn, column in zip(grid.columns, made.columns, strict=True):
        drawn.width = Cm(wide * column.width / whole)
    heads = tuple(column.title for column in made.columns)
    for r, row in enumerate((heads, *made.rows)):
        strong = r == 0 or r - 1 in made.strong
        for cell, column, wording in zip(grid.rows[r].cells, made.columns, row, strict=True):
            cell.fill.solid()
            cell.fill.fore_color.rgb = colour(look.tint if r == 0 else "FFFFFF")
            cell.margin_top = cell.margin_bottom = Cm(0.08)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = SIDES[column.align]
            run(paragraph, wording, size, look, language, bold=strong)
    return shape


def tiles(slide: Any, made: SlideTiles, box: Box, look: Look, language: str) -> None:
    """Large figures in two columns, their words under them."""
    left, top, wide, high = box
    rows = -(-len(made.tiles) // 2)
    across, down = wide / 2, high / rows
    for i, (figure, wording) in enumerate(made.tiles):
        place = (left + (i % 2) * across, top + (i // 2) * down, across - 0.8, down - 0.6)
        frame = box_of(slide, place)
        size = fitting([figure], (0, 0, place[2], 2.0), (40, 34, 28, 22), bold=True)
        run(frame.paragraphs[0], figure, size, look, language, bold=True, ink=look.accent)
        room = (0, 0, place[2], place[3] - 2.2)
        words_size = fitting([wording], room, (18, 16, 14, 12))
        run(frame.add_paragraph(), wording, words_size, look, language, ink=MUTED)
