"""What print maps and charts share: sheets of paper, letters, files that are the same each time.

Figures are drawn by matplotlib's Agg, SVG and PDF canvases directly; no display is ever asked for.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, get_args

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.textpath import TextPath, text_to_path
from matplotlib.transforms import Affine2D
from PIL import Image

from siting.errors import ConfigError
from siting.outputs import pixels
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from siting.outputs.theme import Theme

Kind = Literal["png", "svg", "pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DPI = 300
MM = 1 / 25.4  # inches
SAFE = 1.015  # letters are a little wider on a grid of dots than by themselves
FALLBACK = "DejaVu Sans"  # comes with matplotlib
METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "siting"},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "siting", "Producer": "siting"},
}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Paper:
    """A sheet of paper, millimetres."""

    name: str
    width: float
    height: float

    @property
    def landscape(self) -> bool:
        """Whether it is wider than high."""
        return self.width > self.height


SIZES = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}


def paper(size: str = "A4", *, landscape: bool = False) -> Paper:
    """Give a sheet; raises KeyError for a size that is not in `SIZES`."""
    short, long = SIZES[size]
    return Paper(size, long, short) if landscape else Paper(size, short, long)


def family(theme: Theme) -> str:
    """First family of letters of the theme that is on this machine, else DejaVu Sans.

    Families that are missing before it are said in the log, as is the one that is used.

    Raises
    ------
    ConfigError
        A font file of the theme cannot be read.
    """
    for file in theme.fonts.files:
        _add(file)
    used, missing = letters(theme)
    if missing:
        log.warning(t("theme.font_missing", names=", ".join(missing), used=used))
    return used


def letters(theme: Theme) -> tuple[str, tuple[str, ...]]:
    """Family of letters that is used for a theme, and those before it that are not here."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    wanted = theme.fonts.paper
    used = next((name for name in wanted if name in there), FALLBACK)
    return used, tuple(wanted[: wanted.index(used)] if used in wanted else wanted)


def _add(file: Path) -> None:
    if any(font.fname == str(file) for font in font_manager.fontManager.ttflist):
        return
    try:
        font_manager.fontManager.addfont(file)
    except (OSError, RuntimeError) as error:
        raise ConfigError("font_not_readable", path=file, detail=error) from error


@contextlib.contextmanager
def style(theme: Theme) -> Iterator[None]:
    """Draw in the look of a theme, whatever the user's own matplotlib settings are."""
    ink = theme.colours.ink
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": [family(theme)],
                "font.size": 8,
                "text.color": ink,
                "axes.edgecolor": theme.colours.muted,
                "axes.labelcolor": ink,
                "axes.linewidth": 0.6,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.axisbelow": True,
                "xtick.color": theme.colours.muted,
                "ytick.color": theme.colours.muted,
                "xtick.labelcolor": ink,
                "ytick.labelcolor": ink,
                "figure.facecolor": theme.colours.background,
                "axes.facecolor": theme.colours.background,
                "savefig.facecolor": theme.colours.background,
                "hatch.linewidth": 0.4,
                "path.simplify": True,
                "text.hinting": "none",  # as wide at any number of dots
                "svg.fonttype": "path",  # the same picture where the letters are not installed
                "svg.hashsalt": "siting",
                "pdf.compression": 4,  # a few per cent larger, twice as fast
                "pdf.fonttype": 42,  # letters that can be searched and copied
                "text.parse_math": False,  # a name may hold a dollar
            }
        )
        yield


def wrap(
    wording: str, width_mm: float, size: float, theme: Theme, *, bold: bool = False
) -> list[str]:
    """Cut a text into lines that fit a width; longer words are cut after their hyphens.

    Quotation marks, colons and the like stay with their word, and the lines of a bold text (a
    title) are made about as long as each other.

    Parameters
    ----------
    size
        Of the letters, points.
    """
    lines = _cut(wording, width_mm, size, letters(theme)[0], bold=bold)
    if not bold or len(lines) < 2:
        return lines
    even = lines
    for percent in range(95, 45, -5):
        tried = _cut(wording, width_mm * percent / 100, size, letters(theme)[0], bold=bold)
        if len(tried) > len(lines):
            break
        even = tried
    return even


TIED = re.compile(r"(?<=[«]) | (?=[»:;?!%€])|(?<=\d) (?=(?:min|km|m|h)\b)")


def _cut(wording: str, width_mm: float, size: float, name: str, *, bold: bool) -> list[str]:
    space = _wide(" ", name, size, bold)
    lines: list[str] = []
    used = 0.0
    for word in TIED.sub("\u00a0", wording).split(" "):
        wide = _wide(word, name, size, bold)
        parts = [word] if wide <= width_mm else [p for p in re.split(r"(?<=-)", word) if p]
        for i, part in enumerate(parts):
            more = wide if part == word else _wide(part, name, size, bold)
            gap = 0.0 if i else space
            if lines and used + gap + more <= width_mm:
                lines[-1] += part if i else f" {part}"
                used += gap + more
            else:
                lines.append(part)
                used = more
    return lines


def width(wording: str, size: float, theme: Theme, *, bold: bool = False) -> float:
    """Width of a text in letters of a size (points), millimetres."""
    name = letters(theme)[0]
    words = wording.split(" ")
    space = _wide(" ", name, size, bold)
    return sum(_wide(word, name, size, bold) for word in words) + space * (len(words) - 1)


@functools.lru_cache(maxsize=4096)
def _wide(word: str, family_name: str, size: float, bold: bool) -> float:  # noqa: FBT001 - a cache's key
    """Width of a word, millimetres; words are measured once."""
    letters = font_manager.FontProperties(
        family=family_name, weight="bold" if bold else "normal", size=size
    )
    wide, _, _ = text_to_path.get_text_width_height_descent(word, letters, ismath=False)
    return float(wide) / 72 / MM * SAFE


class Line(Text):
    """A line of letters that begins on its base line, outlined once for all pictures of dots.

    A sheet's sources are the same on each sheet of a series, and outlining them takes longer than
    drawing the map. SVG and PDF files have matplotlib's own text.
    """

    def draw(self, renderer: Any) -> None:
        """Draw it, by its outlines where the renderer makes dots."""
        if not isinstance(renderer, RendererAgg):
            super().draw(renderer)
            return
        letters = self.get_fontproperties()
        shape = _outline(
            self.get_text(),
            tuple(letters.get_family()),
            letters.get_size_in_points(),
            letters.get_weight(),
        )
        agg: Any = renderer  # its methods have no types
        dots = agg.points_to_pixels(1.0)
        place = self.get_transform().transform(self.get_position())
        look = agg.new_gc()
        look.set_linewidth(0)
        moved = Affine2D().scale(dots).translate(*place)
        agg.draw_path(look, shape, moved, to_rgba(self.get_color()))
        look.restore()


@functools.lru_cache(maxsize=1024)
def _outline(wording: str, families: tuple[str, ...], size: float, weight: Any) -> TextPath:
    letters = font_manager.FontProperties(family=families, weight=weight, size=size)
    return TextPath((0, 0), wording, prop=letters)


def blank(width_mm: float, height_mm: float) -> Figure:
    """An empty figure of a size, with a canvas that needs no display. To be called in `style`."""
    figure = Figure(figsize=(width_mm * MM, height_mm * MM))
    FigureCanvasAgg(figure)
    return figure


def render(figure: Figure, kind: Kind, theme: Theme, *, dpi: int = DPI, title: str = "") -> bytes:
    """Give a figure as the bytes of a file, the same each time.

    Parameters
    ----------
    dpi
        Dots an inch of a PNG, and of the pictures inside the others.
    title
        Title written in the file's metadata.
    """
    buffer = BytesIO()
    with style(theme):
        if kind == "png":
            return _png(figure, dpi, title)
        metadata = METADATA[kind] | ({"Title": title} if title else {})
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
    return _numbered(buffer.getvalue()) if kind == "svg" else buffer.getvalue()


IDENTIFIER = re.compile(rb'id="([a-zA-Z][0-9a-f]{10})"')


def _numbered(svg: bytes) -> bytes:
    """Number identifiers of an SVG in order: matplotlib makes them of the noise of its layout."""
    numbers = {name: i for i, name in enumerate(dict.fromkeys(IDENTIFIER.findall(svg)), 1)}
    if not numbers:
        return svg
    known = re.compile(b'(?<=["#])(' + b"|".join(numbers) + b')(?=[")])')
    return known.sub(lambda match: b"%c%d" % (match[0][:1], numbers[match[0]]), svg)


def _png(figure: Figure, dpi: int, title: str) -> bytes:
    """A figure as a PNG of few colours, a third as large as matplotlib's own."""
    before = figure.dpi
    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    figure.set_dpi(before)
    return pixels.png(np.asarray(canvas.buffer_rgba()), dpi, title)


def small(png: bytes, dots: int) -> bytes:
    """A picture so many dots wide, in 256 colours: a few hundred kilobytes at most."""
    image = Image.open(BytesIO(png)).convert("RGB")
    high = round(image.height * dots / image.width)
    image = image.resize((dots, high), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        buffer, "PNG", optimize=True
    )
    return buffer.getvalue()


def grey(png: bytes) -> bytes:
    """A picture as a grey printer gives it."""
    buffer = BytesIO()
    Image.open(BytesIO(png)).convert("L").save(buffer, "PNG")
    return buffer.getvalue()
