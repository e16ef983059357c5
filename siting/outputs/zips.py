"""Zip archives with the same bytes for the same content."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip holds


def write(path: Path, files: Mapping[str, bytes], stored: tuple[str, ...] = ()) -> None:
    """Write an archive, in the order given, its dates fixed.

    Parameters
    ----------
    files
        Contents by name.
    stored
        Names that are not compressed.
    """
    path.write_bytes(packed(files, stored))


def packed(files: Mapping[str, bytes], stored: tuple[str, ...] = ()) -> bytes:
    """Bytes of an archive; see `write`."""
    made = BytesIO()  # not the file itself: where the disk is full an archive cannot be closed
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            about = zipfile.ZipInfo(name, FIRST_DAY)
            about.external_attr = 0o644 << 16
            about.create_system = 3
            about.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(about, content)
    return made.getvalue()


def read(path: Path | BytesIO) -> dict[str, bytes]:
    """Contents of an archive by name, in its order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
