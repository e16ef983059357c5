"""One page with everything inside: a folium map whose scripts and styles are in the file.

folium's default page loads Leaflet, Bootstrap and icons from several hosts; here its lists of
scripts are empty and Leaflet, fetched at build time (`hatch_build.py`), stands in the page with our
own script, compiled then from `siting/browser`.
"""

from __future__ import annotations

import base64
import html
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, MacroElement
from jinja2 import Template

from siting.errors import OutputError
from siting.outputs import csp
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

BUILT = resources.files("siting").joinpath("browser", "built")  # by `hatch_build.py`
TILES = ("https://data.geopf.fr", "https://*.tile.openstreetmap.fr")  # of online basemaps
PLACE = re.compile("@siting-(?:head|fallback|script)@")
VIEWPORT = re.compile(r'(<meta name="viewport" content=")[^"]*"')
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


def built(name: str) -> bytes:
    """Bytes of a browser file: third parties', or ours once compiled.

    Raises
    ------
    OutputError
        The package was not built with them.
    """
    file = BUILT.joinpath(*name.split("/"))
    if not file.is_file():
        raise OutputError("vendor_missing", name=name)
    return file.read_bytes()


def in_script(value: Any) -> str:
    """Write a value as JSON that may stand inside a `<script>` element, whatever its texts hold."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def page(
    frame: OfflineMap, *, language: str, title: str, description: str, css: str, script: str
) -> str:
    """Render a page; its own policy (CSP) lets it ask nothing but the tiles of online basemaps.

    Parameters
    ----------
    frame
        The map, with its folium layers if any.
    language, title, description
        Of the page; escaped here.
    css
        Our styles.
    script
        Runs after the map is made, as the body of a function of `map`.
    """
    root: Any = frame.get_root()
    styles = f"<style>{_leaflet_css()}\n{css}</style>"
    leaflet = f"<script>{built('leaflet.js').decode()}</script>"
    heading = f"<title>{html.escape(title)}</title>"
    about = f'<meta name="description" content="{html.escape(description)}">'
    fallback = (
        f"<noscript><p>{html.escape(description)} {html.escape(t('map.noscript'))}</p></noscript>"
    )
    # what we write comes after folium's random identifiers are numbered: none of it is one of them
    own_text = {
        "@siting-head@": heading + about + styles + leaflet,
        "@siting-fallback@": fallback,
        "@siting-script@": script,
    }
    root.header.add_child(Element("@siting-head@"), name="siting_head", index=0)
    root.html.add_child(Element("@siting-fallback@"), name="siting_fallback")
    frame.add_child(_Script(f"(function (map) {{\n@siting-script@\n}})({frame.get_name()});"))
    written: str = stable_ids(root.render())
    written = PLACE.sub(lambda match: own_text[match[0]], written)
    written = written.replace("<html>", f'<html lang="{language}">', 1)
    # folium's own forbids readers on a phone to enlarge
    written = VIEWPORT.sub(r'\1width=device-width, initial-scale=1"', written, count=1)
    own = csp.of(written, images=TILES)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{own}">'
    return written.replace("<head>", f"<head>\n{policy}", 1)


def stable_ids(content: str) -> str:
    """Number folium's random identifiers by order of appearance: same map, same bytes."""
    seen: dict[str, str] = {}
    return RANDOM_ID.sub(lambda m: seen.setdefault(m[0], f"{len(seen):06d}"), content)


def write(path: Path, content: str) -> None:
    """Write a page."""
    path.write_text(content, encoding="utf-8", newline="\n")


def _leaflet_css() -> str:
    """Leaflet's style sheet, its images inside."""

    def inline(match: re.Match[str]) -> str:
        image = base64.b64encode(built(match[1])).decode()
        return f"url(data:image/png;base64,{image})"

    return re.sub(r"url\((images/[^)]+)\)", inline, built("leaflet.css").decode())
