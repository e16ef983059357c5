"""What `siting embed` prints: code to paste, as it is, on standard output."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from siting.outputs import embedding
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence


def show_snippets(paths: Sequence[Path], base: str, variant: str, height: int, title: str) -> None:
    """Print the frames of maps; the shortest last, where a terminal ends."""
    for path in paths:
        frame = embedding.read(path, source=address(path, base))
        frame = replace(frame, title=title) if title else frame
        snippets = embedding.snippets(frame, height=height)
        if variant in ("all", "srcdoc"):
            _print(t("embed.say_srcdoc", name=path.name), snippets.srcdoc, snippets.script)
            _print(t("embed.say_srcdoc_policy"), _comment(snippets.srcdoc_policy))
        if variant in ("all", "src"):
            _print(t("embed.say_src", name=path.name), snippets.iframe, snippets.script)
            _print(t("embed.say_src_policy"), _comment(snippets.iframe_policy))


def write_page(paths: Sequence[Path], page: Path, base: str, title: str) -> None:
    """Write a page of several maps, which it names as seen from it."""
    frames = [embedding.read(path, source=address(path, base, page.parent)) for path in paths]
    embedding.write_page(page, title or t("embed.maps"), frames)
    sys.stdout.write(t("embed.page_done", count=len(frames), page=page) + "\n")


def address(path: Path, base: str, seen_from: Path | None = None) -> str:
    """Address of a map: under `base`, else relative to the page."""
    if base:
        return f"{base.rstrip('/')}/{quote(path.name)}"
    if seen_from is None:
        return quote(path.name)
    return quote(Path(os.path.relpath(path, seen_from)).as_posix())


def _print(heading: str, *lines: str) -> None:
    sys.stdout.write("\n".join((f"<!-- {heading} -->", *lines)) + "\n")


def _comment(text: str) -> str:
    return f"<!-- {text} -->"
