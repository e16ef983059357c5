"""What a deck of slides is made of: each tells one finding, beside one picture, chart or table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from siting.outputs.documents.model import Titled

if TYPE_CHECKING:
    from siting.outputs.documents.model import DocumentColumn, Look


@dataclass(frozen=True)
class SlidePicture:
    """A picture, and what it tells for who does not see it."""

    png: bytes
    alternative: str


@dataclass(frozen=True)
class SlideSeries:
    """Values of a chart under one name and colour; None where one is not known."""

    name: str
    values: tuple[float | None, ...]
    colour: str


@dataclass(frozen=True)
class SlideChart:
    """A chart whose numbers can be edited in the deck.

    Attributes
    ----------
    kind
        `bars`, `stacked` bars, or `lines` over `positions`.
    categories
        Names of the bars, the first one on top; none for lines.
    positions
        Of the values of lines along the axis.
    form
        How values are written, as spreadsheets say it: `0.0" %"`.
    axis, along
        What the values are, and what the positions of lines are.
    alternative
        What it tells, for who does not see it.
    most, step
        End of the axis of values, and between two of its marks; 0: as the values ask.
    """

    kind: Literal["bars", "stacked", "lines"]
    categories: tuple[str, ...]
    series: tuple[SlideSeries, ...]
    form: str
    axis: str
    alternative: str
    positions: tuple[float, ...] = ()
    along: str = ""
    most: float = 0.0
    step: float = 0.0


@dataclass(frozen=True)
class SlideTable:
    """A table of texts already written as the language does; rows in `strong` stand out."""

    columns: tuple[DocumentColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    alternative: str
    strong: tuple[int, ...] = ()


@dataclass(frozen=True)
class SlideTiles:
    """Large figures, each with its words."""

    tiles: tuple[tuple[str, str], ...]


SlideBody = SlidePicture | SlideChart | SlideTable | SlideTiles


@dataclass(frozen=True)
class Slide:
    """A slide.

    Attributes
    ----------
    title
        The finding, as a sentence.
    body
        What shows it; None: the points alone.
    points
        Sentences beside it.
    reserve
        What of it is modelled, at the foot; empty: nothing.
    notes
        Paragraphs for who speaks: how it was computed, sources.
    """

    title: str
    body: SlideBody | None
    points: tuple[str, ...] = ()
    reserve: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeckWords:
    """Words that the writer adds.

    Attributes
    ----------
    title_slide, content_slide
        Names of the two layouts.
    prompt
        What an empty title asks for.
    more
        Title of a slide that goes on with the one before, with `{title}`.
    """

    title_slide: str
    content_slide: str
    prompt: str
    more: str


@dataclass(frozen=True)
class Deck(Titled):
    """A deck of slides."""

    slides: tuple[Slide, ...]
    words: DeckWords
    look: Look
