"""The editor's logo and letters, as pages on screen take them."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from siting.outputs.theme import Theme

HIGH, WIDE = 96, 400  # dots of a logo on screen, at most; twice what is shown
GENERIC = re.compile(r"(ui-)?(serif|sans-serif|monospace|rounded)|system-ui|cursive|fantasy|math")
SAFE = re.compile(r"[^\w \-]")


def logo(theme: Theme) -> str:
    """The logo as an address that holds it, small enough for a page; empty where there is none."""
    if theme.logo is None:
        return ""
    with Image.open(theme.logo) as image:
        small = image.convert("RGBA")
    small.thumbnail((WIDE, HIGH))
    buffer = BytesIO()
    small.save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def letters(theme: Theme) -> str:
    """The theme's families for a screen, as CSS takes them."""
    names = [SAFE.sub("", font).strip() for font in theme.fonts.screen]
    quoted = [name if GENERIC.fullmatch(name) else f'"{name}"' for name in names if name]
    return ", ".join(quoted or ["sans-serif"])
