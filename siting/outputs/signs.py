"""One system of signs for paper, charts and QGIS, the same as on the screen.

A facility is a white disc in a dark ring, dotted where it is open only now and then (a bus, a
round), small where it stands and opens a few hours a week, small and grey where the study does not
count it; a candidate is a full disc with its rank; a chosen site is a full square. What a model
spread is hatched finely, falling; what is not known is hatched widely, rising. The page's own sheet
(`browser/map/map.css`) draws them likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from siting.outputs.theme import Theme

Meaning = Literal["facility", "part_time", "few_hours", "uncounted", "candidate", "chosen"]
PART_TIME = ("bus", "itinerant")
"""Kinds of facilities that are not always open where they stand."""


@dataclass(frozen=True)
class Sign:
    """How a place is drawn.

    Attributes
    ----------
    shape
        `circle` or `square`.
    face, edge
        Colours of its inside and its outline.
    line
        Points of the outline.
    size
        Millimetres across.
    dotted
        Whether the outline is dotted.
    """

    shape: Literal["circle", "square"]
    face: str
    edge: str
    line: float
    size: float
    dotted: bool = False

    @property
    def marker(self) -> str:
        """As matplotlib names its shape."""
        return "o" if self.shape == "circle" else "s"


def of(meaning: Meaning, theme: Theme) -> Sign:
    """The sign of a meaning, in the colours of a theme."""
    colours = theme.colours
    paper, ink = colours.background, colours.facility
    return {
        "facility": Sign("circle", paper, ink, 1.3, 2.3),
        "part_time": Sign("circle", paper, ink, 1.1, 2.3, dotted=True),
        "few_hours": Sign("circle", paper, ink, 0.9, 1.5),
        "uncounted": Sign("circle", paper, colours.muted, 0.7, 1.5),
        "candidate": Sign("circle", colours.candidate, paper, 0.5, 4.2),
        "chosen": Sign("square", colours.candidate, paper, 0.8, 4.4),
    }[meaning]
