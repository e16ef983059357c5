"""The look of maps in one place: classes, palette, words that go with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Classes of travel time and their colours.

    Attributes
    ----------
    classes
        Upper bounds of the classes in minutes, increasing; the last class is what lies beyond.
    palette
        One colour a class, near to far, from light to dark: it reads in grey and without colour
        vision (ColorBrewer's YlGnBu, 5 classes).
    no_data
        Colour of the hatching where there is no time.
    """

    classes: tuple[float, ...] = (10, 20, 30, 45)
    palette: tuple[str, ...] = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
    no_data: str = "#8a8a8a"


DEFAULT = Theme()
