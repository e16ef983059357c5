"""Names on a map, placed so that none touches another, a sign or the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Box = tuple[float, float, float, float]  # left, bottom, right, top
FARTHER = (0.0, 1.5, 3.0, 4.5)  # millimetres that a needed name may stand farther off
PRICE = 8.0  # square millimetres of signs that a needed name may hide to come a millimetre nearer
CLEAR = 0.6  # millimetres between a name and the sign of another
DOT = 0.9  # millimetres around a named place
# right, left, above, below, then the corners: the order in which the eye likes them
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True)
class Placed:
    """A name that found its place.

    Attributes
    ----------
    index
        Of the name.
    box
        Where it stands.
    away
        Whether it stands so far from its point that a leader must join them.
    """

    index: int
    box: Box
    away: bool = False


def place(
    points: Sequence[tuple[float, float]],
    size: Callable[[int], tuple[float, float]],
    taken: Sequence[Box],
    frame: Box,
    gap: Callable[[int], float],
    most: int,
    needed: int = 0,
    closed: Sequence[Box] = (),
) -> list[Placed]:
    """Place names beside their points, the first ones first; those without room are left out.

    Greedy over eight sides: with names in order of weight it leaves out few, and it is the same
    each time.

    Parameters
    ----------
    points
        Of the names.
    size
        Width and height of a name.
    taken
        Where signs stand; a name keeps clear of those that are not its own.
    frame
        Names stay inside it.
    gap
        Between a point and its name; the half of its sign and some air.
    most
        Names placed, at most.
    needed
        How many of the first names are placed where no side is free: a little farther off, or over
        signs where that hides less.
    closed
        Where not even a needed name may stand.
    """
    full = [*taken, *closed]
    names: list[Box] = list(closed)
    placed: list[Placed] = []
    for index, point in enumerate(points):
        if len(placed) >= max(most, needed):
            break
        near = gap(index)
        wide_high = size(index)
        free = [box for box in _around(point, wide_high, near, frame) if inside(box, frame)]
        beside = [other for other in full if not _holds(other, point)]
        box = next(
            (
                box
                for box in free
                if not _crowded(_grown(box, CLEAR), beside) and not _crowded(box, full)
            ),
            None,
        )
        away = False
        if index < needed and box is None:
            box, away = _least_hidden(point, wide_high, near, (taken, names), frame)
        elif index >= needed and any(_holds(name, point) for name in names):
            continue  # its place is under another's name
        if box is not None:
            x, y = point
            full += [box, (x - DOT, y - DOT, x + DOT, y + DOT)]
            names.append(box)
            placed.append(Placed(index, box, away))
    return placed


def _least_hidden(
    point: tuple[float, float],
    size: tuple[float, float],
    near: float,
    boxes: tuple[Sequence[Box], Sequence[Box]],
    frame: Box,
) -> tuple[Box | None, bool]:
    """Where a needed name hides least of the signs, near its place, over no name; whether away."""
    taken, names = boxes
    best: tuple[float, Box, bool] | None = None
    for step in FARTHER:
        for box in _around(point, size, near + step, frame):
            if not inside(box, frame) or _crowded(box, names):
                continue
            price = sum(_shared(box, other) for other in taken) + PRICE * step
            if best is None or price < best[0]:
                best = (price, box, step > 0)
    return (None, False) if best is None else best[1:]


def _around(
    point: tuple[float, float], size: tuple[float, float], away: float, frame: Box
) -> Iterator[Box]:
    """Boxes of a name on each side of its point; above and below they slide into the frame."""
    for side in SIDES:
        left, low, right, top = _beside(point, size, away, side)
        if side[0] == 0:
            slide = max(frame[0] - left, 0.0) - max(right - frame[2], 0.0)
            slide = min(max(slide, -size[0] / 2), size[0] / 2)  # still over its point
            left, right = left + slide, right + slide
        yield (left, low, right, top)


def _crowded(box: Box, others: Sequence[Box]) -> bool:
    return any(overlap(box, other) for other in others)


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _shared(box: Box, other: Box) -> float:
    """Area that two boxes share."""
    wide = min(box[2], other[2]) - max(box[0], other[0])
    high = min(box[3], other[3]) - max(box[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def _beside(
    point: tuple[float, float], size: tuple[float, float], away: float, side: tuple[int, int]
) -> Box:
    """Box of a name on a side of its point."""
    (x, y), (wide, high), (across, up) = point, size, side
    left = x + away if across > 0 else x - away - wide if across < 0 else x - wide / 2
    shift = away if across == 0 else away / 2
    low = y + shift if up > 0 else y - shift - high if up < 0 else y - high / 2
    return (left, low, left + wide, low + high)


def nearest(box: Box, point: tuple[float, float]) -> tuple[float, float]:
    """Give the place of a box that is nearest to a point."""
    return (
        min(max(point[0], box[0]), box[2]),
        min(max(point[1], box[1]), box[3]),
    )


def overlap(box: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def inside(box: Box, frame: Box) -> bool:
    """Whether a box lies within another."""
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
