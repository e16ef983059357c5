"""Files of text as streams of UTF-8, whatever they were written in: the one place that decodes.

Producers write UTF-8 with or without a mark, UTF-16, and the Windows code page 1252 (which holds
what latin-1 prints); a table comes alone, in a gzip or in a zip. Bytes that are not UTF-8 are of
the code page only where no letter of UTF-8 stands beside them: else the file is damaged, and it is
refused rather than read with wrong letters.
"""

from __future__ import annotations

import codecs
import contextlib
import io
from contextvars import ContextVar
from typing import IO, TYPE_CHECKING, Any

from siting import archives
from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Report = Callable[[str, int, int], None]

CHUNK = 1 << 20
LARGE = 50 << 20
"""Bytes from which the reading of a file is reported."""
WINDOWS = "cp1252"
TAIL = 4096  # bytes of the end of a file that are kept
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_report: ContextVar[Report | None] = ContextVar("report", default=None)


@contextlib.contextmanager
def reported(report: Report) -> Iterator[None]:
    """Have the reading of large files reported: name of the file, bytes done, bytes in all."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


def decoded(raw: bytes, path: Path) -> str:
    """Text of some bytes, without a mark.

    Raises
    ------
    InputError
        They are of no encoding known.
    """
    return _Utf8(io.BytesIO(raw), path).read().decode()


@contextlib.contextmanager
def opened(path: Path, member: str | None = None) -> Iterator[IO[bytes]]:
    """Open a file, a gzip, or a member of a zip: a stream of UTF-8 without a mark.

    Raises
    ------
    InputError
        There is no such file; or, as it is read, it is damaged or of no encoding known.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    with contextlib.ExitStack() as stack:
        whole: IO[bytes] = stack.enter_context(path.open("rb"))
        report, size = _report.get(), path.stat().st_size
        if report is not None and size >= LARGE:
            whole = io.BufferedReader(_Reported(whole, report, path.name, size), CHUNK)
        try:
            if member is not None:
                archive = stack.enter_context(archives.opened(path, whole))
                whole = stack.enter_context(archive.open(member))
            elif path.suffix.lower() == ".gz":
                whole = stack.enter_context(archives.gunzipped(path, whole))
        # a damaged directory may point before the file's beginning
        except archives.UNOPENED as error:
            raise InputError("bad_zip", file=path, detail=error) from error
        yield io.BufferedReader(_Utf8(whole, path), CHUNK)


def beginning(stream: IO[bytes], title_lines: int = 0) -> str:
    """Text of a table from its header on: its first bytes, which hold the header whole."""
    text = stream.read(CHUNK).decode(errors="replace")
    return "".join(text.splitlines(keepends=True)[title_lines:]) if title_lines else text


class Ended(io.RawIOBase):
    """A stream whose last line is ended: a parser then sees where it falls short."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._tail = stream, b"\n"
        self._cut = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, and end the last line."""
        part = self._stream.read(len(buffer))
        if part:
            self._tail = (self._tail + part)[-TAIL:]
        elif not self._tail.endswith((b"\r", b"\n")) and not self._cut:
            self._cut, part = True, b"\n"
        buffer[: len(part)] = part
        return len(part)

    def is_cut_at(self, row: str) -> bool:
        """Whether the last line was not ended, and is this one: the file was cut."""
        return self._cut and self._tail.endswith(row.encode()[-TAIL:])


class _Reported(io.RawIOBase):
    """Bytes of a file, each hundredth of it reported."""

    def __init__(self, stream: IO[bytes], report: Report, name: str, size: int) -> None:
        self._stream, self._report, self._name, self._size = stream, report, name, size
        self._next = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that one can move in it."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Say where one is."""
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, and report."""
        part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        done = self._stream.tell()
        if done >= self._next:
            self._report(self._name, done, self._size)
            self._next = done + self._size // 100
        return len(part)


class _Utf8(io.RawIOBase):
    """A stream of text in any known encoding, as UTF-8."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream, self._path = stream, path
        self._encoding = ""  # known from the first bytes; UTF-8 until a byte that is not
        self._decoder: codecs.IncrementalDecoder | None = None
        self._ready, self._tail = b"", b""
        self._passed, self._letters = 0, 0  # bytes, and those of letters that ASCII has not
        self._ended = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with UTF-8."""
        while not self._ready and not self._ended:
            self._ready = self._next()
        part, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def _next(self) -> bytes:
        try:
            block = self._stream.read(CHUNK)
        except archives.NOT_SOUND as error:
            raise InputError("bad_zip", file=self._path, detail=error) from error
        self._ended = not block
        if not self._encoding:
            self._encoding, mark = _begins(block)
            block, self._passed = block[mark:], mark
            if self._encoding != "utf-8":
                self._decoder = codecs.getincrementaldecoder(self._encoding)()
        start = self._passed
        self._passed += len(block)
        if not self._encoding.startswith("utf-16") and (nul := block.find(b"\0")) >= 0:
            raise self._not_text(start + nul)
        return self._checked(block) if self._decoder is None else self._recoded(block, start)

    def _recoded(self, block: bytes, start: int) -> bytes:
        assert self._decoder is not None  # noqa: S101 - the caller looked
        begun = start - len(self._decoder.getstate()[0])
        try:
            return self._decoder.decode(block, self._ended).encode()
        except UnicodeDecodeError as error:
            raise self._not_text(begun + error.start) from error

    def _checked(self, block: bytes) -> bytes:
        """Bytes that are UTF-8, as they are; else those of the code page, from here on."""
        data = self._tail + block
        start = self._passed - len(data)
        try:
            text, used = codecs.utf_8_decode(data, "strict", self._ended)
        except UnicodeDecodeError as error:
            plain = data.decode(errors="replace")
            wrong = plain.count("\ufffd")
            letters = self._letters + sum(character > "\x7f" for character in plain) - wrong
            if letters > wrong:
                raise self._not_text(start + error.start) from error
            self._encoding, self._tail = WINDOWS, b""
            self._decoder = codecs.getincrementaldecoder(WINDOWS)()
            return self._recoded(data, start)
        self._letters += used - len(text)
        self._tail = data[used:]
        return data[:used]

    def _not_text(self, octet: int) -> InputError:
        return InputError("not_text", file=self._path, detail=f"octet {octet}")


def _begins(block: bytes) -> tuple[str, int]:
    """Encoding that the first bytes tell, and the length of its mark."""
    for mark, encoding in MARKS:
        if block.startswith(mark):
            return encoding, len(mark)
    head = block[:200]
    if len(head) > 1:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd * 4 > len(head) and not even:
            return "utf-16-le", 0
        if even * 4 > len(head) and not odd:
            return "utf-16-be", 0
    return "utf-8", 0
