"""Maps for paper: one sheet with its title, map, legend, scale, north, inset, sources and licences.

A `Sheet` says what is on the page, in plain geometry; `draw` lays it out on a `Paper`. The map's
coordinates are metric (the study's system), so that a millimetre of paper is the same everywhere.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.patheffects import withStroke
from PIL import Image

from siting import texts
from siting.outputs import france, labels, paper, print_context
from siting.outputs.print_shapes import patch
from siting.outputs.theme import DEFAULT
from siting.texts import text as t

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from siting.outputs.context import Context
    from siting.outputs.paper import Kind, Paper
    from siting.outputs.theme import Theme

Hatch = Literal["", "no_data", "modelled", "alternate"]
HATCHES: dict[str, str] = {"": "", "no_data": "////", "modelled": "....", "alternate": "\\\\\\\\"}
MARGIN = 8.0  # millimetres around the page
GUTTER = 4.0
LEGEND = 70.0  # width of the legend beside the map, landscape
TITLE, HEADLINE, BODY, SMALL = 14.0, 9.5, 7.5, 5.8  # points
LINE = 0.44  # millimetres of a line for each point of its letters
ASCENT = 0.33  # millimetres above the base line, likewise
MOST_NAMES = 60
AIR = 1.3  # millimetres between a place and its name
INSET = "EPSG:2154"  # system of the inset
CORNER = (62.0, 13.0)  # millimetres of the scale bar and the arrow
SPECK = 0.05  # of the inset's width: a smaller territory is shown by a point
SCALES = (1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10)
STEPS = (1, 2, 5)  # of scale bars, times a power of ten


@dataclass(frozen=True)
class Fill:
    """A class of areas: one row of the legend.

    Attributes
    ----------
    label, count
        Its words, and how many it holds (already written: "1 234 hab.").
    colour
        Its colour; empty: none.
    shape
        Everything of the class, as one geometry.
    hatch
        What goes over the colour.
    """

    label: str
    count: str
    colour: str
    shape: Any
    hatch: Hatch = ""


@dataclass(frozen=True)
class Signs:
    """Places drawn by a sign.

    Attributes
    ----------
    label
        Row of the legend.
    points
        Metres, shape (places, 2).
    sign
        matplotlib's marker.
    size
        Millimetres across, one or one a place.
    numbers
        Written inside each sign, where any.
    hollow
        Whether only the edge is drawn.
    keys
        Rows of the legend where sizes tell quantities: words, millimetres; one of `label` where
        empty.
    """

    label: str
    points: Any
    sign: str
    colour: str
    size: Any = 2.4
    numbers: tuple[str, ...] = ()
    hollow: bool = False
    keys: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Name:
    """A name to place: metres; heavier ones are placed first.

    Attributes
    ----------
    size
        Of its letters, points.
    needed
        Whether it is written even where it must stand away from its place, at a leader's end.
    """

    text: str
    x: float
    y: float
    bold: bool = False
    size: float = 6.0
    needed: bool = False


@dataclass(frozen=True)
class Sheet:
    """What a print map shows.

    Attributes
    ----------
    name
        Of its files.
    title, headline
        Title, and the sentence that says the main figure.
    legend, unit
        Heading of the legend, and the unit of its classes.
    fills, signs, names
        Areas, places, names in order of weight.
    communes, epci
        Limits, arrays of polygons.
    focus
        What the map is framed on; what lies in `communes` beyond it is context.
    territory
        The whole study area, for the inset.
    crs
        Of all of it.
    notes
        Lines under the legend: what is modelled, what a hatching means.
    sources
        Attributions and licences, one for each input.
    alt
        What the map shows in words.
    table
        The numbers that it shows, a DataFrame; None in a process that only draws.
    date
        Vintage of the codes, as written.
    cut
        Whether the focus is a part of the territory.
    context
        What lies around and under it, in the same system; None: nothing is known.
    """

    name: str
    title: str
    headline: str
    legend: str
    unit: str
    fills: tuple[Fill, ...]
    signs: tuple[Signs, ...]
    names: tuple[Name, ...]
    communes: Any
    epci: Any
    focus: Any
    territory: Any
    crs: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    alt: str
    table: Any
    date: str = ""
    cut: bool = False
    context: Context | None = None

    def render(
        self,
        kind: Kind = "png",
        sheet: Paper | None = None,
        theme: Theme = DEFAULT,
        *,
        dpi: int = paper.DPI,
    ) -> bytes:
        """Give the bytes of a PNG, SVG or PDF file, the same each time."""
        figure = draw(self, sheet or paper.paper(), theme)
        return paper.render(figure, kind, theme, dpi=dpi, title=self.title)


def draw(sheet: Sheet, size: Paper, theme: Theme = DEFAULT) -> Figure:
    """Lay a sheet out on paper: title above, legend beside (landscape) or below, sources last."""
    with paper.style(theme):
        figure = paper.blank(size.width, size.height)
        page = _Page(figure, size, theme, 1.25 if size.name == "A3" else 1.0)
        top = _heading(page, sheet)
        bottom = _sources(page, sheet)
        if size.landscape:
            wide = LEGEND * page.zoom
            legend = (size.width - MARGIN - wide, bottom, wide, top - bottom)
            frame = (MARGIN, bottom, size.width - 2 * MARGIN - wide - GUTTER, top - bottom)
        else:
            high = _legend_height(page, sheet, size.width - 2 * MARGIN)
            legend = (MARGIN, bottom, size.width - 2 * MARGIN, high)
            low = bottom + high + GUTTER
            frame = (MARGIN, low, size.width - 2 * MARGIN, top - low)
        axes = _map(page, sheet, frame)
        _legend(page, sheet, legend, axes)
        return figure


def picture(sheet: Sheet, width: float, height: float, theme: Theme = DEFAULT) -> Figure:
    """Draw the map alone with its legend, for a document that says title and sources beside it.

    Parameters
    ----------
    width, height
        Millimetres.
    """
    with paper.style(theme):
        size = paper.Paper("picture", width, height)
        page = _Page(paper.blank(width, height), size, theme, 1.0)
        wide = min(LEGEND, 0.42 * width)
        bar = (width - wide - 1, 1.0)
        axes = _map(page, sheet, (1, 1, width - wide - GUTTER - 2, height - 2), bar)
        _legend(page, sheet, (width - wide - 1, 1, wide, height - 2), axes, inset=False)
        return page.figure


@dataclass(frozen=True)
class _Page:
    """A figure measured in millimetres from its lower left corner."""

    figure: Figure
    size: Paper
    theme: Theme
    zoom: float

    def axes(self, box: tuple[float, float, float, float], **look: Any) -> Axes:
        left, low, wide, high = box
        w, h = self.size.width, self.size.height
        made: Axes = self.figure.add_axes((left / w, low / h, wide / w, high / h), **look)
        return made

    def text(self, x: float, y: float, wording: str, size: float, **look: Any) -> Text:
        made: Text = self.figure.text(
            x / self.size.width, y / self.size.height, wording, fontsize=size * self.zoom, **look
        )
        return made

    def lines(self, wording: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        return paper.wrap(wording, width, size * self.zoom, self.theme, bold=bold)

    def line(self, size: float) -> float:
        """Height of a line of letters, millimetres."""
        return LINE * size * self.zoom

    def paragraph(self, x: float, top: float, lines: list[str], size: float, **look: Any) -> float:
        """Write lines from a top; gives the bottom."""
        first = top - ASCENT * size * self.zoom
        w, h = self.size.width, self.size.height
        for i, line in enumerate(lines):
            at = (x / w, (first - i * self.line(size)) / h)
            self.figure.add_artist(paper.Line(*at, line, fontsize=size * self.zoom, **look))
        return top - len(lines) * self.line(size)


def _heading(page: _Page, sheet: Sheet) -> float:
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


def _sources(page: _Page, sheet: Sheet) -> float:
    """Sources and licences at the foot; gives where the map may end."""
    wide = page.size.width - 2 * MARGIN
    wording = t("print.sources", sources=" ".join(sheet.sources))
    last = t("print.made", crs=sheet.crs, date=sheet.date)
    if _in_france(sheet):
        last = f"{t('print.inset')} {last}"
    lines = [*page.lines(wording, wide, SMALL), *page.lines(last, wide, SMALL)]
    top = MARGIN - 2 + len(lines) * page.line(SMALL)
    page.paragraph(MARGIN, top, lines, SMALL, color=page.theme.colours.muted)
    return top + 2.0 + page.zoom


def _map(
    page: _Page,
    sheet: Sheet,
    box: tuple[float, float, float, float],
    bar: tuple[float, float] | None = None,
) -> Axes:
    """The map itself, framed on its focus, with scale bar and north: in its corner, or at `bar`."""
    theme, axes = page.theme, page.axes(box, zorder=1)
    left, low, right, high = _frame(sheet.focus, box[2], box[3])
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
    _limits(axes, [sheet.territory], theme.colours.ink, 1.2 * page.zoom, 4.5)
    for fill in sheet.fills:
        if shapely.is_empty(fill.shape):
            continue
        if fill.colour:
            axes.add_artist(patch(fill.shape, facecolor=fill.colour, edgecolor="none", zorder=2))
        if fill.hatch:
            axes.add_artist(_hatched(fill.shape, fill.hatch, theme))
    seen = shapely.box(left, low, right, high)
    _limits(axes, _within(sheet.communes, seen), theme.colours.fine_border, 0.3 * page.zoom, 3)
    _limits(axes, _within(sheet.epci, seen), theme.colours.border, 0.8 * page.zoom, 4)
    if sheet.cut:
        axes.add_artist(
            patch(sheet.focus, facecolor="none", edgecolor=theme.colours.ink, lw=1.6, zorder=5)
        )
    scale = box[2] / (right - left)
    taken = _signs(page, axes, sheet, scale)
    if bar is None:
        spot = _corner(page, axes, sheet, scale)
        holder, at = axes, (left + spot[0] / scale, low + spot[1] / scale)
        kept = [spot]
    else:
        kept = []
        holder, at = page.axes((*bar, *CORNER), zorder=3), (left, low)
        holder.set_xlim(left, left + CORNER[0] / scale)
        holder.set_ylim(low, low + CORNER[1] / scale)
        holder.set_axis_off()
    placed = _names(page, axes, sheet, taken, scale, kept)
    if sheet.context is not None:
        over = [*taken, *kept, *placed]
        print_context.draw_names(axes, sheet.context, sheet.territory, over, theme, page.zoom)
    _scale_bar(page, holder, scale, at)
    _north(page, holder, sheet, scale, at)
    return axes


def _frame(focus: Any, across: float, up: float) -> tuple[float, float, float, float]:
    """Bounds of the map on so many millimetres: the focus and a margin, at a round scale."""
    west, south, east, north = shapely.bounds(focus)
    margin = 1.06 * max((east - west) / across, (north - south) / up, 1e-3)
    metres = round_scale(1000 * margin) / 1000  # of ground, in a millimetre
    wide, high = metres * across, metres * up
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _within(polygons: Any, seen: Any) -> Any:
    """Those of which something is seen."""
    every = np.asarray(polygons, object)
    return every[shapely.intersects(shapely.box(*shapely.bounds(every).T), seen)]


def _hatched(shape: Any, hatch: Hatch, theme: Theme) -> PathPatch:
    colour = theme.no_data if hatch == "no_data" else theme.colours.muted
    return patch(
        shape, facecolor="none", edgecolor=colour, linewidth=0, hatch=HATCHES[hatch], zorder=2.5
    )


def _limits(axes: Axes, polygons: Any, colour: str, width: float, order: float) -> None:
    rings = shapely.get_rings(shapely.get_parts(np.asarray(polygons, object)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    lines = np.split(points, np.searchsorted(ring, np.arange(1, len(rings))))
    axes.add_collection(
        LineCollection(lines, colors=colour, linewidths=width, zorder=order), autolim=False
    )


def _signs(page: _Page, axes: Axes, sheet: Sheet, scale: float) -> list[labels.Box]:
    """Draw the places; gives where each stands, millimetres from the map's corner."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    taken: list[labels.Box] = []
    for order, sign in enumerate(sheet.signs):
        points = np.asarray(sign.points, float).reshape(-1, 2)
        sizes = np.broadcast_to(np.asarray(sign.size, float), len(points)) * page.zoom
        inside = (
            (points[:, 0] > west)
            & (points[:, 0] < east)
            & (points[:, 1] > south)
            & (points[:, 1] < north)
        )
        if not inside.any():
            continue
        axes.scatter(
            points[inside, 0],
            points[inside, 1],
            s=(sizes[inside] * paper.MM * 72) ** 2,
            marker=sign.sign,
            facecolor="none" if sign.hollow else sign.colour,
            edgecolor=sign.colour if sign.hollow else page.theme.colours.background,
            linewidth=1.0 if sign.hollow else 0.5,
            zorder=6 + order,
            path_effects=[withStroke(linewidth=2.2, foreground=page.theme.colours.background)]
            if sign.hollow
            else None,
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


def _names(
    page: _Page,
    axes: Axes,
    sheet: Sheet,
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

    needed = sum(name.needed for name in sheet.names)
    placed = labels.place(points, extent, [*taken, *kept], frame, away, MOST_NAMES, needed)
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


def _corner(page: _Page, axes: Axes, sheet: Sheet, scale: float) -> labels.Box:
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


def _scale_bar(page: _Page, axes: Axes, scale: float, at: tuple[float, float]) -> None:
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


def _north(page: _Page, axes: Axes, sheet: Sheet, scale: float, at: tuple[float, float]) -> None:
    """An arrow to true north at the middle of the map."""
    x = sum(axes.get_xlim()) / 2
    y = sum(axes.get_ylim()) / 2
    there, back = _between(sheet.crs, "EPSG:4326"), _between("EPSG:4326", sheet.crs)
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


Row = tuple[Any, list[str], str]  # what is drawn, its words, its count


def _rows(page: _Page, sheet: Sheet, width: float) -> list[Row]:
    rows: list[Row] = []
    every: list[Fill | Signs] = [*sheet.fills]
    for signs in sheet.signs:
        sizes = [replace(signs, label=label, size=size) for label, size in signs.keys]
        every += sizes or [signs]
    for item in every:
        count = item.count if isinstance(item, Fill) else ""
        room = width - 11 * page.zoom
        if count:
            room -= paper.width(count, BODY * page.zoom, page.theme) + 2
        rows.append((item, page.lines(item.label, room, BODY), count))
    return rows


def _legend_height(page: _Page, sheet: Sheet, width: float) -> float:
    """Height of a legend below the map: rows in one column, notes and inset in the other."""
    half = width / 2 - GUTTER
    rows = sum(_row_height(page, row) for row in _rows(page, sheet, half))
    head = len(page.lines(sheet.legend, half, HEADLINE, bold=True)) * page.line(HEADLINE)
    unit = len(page.lines(sheet.unit, half, BODY)) * page.line(BODY) if sheet.unit else 0
    notes = sum(
        len(page.lines(note, half - _inset_size(page) - GUTTER, SMALL + 0.7))
        * page.line(SMALL + 0.7)
        for note in sheet.notes
    )
    return float(max(head + unit + rows + 4, notes + 4, _inset_size(page) + 8))


def _row_height(page: _Page, row: Row) -> float:
    item, lines, _ = row
    high = len(lines) * page.line(BODY) + 1.1 * page.zoom
    if isinstance(item, Signs):
        high = max(high, float(np.max(item.size, initial=0)) * page.zoom + 0.8)
    return float(high)


def _inset_size(page: _Page) -> float:
    return 26.0 * page.zoom


def _legend(
    page: _Page,
    sheet: Sheet,
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
    size = _inset_size(page)
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
        _inset(page, sheet, spot, main)


def _key(page: _Page, board: Axes, item: Fill | Signs, left: float, middle: float) -> None:
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
            board.add_patch(_hatched(shape, item.hatch, page.theme))
        return
    size = float(np.max(item.size, initial=0)) if np.size(item.size) else 2.4
    board.scatter(
        [left + 3.75 * page.zoom],
        [middle],
        s=(min(size, 6.0) * page.zoom * paper.MM * 72) ** 2,
        marker=item.sign,
        facecolor="none" if item.hollow else item.colour,
        edgecolor=item.colour if item.hollow else page.theme.colours.background,
        linewidth=1.0 if item.hollow else 0.5,
    )


@functools.cache
def _between(system: str, other: str) -> Any:
    """What brings coordinates of a system into another; slow to make."""
    from pyproj import Transformer  # noqa: PLC0415 - drawing only

    return Transformer.from_crs(system, other, always_xy=True)


@functools.cache
def _france() -> Any:
    return _moved(france.outline(), _between("EPSG:4326", INSET))


def _in_france(sheet: Sheet) -> bool:
    """Whether the inset can show where the territory is."""
    west, south, east, north = shapely.bounds(sheet.territory)
    to_degrees = _between(sheet.crs, "EPSG:4326")
    return france.holds(*to_degrees.transform((west + east) / 2, (south + north) / 2))


def _moved(shape: Any, transformer: Any) -> Any:
    """A geometry in other coordinates."""

    def move(at: Any) -> Any:
        return np.column_stack(transformer.transform(at[:, 0], at[:, 1]))

    return shapely.transform(shape, move)


def _inset(page: _Page, sheet: Sheet, box: tuple[float, float, float, float], main: Axes) -> None:
    """Where the territory is in metropolitan France; nothing where the outline cannot show it."""
    if not _in_france(sheet):
        return
    both = _between(sheet.crs, INSET)
    whole = _france()
    axes = page.axes(box, zorder=3)
    theme = page.theme
    axes.add_artist(
        patch(whole, facecolor=theme.colours.outside, edgecolor=theme.colours.muted, lw=0.5)
    )
    place = shapely.simplify(sheet.territory, 2000)
    shown = _moved(place, both)
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
