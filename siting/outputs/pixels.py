"""Pictures as small PNG files: at most 256 colours, chosen so that the eye sees no difference."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLOURS = 256
KEPT = 128  # colours kept exactly: the most frequent; the others are spread over what is left
WORST = (
    32  # distance of a pixel to its new colour beyond which true colours are kept (a photograph)
)


def png(pixels: NDArray[np.uint8], dpi: int, title: str = "") -> bytes:
    """Write opaque pixels as a PNG file, the same bytes each time.

    Parameters
    ----------
    pixels
        Red, green, blue and opacity (which is not read), shape (rows, columns, 4).
    dpi, title
        Said in the file's metadata.
    """
    colours = few_colours(pixels)
    if colours is None:
        image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    else:
        image = Image.fromarray(colours[0], "P")
        image.putpalette(colours[1].tobytes())
    metadata = PngImagePlugin.PngInfo()
    if title:
        metadata.add_text("Title", title)
    buffer = BytesIO()
    image.save(buffer, "PNG", dpi=(dpi, dpi), pnginfo=metadata)
    return buffer.getvalue()


def few_colours(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Give each pixel a colour of a palette; None where 256 would be too few.

    Flat colours, which are frequent, are kept as they are. The blends along edges are given the
    nearest of the palette, whose other colours are the farthest from those kept, one by one
    (Gonzalez, 1985), so that no blend is far from its colour.

    Parameters
    ----------
    pixels
        Shape (rows, columns, 4).

    Returns
    -------
    Place in the palette, shape (rows, columns), and the palette, shape (colours, 3).
    """
    packed = np.ascontiguousarray(pixels).view("<u4").ravel() & np.uint32(0xFFFFFF)
    begins = np.flatnonzero(np.concatenate([[True], packed[1:] != packed[:-1]]))
    lengths = np.diff(np.append(begins, packed.size))
    seen, where = np.unique(packed[begins], return_inverse=True)
    often = np.bincount(where, weights=lengths)
    colours = np.stack([seen & 255, seen >> 8 & 255, seen >> 16], axis=1).astype(np.float32)
    first = np.argsort(-often, kind="stable")[: COLOURS if len(seen) <= COLOURS else KEPT]
    kept = _spread(colours, first.tolist())
    palette = colours[kept]
    nearest = _nearest(colours, palette)
    if np.square(colours - palette[nearest]).sum(axis=1).max() > WORST**2:
        return None
    placed = np.repeat(nearest[where].astype(np.uint8), lengths)
    return placed.reshape(pixels.shape[:2]), palette.astype(np.uint8)


def _spread(colours: Any, kept: list[int]) -> list[int]:
    """Add the colour that is farthest from those kept, until the palette is full."""
    if len(colours) <= COLOURS:
        return kept
    apart = np.square(colours - colours[kept][_nearest(colours, colours[kept])]).sum(axis=1)
    while len(kept) < COLOURS:
        kept.append(int(apart.argmax()))
        apart = np.minimum(apart, np.square(colours - colours[kept[-1]]).sum(axis=1))
    return kept


def _nearest(colours: Any, palette: Any) -> NDArray[np.intp]:
    """Place of each colour's nearest in a palette (exact: the sums are small whole numbers)."""
    squares = np.square(palette).sum(axis=1) - 2 * (colours @ palette.T)
    return np.asarray(squares.argmin(axis=1), np.intp)
