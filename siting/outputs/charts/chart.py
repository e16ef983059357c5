"""A chart: what it shows, in a figure, in a table and in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from siting.outputs import paper
from siting.outputs.theme import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.figure import Figure

    from siting.outputs.paper import Kind
    from siting.outputs.theme import Theme
WIDTH, HEIGHT = 160.0, 100.0  # millimetres: the text's width on A4
HEAD, FOOT = 10.0, 6.5  # points of titles and notes


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes
    ----------
    name
        Of its files.
    title, alt
        Title, and what it shows in words.
    table
        The numbers that are drawn.
    readable
        The same as a reader's table: headings and numbers in the current language.
    paint
        Draws it on a figure.
    width, height
        Millimetres, without title and note.
    note
        Sources, and what is modelled.
    """

    name: str
    title: str
    alt: str
    table: pd.DataFrame
    readable: pd.DataFrame
    paint: Callable[[Figure, Theme], None]
    width: float = WIDTH
    height: float = HEIGHT
    note: str = ""

    def figure(self, theme: Theme = DEFAULT, *, titled: bool = True) -> Figure:
        """Draw it; without its title and note where a document says them beside it."""
        with paper.style(theme):
            head, foot = [], []
            if titled:
                head = paper.wrap(self.title, self.width - 8, HEAD, theme, bold=True)
                foot_text = " ".join(filter(None, (self.note, theme.editor)))
                foot = paper.wrap(foot_text, self.width - 8, FOOT, theme) if foot_text else []
            above = 4.6 * len(head) + 3 if head else 1.0
            below = 2.9 * len(foot) + 2 if foot else 1.0
            high = self.height + above + below
            figure = paper.blank(self.width, high)
            figure.set_layout_engine(
                "constrained", rect=(0.01, below / high, 0.98, self.height / high)
            )
            self.paint(figure, theme)
            _lines(figure, head, 1 - 3 / high, HEAD, weight="bold", va="top")
            _lines(figure, foot, 2 / high, FOOT, color=theme.colours.muted, va="bottom")
            return figure

    def render(
        self, kind: Kind = "png", theme: Theme = DEFAULT, *, titled: bool = True, dpi: int = 300
    ) -> bytes:
        """Give the bytes of a PNG, SVG or PDF file, the same each time."""
        return paper.render(
            self.figure(theme, titled=titled), kind, theme, dpi=dpi, title=self.title
        )

    def noted(self, note: str) -> Chart:
        """The same with a note."""
        return replace(self, note=note)


def _lines(figure: Figure, lines: list[str], high: float, size: float, **look: Any) -> None:
    if lines:
        figure.text(0.02, high, "\n".join(lines), fontsize=size, ha="left", **look)
