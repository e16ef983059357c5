"""A page of paper measured in millimetres: its margins, its letters, its lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siting.outputs import paper

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from siting.outputs.paper import Paper
    from siting.outputs.theme import Theme
MARGIN = 8.0  # millimetres around the page
GUTTER = 4.0
TITLE, HEADLINE, BODY, SMALL = 13.0, 9.5, 7.5, 5.8  # points
LINE = 0.44  # millimetres of a line for each point of its letters
ASCENT = 0.33  # millimetres above the base line, likewise


@dataclass(frozen=True)
class PrintPage:
    """A figure measured in millimetres from its lower left corner."""

    figure: Figure
    size: Paper
    theme: Theme
    zoom: float

    def axes(self, box: tuple[float, float, float, float], **look: Any) -> Axes:
        """Axes in a box: left, low, width, height."""
        left, low, wide, high = box
        w, h = self.size.width, self.size.height
        made: Axes = self.figure.add_axes((left / w, low / h, wide / w, high / h), **look)
        return made

    def text(self, x: float, y: float, wording: str, size: float, **look: Any) -> Text:
        """Write a line at a place, letters of a size in points."""
        made: Text = self.figure.text(
            x / self.size.width, y / self.size.height, wording, fontsize=size * self.zoom, **look
        )
        return made

    def lines(self, wording: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """Cut a text into lines of a width."""
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
