"""Content-security policies: what a page's own scripts and styles need, by their hashes.

A page may run only what its policy lists. Hashes follow CSP level 2: SHA-256 of an element's text,
in base64 (https://www.w3.org/TR/CSP2/#script-src-hash-usage).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Hashes:
    """Hashes of a page's inline elements, each once, in order of appearance."""

    scripts: tuple[str, ...]
    styles: tuple[str, ...]


class _Inline(HTMLParser):
    """Gathers the text of scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; a script with an address has no text of its own."""
        if tag in self.found and not any(name == "src" for name, _ in attrs):
            self._open = tag
            self.found[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        """Take its text, which may come in pieces."""
        if self._open:
            self.found[self._open][-1] += data


def hash_of(text: str) -> str:
    """Hash of an element's text, as a policy names it."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def hashes(page: str) -> Hashes:
    """Hashes of the inline scripts and styles of a page."""
    reader = _Inline()
    # browsers read line ends as one sign before they hash
    reader.feed(page.replace("\r\n", "\n").replace("\r", "\n"))
    reader.close()
    named = {tag: tuple(dict.fromkeys(map(hash_of, item))) for tag, item in reader.found.items()}
    return Hashes(named["script"], named["style"])


def of(page: str, images: Sequence[str] = ()) -> str:
    """Policy of a page: its own inline scripts and styles, images in it, and nothing else.

    Parameters
    ----------
    page
        Its HTML.
    images
        Hosts that images may come from.
    """
    digests = hashes(page)
    rules = {
        "default-src": ("'none'",),
        "script-src": digests.scripts or ("'none'",),
        "style-src": digests.styles or ("'none'",),
        "img-src": ("data:", *images),
        "base-uri": ("'none'",),
        "form-action": ("'none'",),
    }
    return "; ".join(" ".join((name, *values)) for name, values in rules.items())
