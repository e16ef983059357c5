"""What is on a map for paper, in plain geometry: areas, places, names, and the words around them.

Coordinates are metric (the study's system), so that a millimetre of paper is the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from siting.outputs.context import Context
    from siting.outputs.signs import Sign
Hatch = Literal["", "no_data", "modelled", "alternate"]


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
        Row of the legend; `{count}` is how many of them are in the frame.
    points
        Metres, shape (places, 2).
    look
        How each is drawn.
    size
        Millimetres across one a place, where it is not that of the look.
    numbers
        Written inside each sign, where any.
    keys
        Rows of the legend where sizes tell quantities: words, millimetres; one of `label` where
        empty.
    """

    label: str
    points: Any
    look: Sign
    size: Any = None
    numbers: tuple[str, ...] = ()
    keys: tuple[tuple[str, float], ...] = ()

    @property
    def sizes(self) -> Any:
        """Millimetres across of each place."""
        size = self.look.size if self.size is None else self.size
        return np.broadcast_to(np.asarray(size, float), len(self.places))

    @property
    def places(self) -> Any:
        """Metres, shape (places, 2)."""
        return np.asarray(self.points, float).reshape(-1, 2)

    def within(self, bounds: tuple[float, float, float, float]) -> Any:
        """Whether each place is inside a frame (west, south, east, north)."""
        x, y = self.places.T
        west, south, east, north = bounds
        return (x > west) & (x < east) & (y > south) & (y < north)


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
class PrintSheet:
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
    neighbours
        `name,geometry` of the areas beside the focus, to be named where they are seen.
    scale
        Denominator that it shares with a series; 0: the largest round scale that fits.
    subject
        What it is of beside its theme: a plan; empty where the theme says it.
    context
        What lies around and under it, in the same system; None: nothing is known.
    panels
        Sheets that it shows side by side at one scale, each under its subject and its sentence,
        with one legend; empty: it is one map.
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
    neighbours: Any = None
    context: Context | None = None
    subject: str = ""
    scale: float = 0.0
    panels: tuple[PrintSheet, ...] = ()
