"""Names on a map, placed so that none touches another, a sign or the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Box = tuple[float, float, float, float]  # left, bottom, right, top
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
    """

    index: int
    box: Box


def place(
    points: Sequence[tuple[float, float]],
    size: Callable[[int], tuple[float, float]],
    taken: Sequence[Box],
    frame: Box,
    gap: Callable[[int], float],
    most: int,
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
    """
    full = list(taken)
    placed: list[Placed] = []
    for index, (x, y) in enumerate(points):
        if len(placed) >= most:
            break
        wide, high = size(index)
        away = gap(index)
        for across, up in SIDES:
            left = x + away if across > 0 else x - away - wide if across < 0 else x - wide / 2
            shift = away if across == 0 else away / 2
            low = y + shift if up > 0 else y - shift - high if up < 0 else y - high / 2
            box = (left, low, left + wide, low + high)
            if inside(box, frame) and not any(overlap(box, one) for one in full):
                full.append(box)
                placed.append(Placed(index, box))
                break
    return placed


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def inside(box: Box, frame: Box) -> bool:
    """Whether a box lies within another."""
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
