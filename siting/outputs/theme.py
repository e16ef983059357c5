"""The look of maps, charts and documents in one place: a theme, which a YAML file replaces.

The neutral theme is `DEFAULT`; `configs/themes/neutral.yaml` says the same with a comment for each
key, to be copied. A study names its own under `theme:`.

Colours go from light to dark with what they tell, so that they read in grey and without colour
vision; where they cannot (kinds of things), a sign, a line style or a hatching goes with them.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

MOST_CLASSES = 7
READABLE = 4.5  # contrast of text, WCAG 2.1, 1.4.3
APART = 8.0  # difference of lightness (CIE L*) under which two classes look alike in grey


def _resolve(value: Any, info: ValidationInfo) -> Any:
    """A path of a theme file, relative to the file that says it."""
    base = getattr(value, "base", None) or (info.context or {}).get("base")
    return (base / value).resolve() if base is not None and isinstance(value, str) else value


File = Annotated[Path, BeforeValidator(_resolve)]
HEXADECIMAL = re.compile(r"#[0-9a-fA-F]{6}")


def _colour(value: str) -> str:
    if not HEXADECIMAL.fullmatch(value):
        raise ValueError("colour")
    return value.lower()


Colour = Annotated[str, AfterValidator(_colour)]
Bounds = tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...]


def lightness(colour: str) -> float:
    """Lightness of a colour, CIE L* of 0 (black) to 100 (white)."""
    y = luminance(colour)
    return float(116 * math.cbrt(y) - 16 if y > (6 / 29) ** 3 else y * (29 / 3) ** 3)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.1's definition, sRGB)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(colour: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.1)."""
    dark, light = sorted((luminance(colour), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


class _Part(BaseModel):
    """A part of a theme: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fonts(_Part):
    """Families of letters, in order of preference: the first that is there is used."""

    paper: tuple[str, ...] = Field(("DejaVu Sans",), description="of print maps and charts")
    screen: tuple[str, ...] = Field(
        ("system-ui", "Segoe UI", "Roboto", "Liberation Sans", "Arial", "sans-serif"),
        description="of pages, as CSS takes them",
        min_length=1,
    )
    document: str = Field("Arial", description="of the report", min_length=1)
    files: tuple[File, ...] = Field((), description="TTF or OTF files that hold such families")


class Colours(_Part):
    """Colours that tell no quantity."""

    ink: Colour = Field("#1a1a1a", description="text and outlines")
    muted: Colour = Field("#595959", description="secondary text")
    background: Colour = Field("#ffffff", description="paper")
    outside: Colour = Field("#e6e6e6", description="what lies around the territory")
    border: Colour = Field("#4d4d4d", description="limits of EPCI")
    fine_border: Colour = Field("#bdbdbd", description="limits of communes")
    accent: Colour = Field("#0b4f8a", description="headings and links")
    facility: Colour = Field("#000000", description="facilities that stand")
    candidate: Colour = Field("#b3261a", description="candidate sites and chosen ones")
    before: Colour = Field("#b0b0b0", description="before the plan")
    after: Colour = Field("#0b4f8a", description="after the plan")
    no_data: Colour = Field("#8a8a8a", description="hatching where nothing is known")

    @model_validator(mode="after")
    def _readable(self) -> Colours:
        for name in ("ink", "muted", "accent"):
            if contrast(getattr(self, name), self.background) < READABLE:
                raise ValueError("colours_contrast")
        return self


class Theme(_Part):
    """Classes, colours, letters, and whose map it is."""

    name: str = Field("neutral", min_length=1)
    editor: str = Field("", description="who publishes, printed on every page")
    logo: File | None = Field(None, description="PNG or JPEG file")
    classes: Bounds = Field(
        (10, 20, 30, 45), min_length=1, description="upper bounds of travel time, minutes"
    )
    palette: tuple[Colour, ...] = Field(
        validate_default=True,
        default=("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"),
        description="one colour a class and one beyond (ColorBrewer YlGnBu)",
    )
    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        (0.2, 0.4, 0.6, 0.8), min_length=1, description="upper bounds of shares"
    )
    share_palette: tuple[Colour, ...] = Field(
        validate_default=True,
        default=("#62338f", "#9468b5", "#bb9fd3", "#dccbe8", "#fbf6fd"),
        description="one colour a class of shares, and one beyond; dark where fewest are served",
    )
    quadrants: tuple[Colour, Colour, Colour, Colour] = Field(
        ("#f3f1e6", "#e8b36a", "#5a94c6", "#3b2a63"),
        description="near and connected, near not connected, far but connected, far and not",
    )
    categories: tuple[Colour, ...] = Field(
        ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#4d4d4d"),
        min_length=3,
        description="kinds of things, never without a sign beside (Okabe and Ito)",
    )
    colours: Colours = Colours()
    fonts: Fonts = Fonts()

    @property
    def no_data(self) -> str:
        """Colour of the hatching where nothing is known."""
        return self.colours.no_data

    @field_validator("classes", "shares")
    @classmethod
    def _increasing(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("not_increasing")
        if len(value) >= MOST_CLASSES:
            raise ValueError("too_many_classes")
        return value

    @field_validator("palette", "share_palette")
    @classmethod
    def _one_colour_a_class(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        bounds = info.data.get("classes" if info.field_name == "palette" else "shares")
        if bounds is not None and len(value) != len(bounds) + 1:
            raise ValueError(f"{info.field_name}_length")
        return value

    def alike_in_grey(self) -> list[tuple[str, str]]:
        """Neighbouring colours of the two scales that a grey print cannot tell apart."""
        scales = (self.palette, self.share_palette)
        return [
            (colour, other)
            for scale in scales
            for colour, other in pairwise(scale)
            if abs(lightness(colour) - lightness(other)) < APART
        ]


def ink_on(fill: str, theme: Theme) -> str:
    """The theme's ink, or white, whichever reads better on a colour."""
    ink = theme.colours.ink
    return ink if contrast(ink, fill) >= contrast("#ffffff", fill) else "#ffffff"


DEFAULT = Theme()
