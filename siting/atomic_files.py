"""Writing files so that nothing half-written is ever left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from siting.errors import OutputError

PREFIX, SUFFIX = ".siting-", ".part"
LEFT_SECONDS = 86_400  # a run lasts less: an older temporary folder is of one that was killed

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; rename it to `path` if all went well, else remove it.

    The suffix is kept, since some writers choose the format by it.

    Raises
    ------
    OutputError
        The folder cannot be made or written to.
    """
    with _staging(path.parent, path) as folder:
        part = folder / path.name
        yield part
        _move(part, path)


@contextlib.contextmanager
def replacing_all(folder: Path) -> Iterator[Path]:
    """Give an empty folder; move all its files into `folder` if all went well, else none.

    Files of the same names are replaced, others are left.

    Raises
    ------
    OutputError
        The folder cannot be made or written to.
    """
    with _staging(folder, folder) as part:
        yield part
        for file in sorted(part.iterdir()):
            _move(file, folder / file.name)


@contextlib.contextmanager
def _staging(folder: Path, shown: Path) -> Iterator[Path]:
    """Make a temporary folder inside `folder` (so that a rename stays on one disk)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clean(folder)
        part = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=folder))
    except OSError as error:
        raise OutputError("cannot_write", path=shown, detail=error.strerror or error) from error
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _clean(folder: Path) -> None:
    """Remove what runs that were killed left: this user's own, a day old or more."""
    for left in folder.glob(f"{PREFIX}*{SUFFIX}"):
        with contextlib.suppress(OSError):  # another run may be removing it
            seen = left.lstat()
            ours = os.name == "nt" or seen.st_uid == os.getuid()
            if ours and not left.is_symlink() and time.time() - seen.st_mtime > LEFT_SECONDS:
                shutil.rmtree(left)


def _move(part: Path, path: Path) -> None:
    """Rename over what is there; on Windows a file held open by another program refuses."""
    try:
        part.replace(path)
    except OSError as error:
        raise OutputError("cannot_write", path=path, detail=error.strerror or error) from error
