"""Whether a file is of the kind that its name says, and whole: its first and last bytes tell.

Servers give pages of error or of login with status 200 and a right length.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from siting.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

SIGNS: dict[str, tuple[bytes, ...]] = {
    ".zip": (b"pk",),
    ".xlsx": (b"pk",),
    ".gz": (b"\x1f\x8b",),
    ".7z": (b"7z\xbc\xaf",),
    ".parquet": (b"par1",),
    ".gpkg": (b"sqlite format 3",),
    ".geojson": (b"{",),
    ".json": (b"{", b"["),
}
"""First bytes of a file by its suffix, in lower case; of others nothing is known."""
TABLES = (".csv", ".txt", ".tsv")
PAGES = (".html", ".htm")


def require(path: Path, shown: Path, url: str, suffix: str | None = None) -> None:
    """Refuse what is not what the name says, or is cut.

    Parameters
    ----------
    shown
        The file's name in messages.
    url
        Where it comes from.
    suffix
        Of the kind expected; that of `shown` by default.

    Raises
    ------
    InputError
        It is a web page, of another kind, or has not its end.
    """
    with path.open("rb") as stream:
        start = stream.read(1024)
    expected = (shown.suffix if suffix is None else suffix).lower()
    if is_page(start) and expected not in PAGES:
        raise InputError("page_for_file", file=shown, url=url, expected=expected or "?")
    if not begins_as(start, expected):
        raise InputError("other_kind", file=shown, url=url, expected=expected)
    if not _whole(path, expected):
        raise InputError("cut_file", file=shown, url=url, size=path.stat().st_size)


def is_page(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a web page."""
    text = _plain(start)
    return text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        text.startswith((b"<!--", b"<?xml")) and b"<html" in text
    )


def begins_as(start: bytes, suffix: str) -> bool:
    """Whether the first bytes of a file may be those of a kind."""
    text = _plain(start)
    if suffix in TABLES:
        return not text.startswith((b"{", b"pk\x03"))
    return text.startswith(SIGNS.get(suffix, (b"",)))


def _plain(start: bytes) -> bytes:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()


def _whole(path: Path, suffix: str) -> bool:
    """Whether a file has the end that its kind must have: a server may lie about the length."""
    if suffix in (".zip", ".xlsx"):
        return zipfile.is_zipfile(path)
    if suffix == ".parquet":
        with path.open("rb") as stream:
            stream.seek(-min(4, path.stat().st_size), 2)
            return stream.read() == b"PAR1"
    return True
