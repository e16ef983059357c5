"""A download that goes on where it was cut, in the same run or the next.

What arrived stays beside the target as `.part`, with what the server called its version; it is
resumed as long as the server says that the file is the same.
"""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import requests

from siting.errors import InputError
from siting.setup import asking, file_kind
from siting.texts import text as t

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from siting.setup.asking import Settings
    from siting.sources.catalogue import CatalogueFile

ATTEMPTS = 6
LONGEST_WAIT = 60.0  # seconds, whatever the server asks
CHUNK = 1 << 14  # bytes; between two of them Ctrl-C is heard
BUSY = (429, 500, 502, 503, 504)


def by_hand(source: CatalogueFile, folder: Path) -> dict[str, object]:
    """What a message names when a file is to be had in a browser: address, name, folder, page."""
    return {
        "file": folder / source.file,
        "name": source.file,
        "folder": folder,
        "url": source.url,
        "by_hand": t(f"setup.by_hand.{source.by_hand}", page=source.page, name=source.file),
    }


@dataclass(frozen=True)
class Resuming:
    """A downloader for pooch that goes on where a cut download stopped."""

    source: CatalogueFile
    folder: Path
    settings: Settings
    progress: Callable[[str, int, int | None], None]
    stop: threading.Event

    def __call__(self, url: str, output_file: str, _: Any) -> None:
        """Download into the part, then hand it over as pooch's file."""
        reason = ""
        wait = self.settings.wait
        for attempt in range(ATTEMPTS):
            if attempt:
                if self.stop.wait(min(wait, LONGEST_WAIT)):
                    raise InterruptedError
                wait = self.settings.wait * 2**attempt
            try:
                reason, seconds = self._go_on(url)
            except requests.RequestException as error:
                reason, seconds = str(error), None
            if not reason:
                try:
                    file_kind.require(self._part, self.folder / self.source.file, url)
                except InputError:
                    self._forget()
                    raise
                shutil.move(self._part, output_file)
                self._tag.unlink(missing_ok=True)
                return
            wait = seconds if seconds is not None else wait
        raise InputError(
            "download_failed", tries=ATTEMPTS, detail=reason, **by_hand(self.source, self.folder)
        )

    @property
    def _part(self) -> Path:
        return self.folder / f"{self.source.file}.part"

    @property
    def _tag(self) -> Path:
        """What the server called the version of the part."""
        return self.folder / f"{self.source.file}.part.tag"

    def _go_on(self, url: str) -> tuple[str, float | None]:
        """Ask for what is missing; give what went wrong (nothing: all is here) and a wait asked."""
        done = self._part.stat().st_size if self._part.is_file() else 0
        tag = self._tag.read_text(encoding="utf-8") if self._tag.is_file() else ""
        resume = {"Range": f"bytes={done}-", "If-Range": tag} if done and tag else {}
        with asking.get(url, self.settings, resume) as answer:
            if answer.status_code in BUSY:
                return f"HTTP {answer.status_code}", _retry_after(answer.headers)
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                self._forget()
                return "HTTP 416", 0.0
            if not answer.ok:
                raise InputError(
                    "not_found", status=answer.status_code, **by_hand(self.source, self.folder)
                )
            resumed = answer.status_code == requests.codes.partial_content
            start, total = extent(answer.headers, resumed=resumed)
            if resumed and start != done:
                self._forget()
                return "Content-Range", 0.0
            version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
            if version.startswith("W/"):
                version = ""  # a weak tag does not promise the same bytes
            self._tag.write_text(version, encoding="utf-8", newline="\n")
            return self._receive(answer, start, total), None

    def _receive(self, answer: requests.Response, start: int, total: int | None) -> str:
        done, name = start, self.source.file
        broken = ""
        with self._part.open("ab" if start else "wb") as stream:
            try:
                for chunk in answer.iter_content(CHUNK):
                    stream.write(chunk)
                    done += len(chunk)
                    self.progress(name, done, total)
            except requests.RequestException as error:
                broken = str(error)
        if total is not None and done != total:
            return f"{done} / {total}"
        return broken

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)


def extent(headers: Mapping[str, str], *, resumed: bool) -> tuple[int, int | None]:
    """First byte of an answer, and bytes of the whole file where told."""
    if resumed:
        range_told = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers.get("Content-Range", ""))
        if range_told is None:
            return -1, None
        return int(range_told[1]), None if range_told[2] == "*" else int(range_told[2])
    length = headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a busy server asks to wait: a number, or a date."""
    value = headers.get("Retry-After", "")
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, moment.timestamp() - time.time())
