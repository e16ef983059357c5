"""Names on a map, placed so that none touches another, a sign or the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Box = tuple[float, float, float, float]  # left, bottom, right, top
FARTHER = (2.5, 5.0, 8.0, 12.0, 16.0, 20.0)  # millimetres that a needed name may stand farther off
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
        Where no name may stand (signs, other names).
    frame
        Names stay inside it.
    gap
        Between a point and its name; the half of its sign and some air.
    most
        Names placed, at most.
    needed
        How many of the first names are placed farther off where no side is free.
    """
    full = list(taken)
    placed: list[Placed] = []
    for index, point in enumerate(points):
        if len(placed) >= most:
            break
        near = gap(index)
        tries = [(near, full)]
        if index < needed:  # farther off, and at last over signs, never over a name
            tries += [(near + step, full) for step in FARTHER]
            tries += [(near, [name.box for name in placed])]
        for away, others in tries:
            boxes = (_beside(point, size(index), away, side) for side in SIDES)
            free = [
                box
                for box in boxes
                if inside(box, frame) and not any(overlap(box, other) for other in others)
            ]
            if free:
                full.append(free[0])
                placed.append(Placed(index, free[0], away > near))
                break
    return placed


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
