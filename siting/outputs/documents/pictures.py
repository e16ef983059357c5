"""Maps and charts as the pictures of a document."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from siting.outputs import paper, print_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from siting.outputs.print_sheet import PrintSheet
    from siting.outputs.theme import Theme

WIDE, HIGH = 160.0, 105.0  # millimetres of a map on the page
DPI = 200
NEARLY_WHITE = 246  # of 255


def of_sheet(sheet: PrintSheet, theme: Theme) -> bytes:
    """A map, its legend beside it."""
    return png(print_map.picture(sheet, WIDE, HIGH, theme), theme)


def png(figure: Figure, theme: Theme) -> bytes:
    """A picture in 256 colours, so that a document of twenty stays small."""
    with paper.style(theme):
        figure.set_dpi(DPI)
        figure.canvas.draw()
    canvas: Any = figure.canvas  # Agg's, whose methods have no types
    dots = np.asarray(canvas.buffer_rgba())[..., :3]
    buffer = BytesIO()
    image = Image.fromarray(np.ascontiguousarray(dots))
    fewer = image.resize((image.width // 4, image.height // 4), Image.Resampling.NEAREST)
    colours = fewer.quantize(256, method=Image.Quantize.MEDIANCUT)
    palette = [255 if level > NEARLY_WHITE else level for level in colours.getpalette() or []]
    colours.putpalette(palette)  # paper stays white
    image.quantize(palette=colours, dither=Image.Dither.NONE).save(buffer, "PNG")
    return buffer.getvalue()
