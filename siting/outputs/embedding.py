"""A map in somebody else's page: an iframe, its `srcdoc` variant, a page of several maps.

The frame is sandboxed: the map's origin is opaque, it reads no cookie and no address. The map posts
the height that suits its width; the page that frames it listens, if it wants, and knows the frame
by its window. A map given by `srcdoc` lives under the page's own policy, which must then list the
hashes of the map's scripts and styles.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from siting import texts
from siting.atomic_files import replacing
from siting.errors import InputError
from siting.outputs import csp
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SANDBOX = "allow-scripts"
HEIGHT = 640

# Sets the height that each frame of a map asks for; a message counts only from a frame of the page.
LISTENER = (
    'addEventListener("message",function(e){if(!e.data||e.data.siting!=="height")return;'
    'document.querySelectorAll("iframe.siting-map").forEach(function(f){'
    "if(f.contentWindow===e.source)"
    "f.height=Math.max(240,Math.min(2000,Math.round(+e.data.height)||0))})});"
)
STYLE = (
    "body{font:16px/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;margin:0 auto;"
    "max-width:1100px;padding:16px;color:#1a1a1a;background:#fff}"
    "h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.2rem;margin:2rem 0 .5rem}"
    "nav ul{padding-left:1.2rem}figure{margin:0}iframe{border:1px solid #767676;width:100%}"
    "a{color:#0b4f8a}:focus-visible{outline:3px solid #c2240f;outline-offset:2px}"
)


@dataclass(frozen=True)
class Frame:
    """A map to be framed.

    Attributes
    ----------
    source
        Address of its file, as the page that frames it writes it.
    title, description
        The map's title, and the sentence that says its main figure: its text alternative.
    page
        Its HTML.
    """

    source: str
    title: str
    description: str
    page: str


@dataclass(frozen=True)
class Snippets:
    """What to paste into a page.

    Attributes
    ----------
    iframe
        A frame that loads the map's file.
    srcdoc
        The same with the map inside, for a page without a file beside it.
    script
        The script that lets the frame's height adapt; optional.
    iframe_policy
        What a strict policy of the page must allow for `iframe`, with the script.
    srcdoc_policy
        The same for `srcdoc`: the map's own scripts and styles are in it.
    """

    iframe: str
    srcdoc: str
    script: str
    iframe_policy: str
    srcdoc_policy: str


class _Head(HTMLParser):
    """Reads the title and the description."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.description = ""
        self.is_map = self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the description; begin the title."""
        named = dict(attrs)
        if tag == "meta" and named.get("name") == "description":
            self.description = named.get("content") or ""
        if tag == "title" and not self.title:
            self._within = True
        if "folium-map" in (named.get("class") or ""):
            self.is_map = True

    def handle_endtag(self, tag: str) -> None:
        """End the title."""
        if tag == "title":
            self._within = False

    def handle_data(self, data: str) -> None:
        """Take the title's text."""
        if self._within:
            self.title += data


def read(path: Path, source: str | None = None) -> Frame:
    """Read a map that siting wrote.

    Parameters
    ----------
    path
        Its file.
    source
        Address that the page will load it from; the file's name if none.

    Raises
    ------
    InputError
        There is no such file, it is not UTF-8, or it is no map.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        page = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("not_a_map", file=path) from error
    head = _Head()
    head.feed(page)
    head.close()
    if not head.is_map or not head.title.strip():
        raise InputError("not_a_map", file=path)
    return Frame(source or quote(path.name), head.title.strip(), head.description.strip(), page)


def snippets(frame: Frame, *, height: int = HEIGHT) -> Snippets:
    """Give what to paste into a page.

    Parameters
    ----------
    height
        Pixels, until the map asks for another.
    """
    script = f"<script>{LISTENER}</script>"
    digests = csp.hashes(frame.page)
    listener = csp.hash_of(LISTENER)
    place = urlsplit(frame.source)
    origin = f"{place.scheme}://{place.netloc}" if place.netloc else "'self'"
    inside: dict[str, Sequence[str]] = {
        "script-src": (*digests.scripts, listener),
        "style-src": digests.styles,
        "img-src": ("data:", "https://data.geopf.fr", "https://*.tile.openstreetmap.fr"),
    }
    return Snippets(
        iframe=_figure(frame, f'src="{html.escape(frame.source)}"', height),
        srcdoc=_figure(frame, f'srcdoc="{_attribute(frame.page)}"', height),
        script=script,
        iframe_policy=_policy({"frame-src": (origin,), "script-src": (listener,)}),
        srcdoc_policy=_policy(inside),
    )


def write_page(path: Path, title: str, frames: Sequence[Frame]) -> None:
    """Write a page of several maps, each in a frame of its own, under a strict policy of its own.

    Parameters
    ----------
    path
        The page; the maps' files are named as `Frame.source` says, seen from it.
    title
        Its title.
    frames
        The maps, in order.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with replacing(path) as part:
        part.write_text(page(title, frames), encoding="utf-8", newline="\n")


def page(title: str, frames: Sequence[Frame]) -> str:
    """Give a page of several maps."""
    heading = html.escape(title)
    links = "".join(
        f'<li><a href="#map-{i}">{html.escape(frame.title)}</a></li>'
        for i, frame in enumerate(frames)
    )
    figures = [_figure(frame, f'src="{html.escape(frame.source)}"', HEIGHT) for frame in frames]
    sections = "\n".join(
        f'<section id="map-{i}"><h2>{html.escape(frame.title)}</h2>\n{figures[i]}\n</section>'
        for i, frame in enumerate(frames)
    )
    policy = (
        f"default-src 'none'; script-src {csp.hash_of(LISTENER)}; style-src {csp.hash_of(STYLE)}; "
        "frame-src 'self' file:; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{texts.language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{STYLE}</style>\n<script>{LISTENER}</script>\n"
        f"</head>\n<body>\n<main>\n<h1>{heading}</h1>\n"
        f'<nav aria-label="{html.escape(t("embed.maps"))}"><ul>{links}</ul></nav>\n'
        f"{sections}\n</main>\n</body>\n</html>\n"
    )


def _figure(frame: Frame, inside: str, height: int) -> str:
    """A frame with its title, and its text alternative below."""
    title, description = html.escape(frame.title), html.escape(frame.description)
    link = ""
    if inside.startswith("src="):
        link = f' <a href="{html.escape(frame.source)}">{html.escape(t("embed.open"))}</a>'
    return (
        f'<figure class="siting-figure">\n<iframe class="siting-map" title="{title}" '
        f'width="100%" height="{height}" loading="lazy" referrerpolicy="no-referrer" '
        f'sandbox="{SANDBOX}" {inside}></iframe>\n'
        f"<figcaption>{description}{link}</figcaption>\n</figure>"
    )


def _attribute(page: str) -> str:
    """A page as the value of an attribute: it comes out of it as it went in."""
    return page.replace("&", "&amp;").replace('"', "&quot;")


def _policy(rules: dict[str, Sequence[str]]) -> str:
    """Rules of a policy, on one line."""
    return "; ".join(" ".join((name, *values)) for name, values in rules.items() if values)
