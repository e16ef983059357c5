"""The background of a print map: neighbours, water, roads and railways below; their names last."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke

from siting.outputs import context as look
from siting.outputs import labels, paper
from siting.outputs.print_shapes import patch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from siting.outputs.context import Context
    from siting.outputs.theme import Theme

UNDER, OVER = 0.5, 2.8  # order of drawing: under everything; over the fills, under limits
LETTERS = 5.4  # points of towns and road numbers
MOST_TOWNS = 16
NUMBERED = re.compile(r"[AN]\d+")  # motorways and national roads bear their number
SHIFTS = (0.0, 5.0, -5.0, 10.0, -10.0)  # millimetres up from the middle of a département
ROOM = 9.0  # millimetres around the middle of a département's name, at least


def draw_ground(axes: Axes, context: Context, zoom: float) -> None:
    """Neighbours in grey, water, railways and main roads; inside the territory, lines only."""
    seen = _seen(axes)
    if context.departements is not None:
        for shape in _clipped(context.departements.geometry, seen):
            axes.add_artist(
                patch(
                    shape, facecolor=look.NEIGHBOUR, edgecolor=look.NEIGHBOUR_BORDER,
                    lw=0.6 * zoom, zorder=UNDER,
                )
            )  # fmt: skip
    if context.lakes is not None:
        for shape in _clipped(context.lakes.geometry, seen):
            axes.add_artist(patch(shape, facecolor=look.WATER, edgecolor="none", zorder=OVER))
    if context.rivers is not None:
        main = context.rivers["class"].eq("river_main").to_numpy()
        for chosen, width in ((~main, 0.4), (main, 0.7)):
            _lines(axes, context.rivers.geometry[chosen], seen, look.WATER_LINE, width * zoom)
    if context.railways is not None:
        _lines(
            axes,
            context.railways.geometry,
            seen,
            look.RAILWAY,
            0.5 * zoom,
            linestyles=(0, (4, 1.5)),
        )
    if context.roads is not None:
        large = context.roads["class"].isin(look.MOTORWAYS).to_numpy()
        for chosen, width in ((~large, 0.5), (large, 1.0)):
            _lines(axes, context.roads.geometry[chosen], seen, look.ROAD, width * zoom)


def draw_names(
    axes: Axes, context: Context, territory: Any, taken: list[labels.Box], theme: Theme, zoom: float
) -> None:
    """Names of neighbours, towns beyond the border and numbers of roads, where there is room.

    Parameters
    ----------
    taken
        Where something stands, millimetres from the map's corner.
    """
    seen = _seen(axes)
    scale = _millimetres(axes)
    boxes = list(taken)
    if context.departements is not None:
        boxes += _departements(axes, context.departements, (seen, territory), boxes, theme, zoom)
    if context.roads is not None:
        boxes += _numbers(axes, context.roads, seen, boxes, theme, zoom)
    if context.towns is None:
        return
    points = shapely.get_coordinates(context.towns.geometry.to_numpy())
    west, south = shapely.bounds(seen)[:2]
    beyond = shapely.intersects_xy(seen, points) & ~shapely.intersects_xy(territory, points)
    places = points[beyond]
    names = context.towns["name"].to_numpy(object)[beyond]
    at = [tuple(xy) for xy in (places - [west, south]) * scale]
    size = LETTERS * zoom
    placed = labels.place(
        at,
        lambda i: (paper.width(names[i], size, theme) + 0.6, 0.44 * size),
        boxes,
        _frame(axes, scale),
        lambda _: 1.1 * zoom,
        MOST_TOWNS,
    )
    for label in placed:
        x, y = places[label.index]
        axes.plot(
            [x], [y], "o", markersize=1.7 * zoom, color="none", markeredgecolor=look.TOWN,
            markeredgewidth=0.5, zorder=OVER,
        )  # fmt: skip
        left = west + (label.box[0] + 0.3) / scale
        middle = south + (label.box[1] + label.box[3]) / 2 / scale
        _write(axes, (left, middle), names[label.index], size, look.WORDS, ha="left")


def draw_neighbours(
    axes: Axes, areas: Any, focus: Any, taken: list[labels.Box], theme: Theme, zoom: float
) -> list[labels.Box]:
    """Name the areas beside the focus (`name,geometry`); gives where the names stand."""
    return _departements(axes, areas, (_seen(axes), focus), taken, theme, zoom)


def _departements(
    axes: Axes,
    around: Any,
    shapes: tuple[Any, Any],
    taken: Sequence[labels.Box],
    theme: Theme,
    zoom: float,
) -> list[labels.Box]:
    """Write each neighbour's name in the middle of what is seen of it."""
    seen, territory = shapes
    scale = _millimetres(axes)
    west, south, east, _ = shapely.bounds(seen)
    across = (east - west) * scale
    boxes: list[labels.Box] = []
    for name, shape in zip(around["name"], around.geometry, strict=True):
        free = shapely.difference(shapely.intersection(shape, seen), territory)
        if shapely.contains(shape, shapely.point_on_surface(territory)) or shapely.is_empty(free):
            continue
        circle = shapely.maximum_inscribed_circle(free, tolerance=500)
        middle, edge = (shapely.get_coordinates(circle) - [west, south]) * scale
        radius = float(np.hypot(*(edge - middle)))
        if radius < ROOM * zoom / 2:
            continue
        letters = ((" ".join(name.upper()), 7.5 * zoom), (name, 6.2 * zoom))
        for (text, size), shift in itertools.product(letters, SHIFTS):
            half = paper.width(text, size, theme) / 2 + 0.5
            x = float(np.clip(middle[0], half + 1, max(across - half - 1, half + 1)))
            y = float(middle[1]) + shift * zoom
            box = (x - half, y - 0.25 * size, x + half, y + 0.25 * size)
            corners = np.array(box).reshape(2, 2) / scale + np.array([west, south])
            ground = shapely.box(*corners.ravel())
            if half > 2.4 * radius or abs(shift) * zoom > radius:
                continue
            crowded = any(labels.overlap(box, other) for other in (*taken, *boxes))
            if not crowded and not shapely.intersects(territory, ground):
                boxes.append(box)
                at = (west + x / scale, south + y / scale)
                _write(axes, at, text, size, look.WORDS, ha="center")
                break
    return boxes


def _numbers(
    axes: Axes, roads: Any, seen: Any, taken: Sequence[labels.Box], theme: Theme, zoom: float
) -> list[labels.Box]:
    """Write a road's number at the middle of the longest part that is seen of it."""
    scale = _millimetres(axes)
    west, south = shapely.bounds(seen)[:2]
    size = LETTERS * zoom
    frame = _frame(axes, scale)
    boxes: list[labels.Box] = []
    for name, shape in zip(roads["name"], roads.geometry, strict=True):
        number = NUMBERED.match(name)
        parts = shapely.get_parts(shapely.line_merge(shapely.intersection(shape, seen)))
        if number is None or not len(parts):
            continue
        longest = parts[int(np.argmax(shapely.length(parts)))]
        wide, high = paper.width(number[0], size, theme) + 1.4, 0.55 * size
        for along in (0.5, 0.35, 0.65, 0.2, 0.8):
            at = shapely.line_interpolate_point(longest, along, normalized=True)
            x, y = ((shapely.get_coordinates(at)[0] - [west, south]) * scale).tolist()
            box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if labels.inside(box, frame) and not any(
                labels.overlap(box, other) for other in (*taken, *boxes)
            ):
                boxes.append(box)
                where = (west + x / scale, south + y / scale)
                shield = {
                    "boxstyle": "square,pad=0.18",
                    "fc": "#ffffff",
                    "ec": look.ROAD,
                    "lw": 0.4,
                }
                _write(axes, where, number[0], size, look.SHIELD, ha="center", bbox=shield)
                break
    return boxes


def _write(
    axes: Axes, at: tuple[float, float], text: str, size: float, colour: str, **style: Any
) -> None:
    halo = [withStroke(linewidth=1.6, foreground="#ffffffb0")]
    axes.text(
        *at, text, fontsize=size, color=colour, va="center", gid="context", zorder=5.4,
        clip_on=True, path_effects=halo, **style,
    )  # fmt: skip


def _lines(axes: Axes, shapes: Any, seen: Any, colour: str, width: float, **style: Any) -> None:
    parts = shapely.get_parts(shapely.intersection(shapes.to_numpy(), seen))
    lines = [shapely.get_coordinates(part) for part in parts if not shapely.is_empty(part)]
    axes.add_collection(
        LineCollection(lines, colors=colour, linewidths=width, zorder=OVER, **style), autolim=False
    )


def _clipped(shapes: Any, seen: Any) -> list[Any]:
    cut = shapely.intersection(shapes.to_numpy(), seen)
    return [shape for shape in cut if not shapely.is_empty(shape)]


def _seen(axes: Axes) -> Any:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    return shapely.box(west, south, east, north)


def _millimetres(axes: Axes) -> float:
    """Millimetres of paper in a metre of ground."""
    west, east = axes.get_xlim()
    figure: Any = axes.figure
    return float(axes.get_position().width * figure.get_figwidth() / paper.MM / (east - west))


def _frame(axes: Axes, scale: float) -> labels.Box:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    return (1.0, 1.0, (east - west) * scale - 1, (north - south) * scale - 1)
