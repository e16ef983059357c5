"""What is kept on this machine between two runs or openings, by content.

Kept in the reader's own cache folder (`SITING_CACHE`, or the system's), private to that reader, as
plain data with a checksum (`kept_format`), and never served. What is damaged, or could have been
written by another, is made again, and a sentence says so.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import logging
import mmap
import os
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic

from siting import atomic_files
from siting.errors import OutputError
from siting.study import kept_format
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

log = logging.getLogger(__name__)

CODE = Path(__file__).parents[1]
"""The package: what comes out depends on its code too."""
KEPT = 4  # of each kind
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "scipy", "pydantic")
SUFFIXES = (".py", ".yaml", ".csv")

T = TypeVar("T")


def folder() -> Path:
    """Folder of what is kept: the reader's own."""
    named = os.environ.get("SITING_CACHE")
    if named:
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "siting" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "siting"


def get(name: str, key: str, kind: type[T], make: Callable[[], T]) -> T:
    """Give what is kept under a key, or make it and keep it.

    Parameters
    ----------
    name
        What it is; the least recently used beyond `KEPT` of a name are dropped.
    key
        Digest of all that it depends on, see `digest`.
    """
    path = folder() / f"{name}-{key}.kept"
    try:
        if path.exists():
            kept = kept_format.decode(_own_bytes(path))
            if isinstance(kept, kind):
                path.touch()
                return kept
            log.warning(t("cli_workshop.kept_damaged", file=path))
    except PermissionError:
        log.warning(t("cli_workshop.kept_not_private", file=path))
    except Exception:  # noqa: BLE001 - whatever a damaged file does, it is made again
        log.warning(t("cli_workshop.kept_damaged", file=path))
    made = make()
    with contextlib.suppress(OutputError, OSError):  # a cache that cannot be written is no error
        _keep(path, kept_format.parts(made))
        every = sorted(path.parent.glob(f"{name}-*.kept"), key=lambda file: file.stat().st_mtime)
        for old in (*every[:-KEPT], *path.parent.glob(f"{name}-*.pickle")):  # of earlier versions
            old.unlink()
    return made


def _keep(path: Path, parts: list[Any]) -> None:
    """Write a file that this user alone may read, into a folder of the same kind."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32" and path.parent.stat().st_uid == os.getuid():
        path.parent.chmod(0o700)
    with atomic_files.replacing(path) as part:
        part.touch(mode=0o600)
        with part.open("wb") as file:
            file.writelines(parts)


def _own_bytes(path: Path) -> mmap.mmap:
    """Content of a file, mapped, that nobody else could have written.

    Raises
    ------
    PermissionError
        The file or its folder is another user's, or others may write to it.
    """
    with path.open("rb") as content:
        if sys.platform != "win32":  # where a user's folders are that user's
            for seen in (os.fstat(content.fileno()), path.parent.stat()):
                if seen.st_uid != os.getuid() or seen.st_mode & 0o022:
                    raise PermissionError(path)
        return mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_COPY)


def paths(value: object) -> Iterator[Path]:
    """Every path that a configuration names."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, pydantic.BaseModel):
        for part in value.__dict__.values():
            yield from paths(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from paths(part)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for part in value:
            yield from paths(part)


def digest(options: Iterable[str], paths: Iterable[Path], code: Path) -> str:
    """Digest of words, of files' content, of the code below a folder and of the libraries."""
    whole = hashlib.sha256(sys.version.encode())
    for text in (*_versions(), *options):
        whole.update(text.encode() + b"\0")
    own = sorted(path for path in code.rglob("*") if path.suffix in SUFFIXES)
    for path in (*_files(paths), *own):
        whole.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:32]


@cache
def _versions() -> tuple[str, ...]:
    return tuple(metadata.version(name) for name in LIBRARIES)


def _files(paths: Iterable[Path]) -> list[Path]:
    """Files that reading some paths may open: a folder's, and those that share a file's stem."""
    atomic_files: set[Path] = set()
    for path in paths:
        if path.is_dir():
            atomic_files.update(file for file in path.rglob("*") if file.is_file())
        else:
            beside = path.parent.glob(f"{glob.escape(path.stem)}.*")
            atomic_files.update(file for file in beside if file.is_file())
    return sorted(atomic_files)
