"""Whether the addresses of the catalogue still give what the readers expect, at little cost.

Each address is asked for its first kilobyte. The header of a table is compared with the contract of
its reader; of a zip or a Parquet file, whose list stands at the end, a few more pieces are asked
for, where the server gives pieces at all.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import pyarrow as pa
import requests
from pyarrow import parquet

from siting.errors import InputError
from siting.setup import asking, file_kind, newest, resuming
from siting.sources import layouts, registry, text_streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.setup.asking import Settings
    from siting.sources.catalogue import CatalogueFile

KILOBYTE = 1024
LINE = 1 << 16  # bytes within which a header ends
PERMANENT = (requests.codes.moved_permanently, requests.codes.permanent_redirect)
REFUSED = (401, 403, 429)
State = Literal["alive", "moved", "changed", "refused", "dead"]
OBTAINED: tuple[State, ...] = ("alive", "moved")


@dataclass(frozen=True)
class Address:
    """What an address answered.

    Attributes
    ----------
    state
        `alive`; `moved` for good to another address; `changed`: another layout or kind of file;
        `refused` to a program (401, 403, 429); `dead`.
    detail
        The status, the new address, or the columns that are lacking.
    compared
        Whether its columns were compared with the contract of the reader.
    """

    source: CatalogueFile
    url: str
    state: State
    detail: str
    compared: bool = False


def addresses(sources: Sequence[CatalogueFile], settings: Settings) -> list[Address]:
    """Ask every address of some sources: theirs, their second one, those of their alternatives.

    Parameters
    ----------
    sources
        Resolved (`catalogue.resolve`).

    Returns
    -------
    One answer for each address, in the order of the sources.
    """
    pairs: dict[tuple[str, str], CatalogueFile] = {}
    for source in sources:
        for wanted in (source, source.alternative):
            if wanted is not None:
                for url in filter(None, (wanted.url, wanted.fallback)):
                    pairs.setdefault((wanted.id, url), wanted)
    with ThreadPoolExecutor(settings.workers) as pool:
        answers = [pool.submit(_ask, source, url, settings) for (_, url), source in pairs.items()]
        return [answer.result() for answer in answers]


def lost(answers: Sequence[Address]) -> list[Address]:
    """Give, of each source that no address gives, what its addresses answered."""
    obtained = {answer.source.id for answer in answers if answer.state in OBTAINED}
    return [answer for answer in answers if answer.source.id not in obtained]


def _ask(source: CatalogueFile, url: str, settings: Settings) -> Address:
    """Ask one address; of a dataset, that of its newest file."""
    try:
        if source.dataset and url == source.url:
            source = newest.resolved(source, settings)
            url = source.url
        with asking.get(url, settings, {"Range": f"bytes=0-{KILOBYTE - 1}"}) as answer:
            if not answer.ok:
                state: State = "refused" if answer.status_code in REFUSED else "dead"
                return Address(source, url, state, f"HTTP {answer.status_code}")
            start = _first(answer)
            pieces = answer.status_code == requests.codes.partial_content
            size = resuming.extent(answer.headers, resumed=True)[1] if pieces else None
            moved = any(past.status_code in PERMANENT for past in answer.history)
            final = answer.url
    except InputError as problem:
        return Address(source, url, "dead", problem.text())
    except requests.RequestException as error:
        return Address(source, url, "dead", str(error))
    judged = _judged(source, url, _Remote(final, settings, start, size))
    return replace(judged, state="moved", detail=final) if moved and not judged.detail else judged


def _judged(source: CatalogueFile, url: str, remote: _Remote) -> Address:
    """Compare the kind of a file, and its columns, with what the reader expects."""
    suffix = source.file[source.file.rindex(".") :].lower()
    page = file_kind.is_page(remote.start) and suffix not in file_kind.PAGES
    if page or not file_kind.begins_as(remote.start, suffix):
        shown = remote.start[:60].decode("utf-8", errors="replace")
        return Address(source, url, "changed", shown)
    names = _header(source, remote, suffix)
    if names is None:
        return Address(source, url, "alive", "")
    try:
        layouts.fitting(Path(source.file), names, registry.contract(source.id))
    except InputError as problem:
        return Address(source, url, "changed", problem.text(), compared=True)
    return Address(source, url, "alive", "", compared=True)


def _first(answer: Any) -> bytes:
    """First kilobyte of an answer; of a server that gives all, no more is read."""
    start = b""
    for piece in answer.iter_content(KILOBYTE):
        start += piece
        if len(start) >= KILOBYTE:
            break
    return start[:KILOBYTE]


def _header(source: CatalogueFile, remote: _Remote, suffix: str) -> list[str] | None:
    """Columns of a file; None where they cannot be told from pieces of it."""
    known = registry.contract(source.id)
    if not known:
        return None
    try:
        if suffix in file_kind.TABLES:
            return _columns(io.BufferedReader(remote, LINE), known)
        if suffix == ".parquet" and remote.seekable():
            return list(parquet.read_schema(io.BufferedReader(remote, LINE)).names)
        if suffix == ".zip" and remote.seekable():
            return _in_zip(remote, known)
    except (OSError, zipfile.BadZipFile, zlib.error, pa.ArrowException):
        pass
    return None


def _columns(stream: IO[bytes], known: Sequence[layouts.Layout]) -> list[str]:
    """Columns of a table of which no more is read than a header needs."""
    return layouts.columns_of(text_streams.beginning(io.BytesIO(stream.read(LINE))), known)[0]


def _in_zip(remote: _Remote, known: Sequence[layouts.Layout]) -> list[str] | None:
    """Columns of the table of a zip that fits a contract; of its first table where none does."""
    headers = []
    with zipfile.ZipFile(io.BufferedReader(remote, LINE)) as archive:
        for name in archive.namelist():
            if name.lower().endswith(file_kind.TABLES):
                member: IO[bytes]
                with archive.open(name) as member:
                    headers.append(_columns(member, known))
    return next(iter([*(names for names in headers if layouts.fits(names, known)), *headers]), None)


class _Remote(io.RawIOBase):
    """A file behind an address, read by pieces; its first kilobyte is there already."""

    def __init__(self, url: str, settings: Settings, start: bytes, size: int | None) -> None:
        self.url, self.settings, self.start, self.size = url, settings, start, size
        self.at = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any piece can be asked for."""
        return self.size is not None

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place: from the start, from here, or from the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size or 0}[whence]
        self.at = base + offset
        return self.at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the first kilobyte, or from a piece that is asked for."""
        piece = self.start[self.at : self.at + len(buffer)]
        if not piece and self.size is not None and self.at < self.size:
            last = min(self.at + len(buffer), self.size) - 1
            with asking.get(
                self.url, self.settings, {"Range": f"bytes={self.at}-{last}"}
            ) as answer:
                if answer.status_code != requests.codes.partial_content:
                    raise OSError(answer.status_code)
                piece = answer.content[: len(buffer)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)
