"""One page with everything inside: a folium map whose scripts and styles are in the file.

folium's default page loads Leaflet, Bootstrap and icons from several hosts; here its lists of
scripts are empty and Leaflet, fetched at build time (`hatch_build.py`), stands in the page.
"""

from __future__ import annotations

import base64
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, MacroElement
from jinja2 import Template

from siting.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

VENDOR = "vendor"
RANDOM_ID = re.compile(r"[0-9a-f]{32}")


class OfflineMap(folium.Map):
    """A folium map that loads nothing."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class _Script(MacroElement):
    """A script that runs once the map it is added to is made."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}")

    def __init__(self, code: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.code = code


def asset(name: str) -> str:
    """Text of one of our own page files."""
    return resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def vendor(name: str) -> bytes:
    """Bytes of a third-party file fetched at build time.

    Raises
    ------
    OutputError
        The package was not built with its scripts.
    """
    file = resources.files(__package__).joinpath(VENDOR, *name.split("/"))
    if not file.is_file():
        raise OutputError("vendor_missing", name=name)
    return file.read_bytes()


def in_script(value: Any) -> str:
    """Write a value as JSON that may stand inside a `<script>` element, whatever its texts hold."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def page(frame: OfflineMap, *, language: str, title: str, css: str, body: str, script: str) -> str:
    """Render a page.

    Parameters
    ----------
    frame
        The map, with its folium layers if any.
    language, title
        Of the page; the title is escaped here.
    css, body
        Our styles, and HTML that stands beside the map.
    script
        Runs after the map is made, as the body of a function of `map`.
    """
    root: Any = frame.get_root()
    styles = f"<style>{_leaflet_css()}\n{css}</style>"
    leaflet = f"<script>{vendor('leaflet.js').decode()}</script>"
    heading = f"<title>{_escape(title)}</title>"
    root.header.add_child(Element(heading + styles + leaflet), name="siting_head", index=0)
    root.html.add_child(Element(body), name="siting_body")
    frame.add_child(_Script(f"(function (map) {{\n{script}\n}})({frame.get_name()});"))
    html: str = root.render()
    html = html.replace("<html>", f'<html lang="{language}">', 1)
    return stable_ids(html)


def stable_ids(html: str) -> str:
    """Number folium's random identifiers by order of appearance: same map, same bytes."""
    seen: dict[str, str] = {}
    return RANDOM_ID.sub(lambda m: seen.setdefault(m[0], f"{len(seen):06d}"), html)


def write(path: Path, html: str) -> None:
    """Write a page."""
    path.write_text(html, encoding="utf-8", newline="\n")


def _leaflet_css() -> str:
    """Leaflet's style sheet, its images inside."""

    def inline(match: re.Match[str]) -> str:
        image = base64.b64encode(vendor(match[1])).decode()
        return f"url(data:image/png;base64,{image})"

    return re.sub(r"url\((images/[^)]+)\)", inline, vendor("leaflet.css").decode())


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
