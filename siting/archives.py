"""Opening archives: the one place that does, and judges them before a byte is taken out.

A few kilobytes may stand for gigabytes. What an archive says that it holds is compared with its
size: published tables are seldom packed more than twenty times, hardly ever forty.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any

from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_PACKED = 40  # times that a member may be larger than its packed bytes
SHAPES_PACKED = 10
"""Times, for shapes written as text: 100 MB of them take 700 MB to hold."""
SMALL = 50 << 20  # bytes below which a member may be packed as well as it likes
MOST_MEMBERS = 10_000
TEXTS = (".csv", ".txt", ".tsv", ".json", ".geojson", ".gml", ".kml", ".xml")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
ENCRYPTED = 0x1  # bit of a member's flags
NOT_SOUND = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile)
UNOPENED = (*NOT_SOUND, OSError, ValueError, NotImplementedError)
"""What opening an archive raises where its directory is damaged or of a kind unknown."""


@contextlib.contextmanager
def opened(
    path: Path, stream: IO[bytes] | None = None, most_packed: int = MOST_PACKED
) -> Iterator[zipfile.ZipFile]:
    """Open a zip.

    Parameters
    ----------
    stream
        Its bytes, where they are at hand.
    most_packed
        Times that a member of text may be larger than its packed bytes.

    Raises
    ------
    InputError
        It is damaged or encrypted, packed by an unknown method, or holds far more than its size
        tells.
    """
    try:
        archive = zipfile.ZipFile(path if stream is None else stream)
    except UNOPENED as error:
        raise InputError("bad_zip", file=path, detail=error) from error
    with archive:
        _require_sound(path, archive.infolist(), most_packed)
        yield archive


def require_shapes(path: Path) -> None:
    """Refuse a zip of shapes, which GDAL opens by itself, that stands for far more than its size.

    Any other file passes.

    Raises
    ------
    InputError
        See `opened`.
    """
    if path.is_file() and zipfile.is_zipfile(path):
        with opened(path, most_packed=SHAPES_PACKED):
            pass


def _require_sound(path: Path, members: list[zipfile.ZipInfo], most_packed: int) -> None:
    """Refuse members that cannot be taken out, or that are too many or too large."""
    if len(members) > MOST_MEMBERS:
        raise InputError("zip_of_many", file=path, count=len(members), most=MOST_MEMBERS)
    whole = 0
    for member in members:
        if member.flag_bits & ENCRYPTED:
            raise InputError("zip_encrypted", file=path, member=member.filename)
        if member.compress_type not in METHODS:
            method = member.compress_type
            raise InputError("zip_method", file=path, member=member.filename, method=method)
        whole += member.file_size
        packed = max(member.compress_size, 1)
        is_text = member.filename.lower().endswith(TEXTS)
        times = most_packed if is_text else MOST_PACKED
        if member.file_size > max(SMALL, times * packed):
            raise _bomb(path, member.filename, member.file_size, packed)
    size = sum(member.compress_size for member in members)
    if whole > max(SMALL, MOST_PACKED * size):  # many small ones
        raise _bomb(path, path.name, whole, size)


def _bomb(path: Path, member: str, size: int, packed: int) -> InputError:
    times = round(size / max(packed, 1))
    return InputError("zip_bomb", file=path, member=member, size=size >> 20, times=times)


@contextlib.contextmanager
def gunzipped(path: Path, stream: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """Open a gzip: a stream that refuses to give far more than the file's size tells.

    Raises
    ------
    InputError
        As it is read: it holds too much.
    """
    with contextlib.ExitStack() as stack:
        packed = stack.enter_context(path.open("rb")) if stream is None else stream
        whole = stack.enter_context(gzip.GzipFile(fileobj=packed))
        yield io.BufferedReader(_Limited(whole, path))


class _Limited(io.RawIOBase):
    """Bytes of a gzip, counted against its size."""

    def __init__(self, stream: gzip.GzipFile, path: Path) -> None:
        self._stream, self._path, self._size = stream, path, path.stat().st_size
        self._done = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; refuse what is too much."""
        part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        self._done += len(part)
        if self._done > max(SMALL, MOST_PACKED * self._size):
            raise _bomb(self._path, self._path.name, self._done, self._size)
        return len(part)
